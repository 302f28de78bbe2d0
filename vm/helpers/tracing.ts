import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { regionRow } from '../memory/regions.ts';
import { errno } from '../maps/errno.ts';
import { contextArgument, lowHalf, memoryArgument, sizeArgument } from './arguments.ts';

/** What programs learn of the event that runs them (kernel/trace/bpf_trace.c). */

/** sizeof(struct perf_branch_entry), sizeof(struct bpf_perf_event_value) */
const branchSize = 24;
const counterSize = 24;
/** Offsets of struct pt_regs on x86-64. */
const axOffset = 80;

function noteMissing(machine: Machine, helper: string, what: string, member: string): void {
  machine.emitNote(helper, `${what} is not known: environment.event.${member} says it`);
}

/** Section of the program of the run: `fexit/tcp_connect`. */
function sectionOfProgram(machine: Machine): string {
  const { entryIp } = machine.frames.read(0);
  return machine.code.sectionOfSlot(machine.code.slotOfIp(entryIp))?.section.name.replace('?', '') ?? '';
}

/** Linear offset of the context, and how many u64 of it are arguments: the return value comes behind them. */
function argumentsOf(machine: Machine): {
  readonly base: number;
  readonly count: number;
  readonly returns: boolean;
} {
  const { view } = machine.memory;
  const row = machine.regions.rowOf(view.getUint32(state.ctxRegion, true));
  const words = view.getUint32(row + regionRow.size, true) / 8;
  const returns = /^(fexit|fmod_ret)/.test(sectionOfProgram(machine));
  return { base: view.getUint32(row + regionRow.base, true), count: words - (returns ? 1 : 0), returns };
}

const tracingTypes = ['tracing', 'lsm'];

function isTracing(machine: Machine, helper: string): boolean {
  if (!tracingTypes.includes(machine.programType)) {
    machine.fail({ kind: 'refused-by-kernel', message: `program of this type cannot use helper ${helper}` });
    return false;
  }
  return contextArgument(machine, 1);
}

