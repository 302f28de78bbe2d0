import { state } from '../machine/layout.ts';
import { accessFault } from '../machine/access-fault.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { uninitialisedStack } from '../machine/uninitialised.ts';
import { regionKinds, regionRow, type Region } from '../memory/regions.ts';

/**
 * Arguments of helpers, checked as the verifier checks them. The functions that return a linear offset return -1, with
 * machine.fault set, where the argument is not allowed: they run for every helper call, so they make no objects.
 */

type Access = 'read' | 'write';

const mapKind = regionKinds.indexOf('map');
/** Helpers take no pointers to arenas, and to objects only where they say so. */
const refusedKinds: ReadonlySet<number> = new Set([
  regionKinds.indexOf('arena'),
  regionKinds.indexOf('object'),
]);

/** What the verifier lists as allowed for keys and values of maps, and for other memory. */
const expectedOf = {
  map: 'fp, pkt, pkt_meta, map_key, map_value',
  memory: 'fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_',
};
export type ArgumentKind = keyof typeof expectedOf;

export function lowHalf(machine: Machine, register: number): number {
  return machine.memory.view.getUint32(state.registers + 8 * register, true);
}

export function highHalf(machine: Machine, register: number): number {
  return machine.memory.view.getUint32(state.registers + 8 * register + 4, true);
}

/** Linear offset of `size` bytes that the program may access at the address in `register`; -1 with a fault. */
export function memoryArgument(
  machine: Machine,
  register: number,
  size: number,
  access: Access,
  kind: ArgumentKind,
): number {
  const { view } = machine.memory;
  const at = state.registers + 8 * register;
  const id = view.getUint32(at + 4, true);
  if (id < machine.regions.count) {
    const row = machine.regions.rowOf(id);
    const offset = view.getUint32(at, true) - view.getUint32(row + regionRow.start, true);
    const limit = view.getUint32(
      row + (access === 'read' ? regionRow.readLimit : regionRow.writeLimit),
      true,
    );
    const isRefused = refusedKinds.has(view.getUint16(row + regionRow.kind, true));
    const inSlot = (offset & view.getUint32(row + regionRow.slotMask, true)) >>> 0;
    const inside = offset >= 0 && offset < view.getUint32(row + regionRow.size, true);
    if (inside && inSlot + size <= limit && !isRefused) {
      const linear = view.getUint32(row + regionRow.base, true) + offset;
      machine.accessListener?.(linear, size, access);
      return machine.written === undefined || takeStack(machine, register, linear, size, access)
        ? linear
        : -1;
    }
  }
  refuseMemory(machine, register, size, access, kind);
  return -1;
}

/** In strict machines: stack bytes that a helper reads must have been written; those that it writes count as written. */
function takeStack(
  machine: Machine,
  register: number,
  linear: number,
  size: number,
  access: Access,
): boolean {
  if (access === 'write') {
    machine.written?.setBytes(linear, size);
    return true;
  }
  const first = machine.written?.firstUnwritten(linear, size) ?? -1;
  if (first < 0) return true;
  const details = { type: access, address: machine.register(register), size, register };
  machine.fail(uninitialisedStack(details, linear, first));
  return false;
}

/** The map that `register` points to; undefined with a fault. */
export function mapArgument(machine: Machine, register: number): KernelMap | undefined {
  const { view } = machine.memory;
  const at = state.registers + 8 * register;
  const id = view.getUint32(at + 4, true);
  let map: KernelMap | undefined;
  if (id < machine.regions.count) {
    const row = machine.regions.rowOf(id);
    const isMap = view.getUint16(row + regionRow.kind, true) === mapKind;
    if (isMap && view.getUint32(at, true) === view.getUint32(row + regionRow.start, true)) {
      map = machine.maps[view.getUint16(row + regionRow.owner, true)];
    }
  }
  if (map === undefined) {
    const message = `R${register} type=${typeName(machine, machine.register(register))} expected=map_ptr`;
    machine.fail({ kind: 'helper-argument', message });
  }
  return map;
}

/** As `mapArgument`, for helpers that work on the contents: a type that the machine does not have faults. */
export function usableMapArgument(machine: Machine, register: number): KernelMap | undefined {
  const map = mapArgument(machine, register);
  if (map === undefined || map.supported) return map;
  const message = `the map ${map.name} is a ${map.typeName}, which the machine does not have`;
  machine.fail({ kind: 'unsupported-map', message });
  return undefined;
}

