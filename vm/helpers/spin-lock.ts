import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { spinLockHelper, spinUnlockHelper } from '../machine/locks.ts';
import type { Machine } from '../machine/machine.ts';
import { mapFieldArgument, type MapField } from './map-fields.ts';

/**
 * struct bpf_spin_lock in map values. One CPU runs at a time here, so that a lock is never contended; the rules of the
 * verifier (process_spin_lock) are kept. r0 stays as it is: the helpers return nothing.
 */

/** Programs that may interrupt the holder of a lock (check_map_prog_compatibility). */
const tracing = new Set(['kprobe', 'tracepoint', 'perf_event', 'raw_tracepoint', 'raw_tracepoint_writable']);

function lockArgument(machine: Machine): MapField | undefined {
  const { programType } = machine;
  const forbidden = tracing.has(programType)
    ? 'tracing'
    : programType === 'socket_filter'
      ? 'socket filter'
      : '';
  if (forbidden !== '' && machine.refuse(`${forbidden} progs cannot use bpf_spin_lock yet`)) return undefined;
  return mapFieldArgument(machine, 1, 'bpf_spin_lock');
}

function lock(machine: Machine): Outcome {
  const field = lockArgument(machine);
  if (field === undefined) return outcome.fault;
  const { locks, memory } = machine;
  if (memory.view.getUint32(field.linear, true) !== 0) {
    const message = `the bpf_spin_lock in ${field.map.name} is locked already: the CPU would wait for it for ever`;
    return machine.fail({ kind: 'deadlock', message });
  }
  machine.accessListener?.(field.linear, 4, 'write');
  memory.view.setUint32(field.linear, 1, true);
  locks.held = BigInt(field.address);
  return outcome.next;
}

function unlock(machine: Machine): Outcome {
  const field = lockArgument(machine);
  if (field === undefined) return outcome.fault;
  const { locks, memory } = machine;
  if (locks.held === 0n && machine.refuse('bpf_spin_unlock without taking a lock')) return outcome.fault;
  const other = locks.held !== 0n && locks.held !== BigInt(field.address);
  if (other && machine.refuse('bpf_spin_unlock of different lock')) return outcome.fault;
  machine.accessListener?.(field.linear, 4, 'write');
  memory.view.setUint32(field.linear, 0, true);
  if (!other) locks.held = 0n;
  return outcome.next;
}

export const spinLockHelpers: readonly Helper[] = [
  { id: spinLockHelper, name: 'bpf_spin_lock', call: lock },
  { id: spinUnlockHelper, name: 'bpf_spin_unlock', call: unlock },
];
