import type { Region } from '../memory/regions.ts';
import type { FaultAccess, FaultCause } from './fault.ts';
import { stackSize, state } from './layout.ts';
import type { Machine } from './machine.ts';

/**
 * The fault of an access that the region table does not allow, in the words of the kernel's verifier
 * (kernel/bpf/verifier.c: check_mem_access and what it calls), with what the address points at.
 */
export function accessFault(machine: Machine, access: FaultAccess): FaultCause {
  const name = access.register === undefined ? 'the address' : `R${access.register}`;
  const { address } = access;
  const place = machine.regions.locate(address);
  if (address < 0x10000n) {
    const message = `${name} invalid mem access 'scalar': ${access.type} of ${access.size} bytes at ${hex(address)}, a NULL pointer`;
    return { kind: 'null-pointer', message, access };
  }
  if (place === undefined || (place.region.kind === 'packet' && place.region.size === 0)) {
    const message = `${name} invalid mem access 'scalar': ${hex(address)} points at nothing`;
    return { kind: 'invalid-access', message, access };
  }
  return { ...describe({ machine, access, ...place, name }), access };
}

/** An access, the region it was meant for, and what the address is called. */
interface Miss {
  readonly machine: Machine;
  readonly access: FaultAccess;
  readonly region: Region;
  readonly offset: number;
  readonly name: string;
}

function describe(miss: Miss): Omit<FaultCause, 'access'> {
  const { machine, access, region, offset, name } = miss;
  const { size, type } = access;
  const inside = (limit: number): boolean => offset >= 0 && offset + size <= limit;
  switch (region.kind) {
    case 'packet':
      if (isOldPacketPointer(miss)) {
        const message = `${name} invalid mem access 'scalar': it points at the packet as it was before a helper moved it`;
        return { kind: 'released-memory', message };
      }
      return invalid(
        `invalid access to packet, off=${offset} size=${size}, ${name} points ${distance(offset)} a packet of ${region.size}`,
      );
    case 'stack': {
      const verb = type === 'write' ? 'write to' : 'read from';
      const message = `invalid ${verb} stack ${name} off=${offset - stackSize} size=${size}`;
      if (region.readLimit > 0) return invalid(message);
      return {
        kind: 'released-memory',
        message: `${message}: the function that owned this stack has returned`,
      };
    }
    case 'ctx':
      return invalid(`invalid bpf_context access off=${offset} size=${size}`);
    case 'code':
      return invalid(`${name} invalid mem access 'func': ${type} of ${size} bytes of program code`);
    case 'map':
      return invalid(
        `${name} invalid mem access 'map_ptr': a program cannot ${type} the map ${mapName(machine, region)} itself`,
      );
    case 'map_key':
    case 'frame_key':
      return describeKey(miss);
    case 'map_value':
      return describeValue(miss);
    case 'sock':
      if (region.readLimit === 0)
        return {
          kind: 'released-memory',
          message: `${name} invalid mem access 'scalar': a socket that was released`,
        };
      return invalid(`${name} invalid sock access off=${offset} size=${size}`);
    case 'dynptr':
      return invalid(`${name} invalid mem access 'dynptr_ptr': only helpers read a dynptr`);
    case 'ringbuf_mem':
      if (region.readLimit === 0 && inside(region.size)) {
        const what = `a record of ${mapName(machine, region)} that was submitted or discarded`;
        return { kind: 'released-memory', message: `${name} invalid mem access 'scalar': ${what}` };
      }
      return invalid(`invalid access to memory, mem_size=${region.size} off=${offset} size=${size}`);
    case 'memory':
      if (region.readLimit === 0 && inside(region.size)) {
        const message = `${name} invalid mem access 'scalar': what was here has been released`;
        return { kind: 'released-memory', message };
      }
      if (type === 'write' && region.writeLimit < region.readLimit && inside(region.size)) {
        return {
          kind: 'write-forbidden',
          message: `${name} cannot write into rdonly_mem, off=${offset} size=${size}`,
        };
      }
      return invalid(`invalid access to memory, mem_size=${region.size} off=${offset} size=${size}`);
    case 'object':
      return describeObject(miss);
    case 'arena':
    case 'none':
      return invalid(`${name} invalid mem access 'scalar': ${hex(access.address)} points at nothing`);
  }
}

/** Packets that helpers move get addresses further away than programs that the verifier takes go past their ends. */
const packetSlack = 0x1000;

function isOldPacketPointer({ machine, region, offset }: Miss): boolean {
  const moves = machine.memory.view.getUint32(state.network, true);
  return moves > 0 && (offset < -packetSlack || offset > region.size + packetSlack);
}

function describeKey({ machine, access, region, offset, name }: Miss): Omit<FaultCause, 'access'> {
  const { type, size } = access;
  const keySize = region.readLimit;
  if (region.kind === 'frame_key' && keySize === 0) {
    return { kind: 'released-memory', message: `${name} points at a key of a traversal that has ended` };
  }
  const within = (offset & region.slotMask) >>> 0;
  if (type === 'write' && within + size <= keySize) {
    return { kind: 'refused-by-kernel', message: `write to change key ${name} not allowed` };
  }
  const map = region.kind === 'map_key' ? ` of ${mapName(machine, region)}` : '';
  return invalid(`invalid access to map key${map}, key_size=${keySize} off=${within} size=${size}`);
}

function describeObject({ machine, access, region, offset, name }: Miss): Omit<FaultCause, 'access'> {
  const { size } = access;
  const object = machine.objects.at(access.address);
  const inside = offset >= 0 && offset + size <= region.size;
  if (object?.open !== true && inside) {
    const what =
      object === undefined
        ? 'the object has been dropped'
        : 'the program does not own the object, and holds no lock that lends it';
    return { kind: 'released-memory', message: `${name} invalid mem access 'scalar': ${what}` };
  }
  if (inside && access.type === 'write')
    return { kind: 'write-forbidden', message: `${name} only read is supported` };
  const { btf } = machine.program.object;
  const struct = object && btf?.has(object.typeId) === true ? btf.type(object.typeId).name : '';
  return invalid(`access beyond struct ${struct} at off ${offset} size ${size}`);
}

function describeValue({ machine, access, region, offset, name }: Miss): Omit<FaultCause, 'access'> {
  const { type, size } = access;
  const map = mapName(machine, region);
  const limit = type === 'write' ? region.writeLimit : region.readLimit;
  const valueSize = Math.max(region.readLimit, region.writeLimit);
  if (offset < 0 || offset >= region.size) {
    return invalid(
      `invalid access to map value, value_size=${valueSize} off=${offset} size=${size}, ${name} points ${distance(offset)} the values of ${map}`,
    );
  }
  const within = (offset & region.slotMask) >>> 0;
  if (limit < valueSize && within + size <= valueSize) {
    const verb = type === 'write' ? 'write into' : 'read from';
    return {
      kind: 'write-forbidden',
      message: `${verb} map forbidden, value_size=${valueSize} off=${within} size=${size}: ${map}`,
    };
  }
  return invalid(`invalid access to map value, value_size=${valueSize} off=${within} size=${size}: ${map}`);
}

function invalid(message: string): Omit<FaultCause, 'access'> {
  return { kind: 'invalid-access', message };
}

function mapName(machine: Machine, region: Region): string {
  return machine.maps[region.owner]?.name ?? `map ${region.owner}`;
}

function distance(offset: number): string {
  return offset < 0 ? `${-offset} bytes before` : `${offset} bytes into`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
