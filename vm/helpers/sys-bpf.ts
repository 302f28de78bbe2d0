import { decodeUtf8 } from '../base/byte-reader.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { isPerCpu } from '../maps/definition.ts';
import { errno } from '../maps/errno.ts';
import { createMap } from '../maps/registry.ts';
import { unsetFields } from '../object/map-definitions.ts';
import { isOfProgramType, lowHalf, memoryArgument, sizeArgument } from './arguments.ts';
import { findOutside } from './outside-access.ts';

/**
 * bpf() for programs of the type syscall (kernel/bpf/syscall.c: bpf_sys_bpf). Maps of the machine have file descriptors
 * from 3 on, in the order in which they were made.
 */

/** Of enum bpf_cmd, what the kernel lets programs use. */
const command = {
  mapCreate: 0,
  mapUpdate: 2,
  mapDelete: 3,
  progLoad: 5,
  mapGetFdById: 14,
  rawTracepointOpen: 17,
  btfLoad: 18,
  mapFreeze: 22,
  linkCreate: 28,
} as const;
const permitted: ReadonlySet<number> = new Set(Object.values(command));
const implemented: ReadonlySet<number> = new Set([command.mapCreate, command.mapUpdate, command.mapDelete]);

/** Offsets in union bpf_attr. */
const create = {
  type: 0,
  keySize: 4,
  valueSize: 8,
  maxEntries: 12,
  flags: 16,
  name: 28,
  extra: 64,
  end: 72,
} as const;
const element = { fd: 0, key: 8, value: 16, flags: 24, end: 32 } as const;
const nameSize = 16;
const pageSize = 4096;
const firstDescriptor = 3;

/** u32 at `state.kernel`: linear offset of a byte for each map, 1 once its descriptor is closed; 0 before the first. */
const closedAt = state.kernel + 60;
const mostClosed = 1024;

function mapOf(machine: Machine, descriptor: number): KernelMap | undefined {
  const table = machine.memory.view.getUint32(closedAt, true);
  const index = descriptor - firstDescriptor;
  const closed = table !== 0 && machine.memory.bytes[table + index] === 1;
  return closed ? undefined : machine.maps[index];
}

/** The attributes as a block of `size` bytes: what the program does not give is zeros. */
class Attributes {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(given: Uint8Array) {
    this.bytes = new Uint8Array(pageSize);
    this.bytes.set(given);
    this.#view = new DataView(this.bytes.buffer);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  /** CHECK_ATTR: nothing stands behind what the command takes. */
  endsAt(offset: number): boolean {
    return this.bytes.subarray(offset).every((byte) => byte === 0);
  }
}

function createdMap(machine: Machine, attributes: Attributes): number {
  if (!attributes.endsAt(create.end)) return -errno.EINVAL;
  const nameBytes = attributes.bytes.subarray(create.name, create.name + nameSize);
  const end = nameBytes.indexOf(0);
  if (end < 0) return -errno.EINVAL;
  const given = decodeUtf8(nameBytes.subarray(0, end));
  if (!/^[\w.]*$/.test(given)) return -errno.EINVAL;
  const name = given === '' ? `fd-${firstDescriptor + machine.maps.length}` : given;
  const definition = {
    ...unsetFields,
    name,
    type: attributes.u32(create.type),
    keySize: attributes.u32(create.keySize),
    valueSize: attributes.u32(create.valueSize),
    maxEntries: attributes.u32(create.maxEntries),
    flags: attributes.u32(create.flags),
    extra: attributes.u64(create.extra),
  };
  const made = createMap(machine, { name, definition, data: undefined }, machine.maps.length);
  if (!made.ok) return refusalOf(made.problem.message);
  machine.maps.push(made.value);
  return firstDescriptor + made.value.index;
}

/** Problems of definitions say the error number: `refused by the kernel with -EINVAL (-22)`. */
function refusalOf(message: string): number {
  return Number(/\((-\d+)\)/.exec(message)?.[1] ?? -errno.EINVAL);
}

function bytesAt(machine: Machine, address: bigint, size: number): Uint8Array | undefined {
  const found = findOutside(machine, 'kernel', address);
  if (found === undefined || found.available < size) return undefined;
  machine.accessListener?.(found.linear, size, 'read');
  return machine.memory.bytes.slice(found.linear, found.linear + size);
}

function updatedMap(machine: Machine, attributes: Attributes): number {
  if (!attributes.endsAt(element.end)) return -errno.EINVAL;
  const map = mapOf(machine, attributes.u32(element.fd));
  if (map === undefined) return -errno.EBADF;
  const { type, keySize, valueSize } = map.linked.definition;
  const key = bytesAt(machine, attributes.u64(element.key), keySize);
  const copies = isPerCpu(type) ? machine.environment.cpus : 1;
  const stride = isPerCpu(type) ? Math.ceil(valueSize / 8) * 8 : valueSize;
  const value = bytesAt(machine, attributes.u64(element.value), stride * copies);
  if (key === undefined || value === undefined) return -errno.EFAULT;
  const values = Array.from({ length: copies }, (_, i) => value.slice(i * stride, i * stride + valueSize));
  return map.userUpdate(key, values, attributes.u64(element.flags));
}

function deletedFrom(machine: Machine, attributes: Attributes): number {
  if (!attributes.endsAt(element.value)) return -errno.EINVAL;
  const map = mapOf(machine, attributes.u32(element.fd));
  if (map === undefined) return -errno.EBADF;
  const key = bytesAt(machine, attributes.u64(element.key), map.linked.definition.keySize);
  return key === undefined ? -errno.EFAULT : map.userRemove(key);
}

/** bpf_sys_bpf(cmd, attr, attr_size) */
function call(machine: Machine): Outcome {
  if (!isOfProgramType(machine, ['syscall'], 'bpf_sys_bpf#166')) return outcome.fault;
  const size = sizeArgument(machine, 3, false);
  const at = size < 0 ? -1 : memoryArgument(machine, 2, size, 'read', 'memory');
  if (at < 0) return outcome.fault;
  const wanted = lowHalf(machine, 1);
  if (!permitted.has(wanted)) return machine.answer(-errno.EINVAL);
  if (!implemented.has(wanted)) {
    const message = `bpf_sys_bpf with command ${wanted}: the machine does not have it`;
    return machine.fail({ kind: 'unsupported-helper', message });
  }
  if (size > pageSize) return machine.answer(-errno.E2BIG);
  const attributes = new Attributes(machine.memory.bytes.slice(at, at + size));
  if (wanted === command.mapCreate) return machine.answer(createdMap(machine, attributes));
  const result =
    wanted === command.mapUpdate ? updatedMap(machine, attributes) : deletedFrom(machine, attributes);
  return machine.answer(result);
}

/** bpf_sys_close(fd) */
function close(machine: Machine): Outcome {
  if (!isOfProgramType(machine, ['syscall'], 'bpf_sys_close#168')) return outcome.fault;
  const descriptor = lowHalf(machine, 1);
  const index = descriptor - firstDescriptor;
  if (mapOf(machine, descriptor) === undefined || index >= mostClosed) return machine.answer(-errno.EBADF);
  const { memory } = machine;
  let table = memory.view.getUint32(closedAt, true);
  if (table === 0) {
    table = memory.allocate(mostClosed);
    memory.view.setUint32(closedAt, table, true);
  }
  memory.bytes[table + index] = 1;
  return machine.answer(0);
}

export const sysBpfHelpers: readonly Helper[] = [
  { id: 166, name: 'bpf_sys_bpf', call, answer: 'environment' },
  { id: 168, name: 'bpf_sys_close', call: close },
];
