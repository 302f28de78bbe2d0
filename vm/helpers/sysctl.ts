import { decodeUtf8 } from '../base/byte-reader.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { regionRow } from '../memory/regions.ts';
import { contextArgument, isOfProgramType, memoryArgument, sizeArgument } from './arguments.ts';
import { cgroupState, newValueOf, pageSize } from './cgroup-state.ts';

/** Helpers of programs that decide about sysctls (bpf_sysctl_* of kernel/bpf/cgroup.c). */

/** BPF_F_SYSCTL_BASE_NAME */
const baseName = 1n;
const wordSize = 8;

interface Buffer {
  readonly at: number;
  readonly size: number;
}

/** Checks the context in R1 and the buffer in R2 and R3; undefined with a fault. */
function bufferOf(machine: Machine, helper: string, access: 'read' | 'write'): Buffer | undefined {
  if (!isOfProgramType(machine, ['cgroup_sysctl'], helper) || !contextArgument(machine, 1)) return undefined;
  const size = sizeArgument(machine, 3, false);
  if (size < 0) return undefined;
  const at = memoryArgument(machine, 2, size, access, 'memory');
  return at < 0 ? undefined : { at, size };
}

/**
 * strscpy: -E2BIG where `text` does not fit with its NUL. The kernel copies words while there is room for one: the one
 * that has the NUL is zeros behind it.
 */
function copyText(machine: Machine, { at, size }: Buffer, text: Uint8Array): number {
  const { bytes } = machine.memory;
  const words = Math.floor(size / wordSize);
  const last = Math.floor(text.length / wordSize);
  const fits = text.length < size;
  const length = fits ? text.length : size - 1;
  bytes.set(text.subarray(0, length), at);
  bytes.fill(0, at + length, last < words ? at + (last + 1) * wordSize : at + length + 1);
  return fits ? text.length : -errno.E2BIG;
}

/** bpf_sysctl_get_name(ctx, buf, buf_len, flags): directories are copied one by one, each with its slash. */
function getName(machine: Machine): Outcome {
  const buffer = bufferOf(machine, 'bpf_sysctl_get_name#101', 'write');
  if (buffer === undefined) return outcome.fault;
  const name = machine.environment.sysctl?.name;
  if (name === undefined) {
    note(machine, 'bpf_sysctl_get_name', 'name');
    return machine.answer(-errno.EINVAL);
  }
  const parts = name.split(/(?<=\/)|(?=\/)/);
  const pieces = (machine.register(4) & baseName) === 0n ? parts : parts.slice(-1);
  let length = 0;
  for (const piece of pieces) {
    const left = { at: buffer.at + length, size: buffer.size - length };
    const copied = copyText(machine, left, new TextEncoder().encode(piece));
    if (copied < 0) return machine.answer(copied);
    length += copied;
  }
  return machine.answer(length);
}

/** copy_sysctl_value */
function copyValue(machine: Machine, { at, size }: Buffer, value: Uint8Array): Outcome {
  const { bytes } = machine.memory;
  bytes.fill(0, at, at + size);
  if (value.length === 0) return machine.answer(-errno.EINVAL);
  const fits = size > value.length;
  bytes.set(fits ? value : value.subarray(0, size - 1), at);
  return machine.answer(fits ? value.length : -errno.E2BIG);
}

/** bpf_sysctl_get_current_value(ctx, buf, buf_len) */
function getCurrentValue(machine: Machine): Outcome {
  const buffer = bufferOf(machine, 'bpf_sysctl_get_current_value#102', 'write');
  if (buffer === undefined) return outcome.fault;
  const value = machine.environment.sysctl?.currentValue;
  if (value === undefined) note(machine, 'bpf_sysctl_get_current_value', 'currentValue');
  return copyValue(machine, buffer, (value ?? new Uint8Array()).subarray(0, pageSize));
}

/** bpf_sysctl_get_new_value(ctx, buf, buf_len) */
function getNewValue(machine: Machine): Outcome {
  const helper = 'bpf_sysctl_get_new_value';
  const buffer = bufferOf(machine, `${helper}#103`, 'write');
  if (buffer === undefined) return outcome.fault;
  const written = isWrite(machine);
  const value = written ? newValueOf(machine) : new Uint8Array();
  if (written && value.length === 0) note(machine, helper, 'newValue');
  return copyValue(machine, buffer, value);
}

/** bpf_sysctl_set_new_value(ctx, buf, buf_len) */
function setNewValue(machine: Machine): Outcome {
  const helper = 'bpf_sysctl_set_new_value';
  const buffer = bufferOf(machine, `${helper}#104`, 'read');
  if (buffer === undefined) return outcome.fault;
  const { at, size } = buffer;
  if (!isWrite(machine)) return machine.answer(-errno.EINVAL);
  if (newValueOf(machine).length === 0) {
    note(machine, helper, 'newValue');
    return machine.answer(-errno.EINVAL);
  }
  if (size > pageSize - 1) return machine.answer(-errno.E2BIG);
  const { view, bytes } = machine.memory;
  bytes.copyWithin(view.getUint32(cgroupState.newValue, true), at, at + size);
  view.setUint32(cgroupState.newLength, size, true);
  view.setUint32(cgroupState.newUpdated, 1, true);
  machine.emitOutput(helper, JSON.stringify(decodeUtf8(bytes.slice(at, at + size))));
  return machine.answer(0);
}

/** `write` of struct bpf_sysctl, its first member. */
function isWrite({ memory: { view }, regions }: Machine): boolean {
  const row = regions.rowOf(view.getUint32(state.ctxRegion, true));
  return view.getUint32(view.getUint32(row + regionRow.base, true), true) !== 0;
}

function note(machine: Machine, helper: string, member: string): void {
  machine.emitNote(helper, `the environment gives no sysctl.${member}: the answer is -EINVAL`);
}

export const sysctlHelpers: readonly Helper[] = [
  { id: 101, name: 'bpf_sysctl_get_name', call: getName, answer: 'environment' },
  { id: 102, name: 'bpf_sysctl_get_current_value', call: getCurrentValue, answer: 'environment' },
  { id: 103, name: 'bpf_sysctl_get_new_value', call: getNewValue, answer: 'environment' },
  { id: 104, name: 'bpf_sysctl_set_new_value', call: setNewValue, answer: 'environment' },
];
