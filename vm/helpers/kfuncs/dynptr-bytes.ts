import { outcome, type Kfunc, type Outcome } from '../../machine/helper.ts';
import { dynptrType, type Dynptr } from '../../machine/dynptrs.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf } from '../arguments.ts';
import { dynptrArgument, newDynptrArgument, nullDynptr } from '../dynptr-argument.ts';
import { dynptrBytes } from '../dynptr.ts';

/** Kfuncs that make a dynptr of another one, or change the bytes that dynptrs point to (kernel/bpf/helpers.c). */

/** bpf_dynptr_clone(ptr, clone) */
function clone(machine: Machine): Outcome {
  const place = dynptrArgument(machine, 1);
  if (place === undefined) return outcome.fault;
  const { dynptr, type } = place;
  if (type === dynptrType.ringbuf) {
    const message = 'the machine does not have bpf_dynptr_clone of a reserved record';
    return machine.fail({ kind: 'unsupported-kfunc', message });
  }
  const linear = newDynptrArgument(machine, 2);
  if (linear === undefined) return outcome.fault;
  const isNull = dynptr.data === 0n;
  machine.dynptrs.put(linear, type, isNull ? nullDynptr : dynptr);
  return machine.answer(isNull ? -errno.EINVAL : 0);
}

/** bpf_dynptr_check_off_len */
function isOutside({ size }: Dynptr, offset: number, length: number): boolean {
  return length > size || offset > size - length;
}

/** What of the bytes at `offset` there can be no pointer to: they cannot be got at in one piece. */
function lacksSlice(dynptr: Dynptr, offset: number, length: number): boolean {
  return dynptr.data === 0n || isOutside(dynptr, offset, length);
}

/** bpf_dynptr_copy(dst, dst_off, src, src_off, size) */
function copy(machine: Machine): Outcome {
  const [to, from] = [dynptrArgument(machine, 1), dynptrArgument(machine, 3)];
  if (to === undefined || from === undefined) return outcome.fault;
  const [toOffset, fromOffset, size] = [lowHalf(machine, 2), lowHalf(machine, 4), lowHalf(machine, 5)];
  const lacksFrom = lacksSlice(from.dynptr, fromOffset, size);
  const lacksTo = to.dynptr.readOnly || lacksSlice(to.dynptr, toOffset, size);
  if (lacksFrom !== lacksTo) {
    const lacking = lacksFrom ? from.dynptr : to.dynptr;
    const invalid = lacking.data === 0n || (lacksTo && lacking.readOnly);
    return machine.answer(invalid ? -errno.EINVAL : -errno.E2BIG);
  }
  if (isOutside(to.dynptr, toOffset, size) || isOutside(from.dynptr, fromOffset, size))
    return machine.answer(-errno.E2BIG);
  if (size === 0) return machine.answer(0);
  const source = dynptrBytes(machine, from.dynptr, fromOffset, size, 'read');
  const target = source < 0 ? -1 : dynptrBytes(machine, to.dynptr, toOffset, size, 'write');
  if (target < 0) return outcome.fault;
  machine.memory.bytes.copyWithin(target, source, source + size);
  return machine.answer(0);
}

/** bpf_dynptr_memset(ptr, offset, size, val) */
function memset(machine: Machine): Outcome {
  const place = dynptrArgument(machine, 1);
  if (place === undefined) return outcome.fault;
  const { dynptr } = place;
  const [offset, size] = [lowHalf(machine, 2), lowHalf(machine, 3)];
  if (dynptr.readOnly) return machine.answer(-errno.EINVAL);
  if (isOutside(dynptr, offset, size)) return machine.answer(-errno.E2BIG);
  if (size === 0) return machine.answer(0);
  const target = dynptrBytes(machine, dynptr, offset, size, 'write');
  if (target < 0) return outcome.fault;
  machine.memory.bytes.fill(lowHalf(machine, 4) & 0xff, target, target + size);
  return machine.answer(0);
}

export const dynptrByteKfuncs: readonly Kfunc[] = [
  { name: 'bpf_dynptr_clone', call: clone },
  { name: 'bpf_dynptr_copy', call: copy },
  { name: 'bpf_dynptr_memset', call: memset },
];
