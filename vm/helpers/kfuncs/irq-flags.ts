import { outcome, type Kfunc, type Outcome } from '../../machine/helper.ts';
import type { FlagSaver } from '../../machine/locks.ts';
import type { Machine } from '../../machine/machine.ts';
import { memoryArgument, typeName } from '../arguments.ts';

/**
 * Interrupt flags that a program saves on its stack (process_irq_flag of kernel/bpf/verifier.c). Nothing interrupts a
 * program here. What the word says is the CPU's: the program cannot look at it.
 */

const flagsSize = 8;
/** RFLAGS with interrupts on. */
const enabled = 0x246n;

/** Linear offset of the place in `register` for the flags to save; -1 with a fault. */
export function newFlags(machine: Machine, register: number): number {
  if (!isOnStack(machine, register)) return -1;
  const isSaved = machine.locks.saverOf(machine.register(register)) !== undefined;
  if (isSaved && machine.refuse(`expected uninitialized irq flag as arg#${register - 1}`)) return -1;
  return memoryArgument(machine, register, flagsSize, 'write', 'memory');
}

function isOnStack(machine: Machine, register: number): boolean {
  const type = typeName(machine, machine.register(register));
  if (type === 'fp') return true;
  const message = `arg#${register - 1} doesn't point to an irq flag on stack`;
  machine.fail({ kind: 'refused-by-kernel', message });
  return false;
}

/** The flags are saved at a linear offset; false with a fault. */
export function saveFlags(machine: Machine, register: number, linear: number, saver: FlagSaver): boolean {
  if (!machine.locks.saveFlags(machine.register(register), saver)) {
    machine.fail({ kind: 'unsupported-kfunc', message: 'the machine keeps no more than 64 interrupt flags' });
    return false;
  }
  machine.memory.view.setBigUint64(linear, enabled, true);
  return true;
}

/** Whether `register` points to the flags that were saved last, by the kfuncs of `saver`; false with a fault. */
export function isSavedFlags(machine: Machine, register: number, saver: FlagSaver): boolean {
  if (!isOnStack(machine, register)) return false;
  const { locks } = machine;
  const address = machine.register(register);
  const saved = locks.saverOf(address);
  if (saved === undefined) return !machine.refuse(`expected an initialized irq flag as arg#${register - 1}`);
  if (saved !== saver) {
    const names = { bpf_local_irq: 'native', bpf_res_spin_lock: 'lock' } as const;
    const message = `irq flag acquired by ${names[saved]} kfuncs cannot be restored with ${names[saver]} kfuncs`;
    return !machine.refuse(message);
  }
  return locks.savedFlags === address || !machine.refuse('cannot restore irq state out of order');
}

function save(machine: Machine): Outcome {
  const linear = newFlags(machine, 1);
  return linear >= 0 && saveFlags(machine, 1, linear, 'bpf_local_irq') ? outcome.next : outcome.fault;
}

function restore(machine: Machine): Outcome {
  if (!isSavedFlags(machine, 1, 'bpf_local_irq')) return outcome.fault;
  machine.locks.restoreFlags(machine.register(1));
  return outcome.next;
}

export const irqFlagKfuncs: readonly Kfunc[] = [
  { name: 'bpf_local_irq_save', call: save },
  { name: 'bpf_local_irq_restore', call: restore },
];
