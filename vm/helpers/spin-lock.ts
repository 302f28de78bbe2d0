import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { spinLockHelper, spinUnlockHelper } from '../machine/locks.ts';
import type { Machine } from '../machine/machine.ts';
import { allocationAt, type Allocation } from './allocations.ts';
import { typeName } from './arguments.ts';
import { isInLess } from './tree-callback.ts';

/**
 * struct bpf_spin_lock in map values and objects. One CPU runs at a time here, so that a lock is never contended; the rules of the
 * verifier (process_spin_lock) are kept. r0 stays as it is: the helpers return nothing.
 */

/** Programs that may interrupt the holder of a lock (check_map_prog_compatibility). */
const tracing = new Set(['kprobe', 'tracepoint', 'perf_event', 'raw_tracepoint', 'raw_tracepoint_writable']);

function lockArgument(machine: Machine): Allocation | undefined {
  const { programType } = machine;
  const forbidden = tracing.has(programType)
    ? 'tracing'
    : programType === 'socket_filter'
      ? 'socket filter'
      : '';
  if (forbidden !== '' && machine.refuse(`${forbidden} progs cannot use bpf_spin_lock yet`)) return undefined;
  if (isInLess(machine) && machine.refuse("can't spin_{lock,unlock} in rbtree cb")) return undefined;
  return lockedAllocation(machine, 'bpf_spin_lock');
}

/** The lock of struct `name` that R1 points to, in its map value or object; undefined with a fault. */
export function lockedAllocation(machine: Machine, name: string): Allocation | undefined {
  const address = machine.register(1);
  const allocation = allocationAt(machine, address);
  if (allocation === undefined) {
    const message = `R1 type=${typeName(machine, address)} expected=map_value`;
    machine.fail({ kind: address === 0n ? 'null-pointer' : 'helper-argument', message });
    return undefined;
  }
  const message = lockProblem(machine, allocation, name);
  if (message === undefined) return allocation;
  machine.fail({ kind: 'refused-by-kernel', message });
  return undefined;
}

function lockProblem(machine: Machine, allocation: Allocation, name: string): string | undefined {
  if (machine.program.object.btf === undefined)
    return `${allocation.name} has to have BTF in order to use ${name}`;
  const lock = allocation.fields.find((field) => field.name === name);
  if (lock === undefined) return `${allocation.name} has no valid ${name}`;
  if (lock.offset === allocation.offset) return undefined;
  return `off ${allocation.offset} doesn't point to 'struct ${name}' that is at ${lock.offset}`;
}

function lock(machine: Machine): Outcome {
  const field = lockArgument(machine);
  if (field === undefined) return outcome.fault;
  const { locks, memory } = machine;
  if (memory.view.getUint32(field.linear, true) !== 0) {
    const message = `the bpf_spin_lock in ${field.name} is locked already: the CPU would wait for it for ever`;
    return machine.fail({ kind: 'deadlock', message });
  }
  machine.accessListener?.(field.linear, 4, 'write');
  memory.view.setUint32(field.linear, 1, true);
  locks.hold(machine.register(1), field.address);
  return outcome.next;
}

function unlock(machine: Machine): Outcome {
  const field = lockArgument(machine);
  if (field === undefined) return outcome.fault;
  const { locks, memory } = machine;
  if (locks.held === 0n && machine.refuse('bpf_spin_unlock without taking a lock')) return outcome.fault;
  const other = locks.held !== 0n && locks.held !== machine.register(1);
  if (other && machine.refuse('bpf_spin_unlock of different lock')) return outcome.fault;
  machine.accessListener?.(field.linear, 4, 'write');
  memory.view.setUint32(field.linear, 0, true);
  if (!other) {
    locks.release(machine.register(1));
    machine.objects.closeLent(machine.references);
  }
  return outcome.next;
}

export const spinLockHelpers: readonly Helper[] = [
  { id: spinLockHelper, name: 'bpf_spin_lock', call: lock },
  { id: spinUnlockHelper, name: 'bpf_spin_unlock', call: unlock },
];
