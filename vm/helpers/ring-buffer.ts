import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { dynptrType, largestDynptr } from '../machine/dynptrs.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { RingBufferMap, ringSize } from '../maps/ring-buffer.ts';
import { lowHalf, memoryArgument, sizeArgument, typeName } from './arguments.ts';
import { newDynptrArgument, nullDynptr, releasedDynptr } from './dynptr-argument.ts';
import { mapOfType } from './map-of-type.ts';
import { withinLimits } from './within-limits.ts';

/** Ring buffers (kernel/bpf/ringbuf.c). What is submitted is told to the outside world; what is discarded is not. */

/** BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP: nobody waits here, so that they do nothing. */
export const wakeupFlags = 3n;
/** BPF_RB_* of bpf_ringbuf_query. */
const query = { available: 0n, size: 1n, consumer: 2n, producer: 3n } as const;

/** bpf_ringbuf_output(ringbuf, data, size, flags) */
function output(machine: Machine): Outcome {
  const map = mapOfType(machine, 1, RingBufferMap, 'bpf_ringbuf_output#130');
  if (map === undefined) return outcome.fault;
  const size = sizeArgument(machine, 3, true);
  const from = size < 0 ? -1 : memoryArgument(machine, 2, size, 'read', 'memory');
  if (from < 0) return outcome.fault;
  if ((machine.register(4) & ~wakeupFlags) !== 0n) return machine.answer(-errno.EINVAL);
  return withinLimits(machine, () => {
    const data = machine.memory.bytes.slice(from, from + size);
    const sent = map.output(from, BigInt(size));
    if (sent) machine.emitRecord('bpf_ringbuf_output', map, data);
    return machine.answer(sent ? 0 : -errno.EAGAIN);
  });
}

/** bpf_ringbuf_reserve(ringbuf, size, flags) */
function reserve(machine: Machine): Outcome {
  const map = mapOfType(machine, 1, RingBufferMap, 'bpf_ringbuf_reserve#131');
  if (map === undefined) return outcome.fault;
  if (machine.register(3) !== 0n) return machine.answer(0);
  return withinLimits(machine, () => {
    const record = map.reserve(machine.register(2));
    if (record === undefined) return machine.answer(0);
    machine.references.acquire(record, machine.slot);
    return machine.answer(record);
  });
}

/** The map whose record is at an address, and the record's region; undefined with a fault. */
function recordArgument(machine: Machine, register: number): [RingBufferMap, number] | undefined {
  const address = machine.register(register);
  const place = machine.regions.locate(address);
  const type = typeName(machine, address);
  const map = place && machine.maps[place.region.owner];
  if (place === undefined || type !== 'ringbuf_mem' || !(map instanceof RingBufferMap)) {
    machine.fail({ kind: 'helper-argument', message: `R${register} type=${type} expected=ringbuf_mem` });
    return undefined;
  }
  if (place.offset !== 0) {
    const message = `R${register} must have zero offset when passed to release func or trusted arg to kfunc`;
    machine.fail({ kind: 'helper-argument', message });
    return undefined;
  }
  if (!machine.references.release(address)) {
    machine.fail({ kind: 'helper-argument', message: `R${register} is an unacquired reference` });
    return undefined;
  }
  return [map, place.region.id];
}

/** bpf_ringbuf_submit and bpf_ringbuf_discard(data, flags): r0 is not the program's to read. */
function ending(id: number, name: string, discard: boolean): Helper {
  const call = (machine: Machine): Outcome => {
    const found = recordArgument(machine, 1);
    if (found === undefined) return outcome.fault;
    const [map, region] = found;
    const data = map.commit(region, discard);
    if (!discard) machine.emitRecord(name, map, data);
    return machine.answer(0);
  };
  return { id, name, call };
}

/** bpf_ringbuf_query(ringbuf, flags) */
function ask(machine: Machine): Outcome {
  const map = mapOfType(machine, 1, RingBufferMap, 'bpf_ringbuf_query#134');
  if (map === undefined) return outcome.fault;
  const { ring } = map;
  switch (machine.register(2)) {
    case query.available:
      return machine.answer(ring.producer - ring.consumer);
    case query.size:
      return machine.answer(ringSize(map.linked.definition));
    case query.consumer:
      return machine.answer(ring.consumer);
    case query.producer:
      return machine.answer(ring.producer);
    default:
      return machine.answer(0);
  }
}

/** bpf_ringbuf_reserve_dynptr(ringbuf, size, flags, ptr): the dynptr has to be released even where it holds nothing. */
function reserveDynptr(machine: Machine): Outcome {
  const map = mapOfType(machine, 1, RingBufferMap, 'bpf_ringbuf_reserve_dynptr#198');
  if (map === undefined) return outcome.fault;
  const linear = newDynptrArgument(machine, 4);
  if (linear === undefined) return outcome.fault;
  return withinLimits(machine, () => {
    const size = lowHalf(machine, 2);
    const flagged = machine.register(3) !== 0n;
    const tooBig = size > largestDynptr;
    const data = flagged || tooBig ? undefined : map.reserve(BigInt(size));
    const made = { data: data ?? 0n, size, type: dynptrType.ringbuf, readOnly: false, offset: 0 };
    machine.dynptrs.put(linear, dynptrType.ringbuf, data === undefined ? nullDynptr : made);
    machine.references.acquire(BigInt(linear), machine.slot);
    if (data !== undefined) return machine.answer(0);
    return machine.answer(tooBig && !flagged ? -errno.E2BIG : -errno.EINVAL);
  });
}

/** bpf_ringbuf_submit_dynptr and bpf_ringbuf_discard_dynptr(ptr, flags). */
function endingDynptr(id: number, name: string, discard: boolean): Helper {
  const call = (machine: Machine): Outcome => {
    const place = releasedDynptr(machine, 1);
    if (place === undefined) return outcome.fault;
    const { linear, dynptr } = place;
    const found = machine.regions.locate(dynptr.data);
    const map = found && machine.maps[found.region.owner];
    if (dynptr.data !== 0n && map instanceof RingBufferMap) {
      const data = map.commit(found?.region.id ?? 0, discard);
      if (!discard) machine.emitRecord(name, map, data);
    }
    machine.references.release(BigInt(linear));
    machine.dynptrs.put(linear, dynptrType.ringbuf, nullDynptr);
    machine.dynptrs.remove(linear);
    return machine.answer(0);
  };
  return { id, name, call };
}

export const ringBufferHelpers: readonly Helper[] = [
  { id: 130, name: 'bpf_ringbuf_output', call: output },
  { id: 131, name: 'bpf_ringbuf_reserve', call: reserve },
  ending(132, 'bpf_ringbuf_submit', false),
  ending(133, 'bpf_ringbuf_discard', true),
  { id: 134, name: 'bpf_ringbuf_query', call: ask },
  { id: 198, name: 'bpf_ringbuf_reserve_dynptr', call: reserveDynptr },
  endingDynptr(199, 'bpf_ringbuf_submit_dynptr', false),
  endingDynptr(200, 'bpf_ringbuf_discard_dynptr', true),
];