/** The type of what an address points to, as the verifier names it. */
export function typeName(machine: Machine, address: bigint): string {
  const place = machine.regions.locate(address);
  if (place === undefined || (place.region.kind === 'packet' && place.offset < 0)) return 'scalar';
  switch (place.region.kind) {
    case 'none':
      return 'scalar';
    case 'arena':
      return 'arena';
    case 'packet':
      return isPacket(place.region, place.offset) ? 'pkt' : 'scalar';
    case 'code':
      return 'func';
    case 'stack':
      return 'fp';
    case 'ctx':
      return 'ctx';
    case 'frame_key':
    case 'map_key':
      return 'map_key';
    case 'map':
      return 'map_ptr';
    case 'map_value':
      return 'map_value';
    case 'memory':
      return 'mem';
    case 'ringbuf_mem':
      // Nothing is known of what was given back.
      return place.region.readLimit < place.region.size ? 'scalar' : 'ringbuf_mem';
    case 'dynptr':
      return 'dynptr_ptr';
    case 'sock':
      return place.region.readLimit === 0 ? 'scalar' : 'sock';
    case 'object':
      return objectTypeName(machine, address);
  }
}

function objectTypeName(machine: Machine, address: bigint): string {
  const object = machine.objects.at(address);
  if (object?.open !== true) return 'scalar';
  const { btf } = machine.program.object;
  return `ptr_${btf?.has(object.typeId) === true ? btf.type(object.typeId).name : ''}`;
}

/** Low memory is the packet's region: far outside of the packet, a value is a number, not a pointer. */
function isPacket(region: Region, offset: number): boolean {
  return region.size > 0 && offset <= region.size + 0xffff;
}

function refuseMemory(
  machine: Machine,
  register: number,
  size: number,
  access: Access,
  kind: ArgumentKind,
): void {
  const address = machine.register(register);
  const type = typeName(machine, address);
  const details = { access: { type: access, address, size, register } };
  if (type === 'scalar' || type.startsWith('ptr_') || ['ctx', 'func', 'map_ptr', 'arena'].includes(type)) {
    const message = `R${register} type=${type} expected=${expectedOf[kind]}`;
    machine.fail({ kind: address === 0n ? 'null-pointer' : 'helper-argument', message, ...details });
    return;
  }
  machine.fail(accessFault(machine, details.access));
}

const contextless: readonly string[] = ['raw_tracepoint', 'raw_tracepoint_writable', 'syscall'];

/** Whether `register` holds the context, as it was given to the program. */
export function contextArgument(machine: Machine, register: number): boolean {
  const address = machine.register(register);
  const place = machine.regions.locate(address);
  if (place?.region.kind === 'ctx' && place.offset === 0) return true;
  // BPF_PROG_TEST_RUN without a context gives these types NULL.
  if (address === 0n && contextless.includes(machine.programType)) return true;
  const message = `R${register} type=${typeName(machine, address)} expected=ctx`;
  machine.fail({ kind: 'helper-argument', message });
  return false;
}

/** Whether the value in `register` is NULL or points into the stack, as a callback_ctx has to. */
export function isStackOrNull(machine: Machine, register: number): boolean {
  const address = machine.register(register);
  if (address === 0n || typeName(machine, address) === 'fp') return true;
  const message = `R${register} type=${typeName(machine, address)} expected=fp`;
  return !machine.refuse(message);
}

/** A size of memory in `register`, as the verifier takes it; -1 with a fault. */
export function sizeArgument(machine: Machine, register: number, zeroAllowed: boolean): number {
  const size = lowHalf(machine, register);
  if (highHalf(machine, register) !== 0 || size > largestSize) {
    const message =
      highHalf(machine, register) > 0x7fffffff
        ? `R${register} min value is negative, either use unsigned or 'var &= const'`
        : `R${register} unbounded memory access, use 'var &= const' or 'if (var < const)'`;
    machine.fail({ kind: 'refused-by-kernel', message });
    return -1;
  }
  if (size > 0 || zeroAllowed) return size;
  machine.fail({ kind: 'refused-by-kernel', message: `R${register} invalid zero-sized read: u64=[0,0]` });
  return -1;
}

/** BPF_MAX_VAR_SIZ of include/linux/bpf_verifier.h. */
const largestSize = 1 << 29;

/** Whether programs of the type that runs may call a helper: `bpf_xdp_adjust_head#44`. */
export function isOfProgramType(machine: Machine, types: readonly string[], helper: string): boolean {
  if (types.includes(machine.programType)) return true;
  machine.fail({ kind: 'refused-by-kernel', message: `program of this type cannot use helper ${helper}` });
  return false;
}
