import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { dynptrType, largestDynptr, type Dynptr } from '../machine/dynptrs.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { lowHalf, memoryArgument, sizeArgument, typeName } from './arguments.ts';
import { dynptrArgument, newDynptrArgument, nullDynptr } from './dynptr-argument.ts';
import { withinLimits } from './within-limits.ts';

/** Dynptrs: pointers that carry their bounds (kernel/bpf/helpers.c: bpf_dynptr_*). */

/** bpf_dynptr_from_mem(data, size, flags, ptr) */
function fromMemory(machine: Machine): Outcome {
  const size = sizeArgument(machine, 2, true);
  if (size < 0 || memoryArgument(machine, 1, size, 'write', 'memory') < 0) return outcome.fault;
  const data = machine.register(1);
  const type = typeName(machine, data);
  if (type !== 'map_value') {
    const message = `Unsupported reg type ${type} for bpf_dynptr_from_mem data`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const linear = newDynptrArgument(machine, 4);
  if (linear === undefined) return outcome.fault;
  const error = size > largestDynptr ? errno.E2BIG : machine.register(3) !== 0n ? errno.EINVAL : 0;
  const dynptr: Dynptr = { data, size, type: dynptrType.local, readOnly: false, offset: 0 };
  machine.dynptrs.put(linear, dynptrType.local, error === 0 ? dynptr : nullDynptr);
  return machine.answer(-error);
}

function outside({ size }: Dynptr, offset: number, length: number): boolean {
  return length > size || offset > size - length;
}

/** Linear offset of `length` bytes at `offset` of what a dynptr points to, whose bounds are checked; -1 with a fault. */
export function dynptrBytes(
  machine: Machine,
  dynptr: Dynptr,
  offset: number,
  length: number,
  access: 'read' | 'write',
): number {
  if (dynptr.type === dynptrType.skb || dynptr.type === dynptrType.xdp)
    throw new Error('the bytes of packets are not those of a region');
  const address = dynptr.data + BigInt(dynptr.offset + offset);
  const linear = machine.regions.resolve(address, length, access) ?? emptyAt(machine, address, length);
  if (linear === undefined) {
    // Its data were released: the verifier ends the dynptr then.
    machine.fail({ kind: 'released-memory', message: 'Expected an initialized dynptr: its data are gone' });
    return -1;
  }
  machine.accessListener?.(linear, length, access);
  return linear;
}

/** No bytes may be anywhere. */
function emptyAt(machine: Machine, address: bigint, length: number): number | undefined {
  if (length > 0) return undefined;
  const place = machine.regions.locate(address);
  return place && place.region.base + place.offset;
}

/** bpf_dynptr_read(dst, len, src, offset, flags) */
function read(machine: Machine): Outcome {
  const length = sizeArgument(machine, 2, true);
  const to = length < 0 ? -1 : memoryArgument(machine, 1, length, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const place = dynptrArgument(machine, 3);
  if (place === undefined) return outcome.fault;
  const { dynptr } = place;
  const offset = lowHalf(machine, 4);
  if (dynptr.data === 0n || machine.register(5) !== 0n) return machine.answer(-errno.EINVAL);
  if (outside(dynptr, offset, length)) return machine.answer(-errno.E2BIG);
  const from = dynptrBytes(machine, dynptr, offset, length, 'read');
  if (from < 0) return outcome.fault;
  machine.memory.bytes.copyWithin(to, from, from + length);
  return machine.answer(0);
}

/** bpf_dynptr_write(dst, offset, src, len, flags) */
function write(machine: Machine): Outcome {
  const place = dynptrArgument(machine, 1);
  if (place === undefined) return outcome.fault;
  const length = sizeArgument(machine, 4, true);
  const from = length < 0 ? -1 : memoryArgument(machine, 3, length, 'read', 'memory');
  if (from < 0) return outcome.fault;
  const { dynptr } = place;
  const offset = lowHalf(machine, 2);
  if (dynptr.data === 0n || dynptr.readOnly) return machine.answer(-errno.EINVAL);
  if (outside(dynptr, offset, length)) return machine.answer(-errno.E2BIG);
  if (machine.register(5) !== 0n) return machine.answer(-errno.EINVAL);
  const to = dynptrBytes(machine, dynptr, offset, length, 'write');
  if (to < 0) return outcome.fault;
  machine.memory.bytes.copyWithin(to, from, from + length);
  return machine.answer(0);
}

/** bpf_dynptr_data(ptr, offset, len): NULL where it has not so many bytes, or may not be written. */
function data(machine: Machine): Outcome {
  const place = dynptrArgument(machine, 1);
  if (place === undefined) return outcome.fault;
  return sliceOf(machine, place.dynptr, lowHalf(machine, 2), lowHalf(machine, 3));
}

/** Answers with the address of a part of what a dynptr points to, NULL where it has not so much of it. */
export function sliceOf(machine: Machine, dynptr: Dynptr, offset: number, length: number): Outcome {
  if (dynptr.data === 0n || outside(dynptr, offset, length) || dynptr.readOnly) return machine.answer(0);
  if (dynptr.type === dynptrType.skb || dynptr.type === dynptrType.xdp) return machine.answer(0);
  const address = dynptr.data + BigInt(dynptr.offset + offset);
  const found = machine.regions.locate(address);
  const map = found && machine.maps[found.region.owner];
  // Values of hash maps may move: a slice of them is a pointer into the value.
  if (found === undefined || (found.region.kind === 'map_value' && map?.layout?.kind !== 'array'))
    return machine.answer(address);
  const linear = found.region.base + found.offset;
  return withinLimits(machine, () =>
    machine.answer(machine.dynptrSlices.add(linear, length, found.region.owner)),
  );
}

export const dynptrHelpers: readonly Helper[] = [
  { id: 197, name: 'bpf_dynptr_from_mem', call: fromMemory },
  { id: 201, name: 'bpf_dynptr_read', call: read },
  { id: 202, name: 'bpf_dynptr_write', call: write },
  { id: 203, name: 'bpf_dynptr_data', call: data },
];