/** bpf_get_func_arg(ctx, n, value) */
function functionArgument(machine: Machine): Outcome {
  if (!isTracing(machine, 'bpf_get_func_arg#183')) return outcome.fault;
  const to = memoryArgument(machine, 3, 8, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const { base, count } = argumentsOf(machine);
  const n = lowHalf(machine, 2);
  if (n >= count) return machine.answer(-errno.EINVAL);
  machine.memory.bytes.copyWithin(to, base + 8 * n, base + 8 * n + 8);
  return machine.answer(0);
}

/** bpf_get_func_ret(ctx, value): programs that run before the function have none. */
function functionReturn(machine: Machine): Outcome {
  if (!isTracing(machine, 'bpf_get_func_ret#184')) return outcome.fault;
  const to = memoryArgument(machine, 2, 8, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const { base, count, returns } = argumentsOf(machine);
  if (!returns) return machine.answer(-errno.EOPNOTSUPP);
  machine.memory.bytes.copyWithin(to, base + 8 * count, base + 8 * count + 8);
  return machine.answer(0);
}

function argumentCount(machine: Machine): Outcome {
  if (!isTracing(machine, 'bpf_get_func_arg_cnt#185')) return outcome.fault;
  return machine.answer(argumentsOf(machine).count);
}

/** A number of the event; 0 where the environment does not say it. */
function ofEvent(id: number, name: string, member: 'functionAddress' | 'cookie', what: string): Helper {
  const call = (machine: Machine): Outcome => {
    if (!contextArgument(machine, 1)) return outcome.fault;
    const value = machine.environment.event?.[member];
    if (value === undefined) noteMissing(machine, name, what, member);
    return machine.answer(value ?? 0n);
  };
  return { id, name, call, answer: 'environment' };
}

/** bpf_get_branch_snapshot(entries, size, flags) */
function branchSnapshot(machine: Machine): Outcome {
  const size = sizeArgument(machine, 2, true);
  const to = size < 0 ? -1 : memoryArgument(machine, 1, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  if (machine.register(3) !== 0n) return machine.answer(-errno.EINVAL);
  const { branches } = machine.environment.event ?? {};
  if (branches === undefined)
    noteMissing(machine, 'bpf_get_branch_snapshot', 'what the CPU recorded', 'branches');
  const entries = Math.min(Math.floor(size / branchSize), Math.floor((branches?.length ?? 0) / branchSize));
  if (branches === undefined || entries === 0) return machine.answer(-errno.ENOENT);
  machine.memory.bytes.set(branches.subarray(0, entries * branchSize), to);
  return machine.answer(entries * branchSize);
}

/** bpf_read_branch_records(ctx, buf, size, flags); flags 1 asks for the size of all. */
function branchRecords(machine: Machine): Outcome {
  if (!contextArgument(machine, 1)) return outcome.fault;
  const size = sizeArgument(machine, 3, true);
  if (size < 0) return outcome.fault;
  const isNull = machine.register(2) === 0n;
  const to = isNull && size === 0 ? 0 : memoryArgument(machine, 2, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const flags = machine.register(4);
  if (flags > 1n) return machine.answer(-errno.EINVAL);
  const { branches } = machine.environment.event ?? {};
  if (branches === undefined) {
    noteMissing(machine, 'bpf_read_branch_records', 'what the CPU recorded', 'branches');
    return machine.answer(-errno.ENOENT);
  }
  if (flags === 1n) return machine.answer(branches.length);
  if (isNull || size % branchSize !== 0) return machine.answer(-errno.EINVAL);
  const copied = branches.subarray(0, size);
  machine.memory.bytes.set(copied, to);
  return machine.answer(copied.length);
}

/** bpf_perf_prog_read_value(ctx, buf, buf_size) */
function counterValue(machine: Machine): Outcome {
  if (!contextArgument(machine, 1)) return outcome.fault;
  const size = sizeArgument(machine, 3, false);
  const to = size < 0 ? -1 : memoryArgument(machine, 2, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const { bytes, view } = machine.memory;
  bytes.fill(0, to, to + size);
  if (size !== counterSize) return machine.answer(-errno.EINVAL);
  const counter = machine.environment.event?.counter;
  if (counter === undefined) {
    noteMissing(machine, 'bpf_perf_prog_read_value', 'the counter', 'counter');
    return machine.answer(-errno.EINVAL);
  }
  view.setBigUint64(to, counter.value, true);
  view.setBigUint64(to + 8, counter.enabled, true);
  view.setBigUint64(to + 16, counter.running, true);
  return machine.answer(0);
}

/** bpf_override_return(regs, rc): the probed function returns `rc` at once; shown in the registers and as output. */
function overrideReturn(machine: Machine): Outcome {
  if (machine.programType !== 'kprobe') {
    const message = 'program of this type cannot use helper bpf_override_return#58';
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  if (!contextArgument(machine, 1)) return outcome.fault;
  const value = machine.register(2);
  const { base } = argumentsOf(machine);
  machine.accessListener?.(base + axOffset, 8, 'write');
  machine.memory.view.setBigUint64(base + axOffset, value, true);
  machine.emitOutput('bpf_override_return', `the function returns ${BigInt.asIntN(64, value)}`);
  return machine.answer(0);
}

export const tracingHelpers: readonly Helper[] = [
  ofEvent(173, 'bpf_get_func_ip', 'functionAddress', 'the address of the function'),
  ofEvent(174, 'bpf_get_attach_cookie', 'cookie', 'the cookie'),
  { id: 183, name: 'bpf_get_func_arg', call: functionArgument },
  { id: 184, name: 'bpf_get_func_ret', call: functionReturn },
  { id: 185, name: 'bpf_get_func_arg_cnt', call: argumentCount },
  { id: 176, name: 'bpf_get_branch_snapshot', call: branchSnapshot, answer: 'environment' },
  { id: 119, name: 'bpf_read_branch_records', call: branchRecords, answer: 'environment' },
  { id: 56, name: 'bpf_perf_prog_read_value', call: counterValue, answer: 'environment' },
  { id: 58, name: 'bpf_override_return', call: overrideReturn },
];
