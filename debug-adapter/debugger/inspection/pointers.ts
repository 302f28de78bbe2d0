import type { KernelMap } from '../../../vm/machine/kernel-map.ts';
import { stackType } from './arguments.ts';
import { arrayOf, basic, sizeOf, untyped, type CType } from '../../debug-info/c-type.ts';
import { contextType, packetOf } from './context-fields.ts';
import { elementStride } from './describe-address.ts';
import type { Target } from './target.ts';
import { numberOf, type Value } from './value.ts';

/** Bytes of something without a type and end that are shown. */
const shownBytes = 256;

/** What a pointer points to; undefined for NULL, and where the bytes do not exist or have no size. */
export function pointedTo(target: Target, value: Value): Value | undefined {
  if (value.type.kind !== 'pointer') return undefined;
  const address = numberOf(value);
  if (address === undefined || address === 0n) return undefined;
  const declared = value.type.target();
  const type = declared.kind === 'void' ? typeAt(target, address) : declared;
  const size = type && sizeOf(type);
  if (type === undefined || size === undefined || size === 0) return undefined;
  return target.read(address, size) === undefined ? undefined : { type, storage: target.memory(address) };
}

/** The map that a pointer is; undefined where it points elsewhere. */
export function mapPointedTo({ machine }: Target, value: Value): KernelMap | undefined {
  const address = value.type.kind === 'pointer' ? numberOf(value) : undefined;
  return address === undefined ? undefined : machine.mapAt(address);
}

/** What is at an address, by the region it is in. */
function typeAt(target: Target, address: bigint): CType | undefined {
  const { machine } = target;
  const place = machine.regions.locate(address);
  if (place === undefined) return undefined;
  const { region, offset } = place;
  const bytes = arrayOf(basic.byte, Math.min(Math.max(region.size - offset, 0), shownBytes));
  switch (region.kind) {
    case 'map_value':
    case 'map_key': {
      const map = machine.maps[region.owner];
      if (map === undefined || map.linked.data !== undefined) return bytes;
      if (offset % elementStride(region, map) !== 0) return bytes;
      return region.kind === 'map_value' ? target.valueType(map) : target.keyType(map);
    }
    case 'frame_key':
      return untyped(4);
    case 'ctx':
      return offset === 0 ? contextType(target) : bytes;
    case 'stack':
      return stackType(target, address);
    case 'packet': {
      const packet = packetOf(target);
      const rest = packet === undefined ? 0 : packet.length - Number(address - packet.address);
      return rest > 0 ? arrayOf(basic.byte, rest) : undefined;
    }
    case 'object': {
      const object = machine.objects.at(address);
      return object?.offset === 0 ? target.type(object.typeId) : bytes;
    }
    case 'arena':
    case 'memory':
    case 'ringbuf_mem':
    case 'sock':
      return bytes;
    case 'code':
    case 'dynptr':
    case 'map':
    case 'none':
      return undefined;
  }
}
