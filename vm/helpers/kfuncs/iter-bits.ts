import { ProblemError } from '../../base/problem.ts';
import { outcome, type Kfunc, type Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { dropObject } from '../../maps/special-fields.ts';
import { lowHalf, memoryArgument } from '../arguments.ts';
import { findOutside, missing, noteMissing } from '../outside-access.ts';

/**
 * bpf_iter_bits (kernel/bpf/helpers.c): struct bpf_iter_bits on the stack holds the bits, or the address of a copy of
 * them where they are more than 64 (u64), how many they are and the bit it stands on (s32 each).
 */
const at = { bits: 0, count: 8, bit: 12, sizeOf: 16 } as const;
/** BITS_ITER_NR_WORDS_MAX */
const mostWords = 511;

/** bpf_iter_bits_new(it, unsafe_ptr, nr_words) */
function create(machine: Machine): Outcome {
  const address = machine.register(1);
  if (machine.references.has(address) && machine.refuse('expected uninitialized iter_bits as arg #0'))
    return outcome.fault;
  const linear = memoryArgument(machine, 1, at.sizeOf, 'write', 'memory');
  if (linear < 0) return outcome.fault;
  const { view } = machine.memory;
  view.setBigUint64(linear + at.bits, 0n, true);
  view.setInt32(linear + at.count, 0, true);
  view.setInt32(linear + at.bit, -1, true);
  machine.references.acquire(address, machine.slot);
  return machine.answer(-fill(machine, linear, machine.register(2), lowHalf(machine, 3)));
}

/** An errno, 0 for none. */
function fill(machine: Machine, linear: number, from: bigint, words: number): number {
  if (from === 0n || words === 0) return errno.EINVAL;
  if (words > mostWords) return errno.E2BIG;
  const found = findOutside(machine, 'kernel', from);
  if (found === undefined || found.available < 8 * words) {
    noteMissing(machine, 'bpf_iter_bits_new', 'kernel', from);
    return words === 1 ? errno.EFAULT : -missing('kernel', from);
  }
  machine.accessListener?.(found.linear, 8 * words, 'read');
  let bits = machine.memory.view.getBigUint64(found.linear, true);
  if (words > 1) {
    try {
      bits = machine.objects.create(8 * words);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return errno.ENOMEM;
    }
    const copy = machine.objects.at(bits)?.linear ?? 0;
    machine.memory.bytes.copyWithin(copy, found.linear, found.linear + 8 * words);
  }
  machine.memory.view.setBigUint64(linear + at.bits, bits, true);
  machine.memory.view.setInt32(linear + at.count, 64 * words, true);
  return 0;
}

/** Linear offset of the iterator in R1; -1 with a fault. */
function iterator(machine: Machine): number {
  const isNew = machine.references.has(machine.register(1));
  if (!isNew && machine.refuse('expected an initialized iter_bits as arg #0')) return -1;
  return memoryArgument(machine, 1, at.sizeOf, 'write', 'memory');
}

/** Linear offset of the bits. */
function bitsOf({ memory, objects }: Machine, linear: number): number {
  if (memory.view.getInt32(linear + at.count, true) <= 64) return linear + at.bits;
  return objects.at(memory.view.getBigUint64(linear + at.bits, true))?.linear ?? linear + at.bits;
}

/** bpf_iter_bits_next(it): where the number of the next set bit is, NULL behind the last. */
function next(machine: Machine): Outcome {
  const linear = iterator(machine);
  if (linear < 0) return outcome.fault;
  const { view, bytes } = machine.memory;
  const count = view.getInt32(linear + at.count, true);
  let bit = view.getInt32(linear + at.bit, true);
  if (bit >= count) return machine.answer(0);
  const bits = bitsOf(machine, linear);
  do bit++;
  while (bit < count && (((bytes[bits + (bit >> 3)] ?? 0) >> (bit & 7)) & 1) === 0);
  view.setInt32(linear + at.bit, bit, true);
  return machine.answer(bit >= count ? 0n : machine.register(1) + BigInt(at.bit));
}

/** bpf_iter_bits_destroy(it) */
function destroy(machine: Machine): Outcome {
  const linear = iterator(machine);
  if (linear < 0) return outcome.fault;
  const { view } = machine.memory;
  if (view.getInt32(linear + at.count, true) > 64)
    dropObject(machine, view.getBigUint64(linear + at.bits, true));
  machine.references.release(machine.register(1));
  return outcome.next;
}

export const iterBitsKfuncs: readonly Kfunc[] = [
  { name: 'bpf_iter_bits_new', call: create },
  { name: 'bpf_iter_bits_next', call: next },
  { name: 'bpf_iter_bits_destroy', call: destroy },
];
