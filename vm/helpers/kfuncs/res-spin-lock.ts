import { outcome, type Kfunc, type Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import type { Allocation } from '../allocations.ts';
import { lockedAllocation } from '../spin-lock.ts';
import { isInLess } from '../tree-callback.ts';
import { isSavedFlags, newFlags, saveFlags } from './irq-flags.ts';

/**
 * struct bpf_res_spin_lock (kernel/bpf/rqspinlock.c): as bpf_spin_lock, but several can be held, and who would wait for
 * ever gets an error. One CPU runs at a time here, so that the only one is -EDEADLK, of a lock that is held already.
 */

function lockArgument(machine: Machine): Allocation | undefined {
  if (isInLess(machine) && machine.refuse("can't spin_{lock,unlock} in rbtree cb")) return undefined;
  return lockedAllocation(machine, 'bpf_res_spin_lock');
}

/** Whether the verifier knows that it is the same lock: there is only one value that it can be in. */
function isGlobal({ maps, regions }: Machine, { address }: Allocation): boolean {
  const region = regions.locate(address)?.region;
  return region?.kind === 'map_value' && maps[region.owner]?.linked.data !== undefined;
}

/** Takes the lock, and then saves the flags at linear offset `flags`, -1 for none. */
function take(machine: Machine, allocation: Allocation, flags: number): Outcome {
  const { locks, memory } = machine;
  const address = machine.register(1);
  if (memory.view.getUint32(allocation.linear, true) !== 0) {
    const words = 'Acquiring the same lock again, AA deadlock detected';
    if (isGlobal(machine, allocation) && machine.refuse(words)) return outcome.fault;
    return machine.answer(-errno.EDEADLK);
  }
  if (!locks.hold(address, allocation.address, flags >= 0)) {
    const message = 'the machine holds no more than 64 locks for a program';
    return machine.fail({ kind: 'unsupported-kfunc', message });
  }
  if (flags >= 0 && !saveFlags(machine, 2, flags, 'bpf_res_spin_lock')) return outcome.fault;
  machine.accessListener?.(allocation.linear, 4, 'write');
  memory.view.setUint32(allocation.linear, 1, true);
  return machine.answer(0);
}

function lock(machine: Machine): Outcome {
  const allocation = lockArgument(machine);
  return allocation === undefined ? outcome.fault : take(machine, allocation, -1);
}

function lockSaving(machine: Machine): Outcome {
  const allocation = lockArgument(machine);
  if (allocation === undefined) return outcome.fault;
  const flags = newFlags(machine, 2);
  return flags < 0 ? outcome.fault : take(machine, allocation, flags);
}

function give(machine: Machine, name: string, restores: boolean): Outcome {
  const allocation = lockArgument(machine);
  if (allocation === undefined) return outcome.fault;
  const { locks, memory } = machine;
  const address = machine.register(1);
  if (locks.held === 0n && machine.refuse(`${name} without taking a lock`)) return outcome.fault;
  if (locks.held !== 0n && locks.held !== address) {
    const held = memory.view.getUint32(allocation.linear, true) !== 0;
    const words = held ? `${name} cannot be out of order` : `${name} of different lock`;
    if (machine.refuse(words)) return outcome.fault;
  }
  if (locks.held === address && locks.heldSaving !== restores)
    if (machine.refuse(`${name} of different lock`)) return outcome.fault;
  if (restores && !isSavedFlags(machine, 2, 'bpf_res_spin_lock')) return outcome.fault;
  if (restores) locks.restoreFlags(machine.register(2));
  machine.accessListener?.(allocation.linear, 4, 'write');
  memory.view.setUint32(allocation.linear, 0, true);
  locks.release(address);
  machine.objects.closeLent(machine.references);
  return outcome.next;
}

export const resSpinLockKfuncs: readonly Kfunc[] = [
  { name: 'bpf_res_spin_lock', call: lock },
  { name: 'bpf_res_spin_unlock', call: (machine) => give(machine, 'bpf_res_spin_unlock', false) },
  { name: 'bpf_res_spin_lock_irqsave', call: lockSaving },
  { name: 'bpf_res_spin_unlock_irqrestore', call: (machine) => give(machine, 'bpf_res_spin_unlock', true) },
];
