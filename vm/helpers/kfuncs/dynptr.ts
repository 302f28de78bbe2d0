import { outcome, type Kfunc, type Outcome } from '../../machine/helper.ts';
import { writeDynptr, type Dynptr } from '../../machine/dynptrs.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf } from '../arguments.ts';
import { dynptrArgument } from '../dynptr-argument.ts';
import { sliceOf } from '../dynptr.ts';

/** What programs ask of dynptrs, and change of them (kernel/bpf/helpers.c: bpf_dynptr_*). */

/** bpf_dynptr_adjust(ptr, start, end): the dynptr is of that part only. */
function adjust(machine: Machine): Outcome {
  const place = dynptrArgument(machine, 1);
  if (place === undefined) return outcome.fault;
  const { linear, type, dynptr } = place;
  const [start, end] = [lowHalf(machine, 2), lowHalf(machine, 3)];
  if (dynptr.data === 0n || start > end) return machine.answer(-errno.EINVAL);
  if (start > dynptr.size || end > dynptr.size) return machine.answer(-errno.ERANGE);
  const part: Dynptr = { ...dynptr, offset: dynptr.offset + start, size: end - start };
  machine.accessListener?.(linear, 16, 'write');
  if (machine.dynptrs.typeAt(linear) === undefined) writeDynptr(machine.memory, linear, part);
  else machine.dynptrs.put(linear, type, part);
  return machine.answer(0);
}

function asks(name: string, answer: (dynptr: Dynptr) => number): Kfunc {
  const call = (machine: Machine): Outcome => {
    const place = dynptrArgument(machine, 1);
    return place === undefined ? outcome.fault : machine.answer(answer(place.dynptr));
  };
  return { name, call };
}

/** bpf_dynptr_slice and bpf_dynptr_slice_rdwr(ptr, offset, buffer, size): of memory, the buffer is not needed. */
function slice(name: string): Kfunc {
  const call = (machine: Machine): Outcome => {
    const place = dynptrArgument(machine, 1);
    if (place === undefined) return outcome.fault;
    return sliceOf(machine, place.dynptr, lowHalf(machine, 2), lowHalf(machine, 4));
  };
  return { name, call };
}

export const dynptrKfuncs: readonly Kfunc[] = [
  { name: 'bpf_dynptr_adjust', call: adjust },
  asks('bpf_dynptr_is_null', ({ data }) => (data === 0n ? 1 : 0)),
  asks('bpf_dynptr_is_rdonly', ({ data, readOnly }) => (data !== 0n && readOnly ? 1 : 0)),
  // A u32: errors too.
  asks('bpf_dynptr_size', ({ data, size }) => (data === 0n ? 0x1_0000_0000 - errno.EINVAL : size)),
  slice('bpf_dynptr_slice'),
  slice('bpf_dynptr_slice_rdwr'),
];
