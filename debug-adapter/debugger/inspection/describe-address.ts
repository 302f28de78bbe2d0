import type { KernelMap } from '../../../vm/machine/kernel-map.ts';
import { stackSize } from '../../../vm/machine/layout.ts';
import { structName } from '../../../vm/helpers/allocations.ts';
import { functionAt } from '../../../vm/object/link/lookup.ts';
import type { Region } from '../../../vm/memory/regions.ts';
import { sizeOf } from '../../debug-info/c-type.ts';
import { packetStart } from './context-fields.ts';
import { globalAt } from './globals.ts';
import { keyExpression } from './key-text.ts';
import { parametersOf } from './parameters.ts';
import type { Target } from './target.ts';
import { constant } from './value.ts';

/** Elements that are looked through to find which one has a value at an address. */
const searchedElements = 4096;
/** How far outside a packet an address is still taken for a pointer to it. */
const packetSlack = 256;

/** Says what addresses point to; empty for what is no address. */
export class AddressDescriber {
  readonly #target: Target;
  /** By map: what its searched elements' value and key addresses are called. */
  readonly #elements = new Map<KernelMap, ReadonlyMap<bigint, string>>();
  #moment = '';

  constructor(target: Target) {
    this.#target = target;
  }

  forget(): void {
    this.#elements.clear();
  }

  describe(address: bigint): string {
    const { machine } = this.#target;
    const place = machine.regions.locate(address);
    if (place === undefined) return '';
    const { region, offset } = place;
    if (region.kind === 'packet') return this.#packet(region, address);
    if (offset < -packetSlack || offset > region.size + packetSlack) return '';
    switch (region.kind) {
      case 'code':
        return this.#code(address);
      case 'stack':
        return this.#stack(region, address);
      case 'ctx':
        return plus('ctx', Number(address - this.#target.context));
      case 'map':
        return plus(`map ${this.#mapName(region)}`, offset);
      case 'map_value':
      case 'map_key':
        return this.#element(region, offset);
      case 'frame_key':
        return this.#frameKey(region, offset);
      case 'ringbuf_mem':
        return plus(`a record of ${this.#mapName(region)}`, offset);
      case 'arena':
        return plus(this.#mapName(region), offset);
      case 'dynptr':
        return 'dynptr';
      case 'sock':
        return plus('socket', offset);
      case 'object':
        return this.#object(address);
      case 'memory':
        return plus('memory', offset);
      case 'none':
        return '';
    }
  }

  #object(address: bigint): string {
    const { machine } = this.#target;
    const object = machine.objects.at(address);
    if (object === undefined) return 'object that was dropped';
    return plus(`object of struct ${structName(machine, object.typeId)}`, object.offset);
  }

  #packet(region: Region, address: bigint): string {
    const start = packetStart(this.#target);
    const end = BigInt(region.start + region.size);
    if (start === undefined || address < start - BigInt(packetSlack) || address > end + BigInt(packetSlack))
      return '';
    return plus('packet', Number(address - start));
  }

  #code(address: bigint): string {
    const { machine } = this.#target;
    const slot = machine.code.slotOfAddress(address);
    const found = slot === undefined ? undefined : functionAt(machine.program, slot);
    return slot === undefined || found === undefined ? '' : plus(found.name, (slot - found.firstSlot) * 8);
  }

  #stack({ owner, id }: Region, address: bigint): string {
    const { frames, regions } = this.#target.machine;
    if (owner > frames.depth) return `stack of a frame that has returned`;
    const top = regions.addressOf(id) + BigInt(stackSize);
    const variable = this.#target.stackVariables.at(address);
    const name =
      variable === undefined
        ? plus('r10', Number(address - top))
        : plus(variable.name, Number(address - variable.address));
    const place = `${name} of ${this.functionName(owner)}`;
    const context = this.#callbackContext(address);
    return context === undefined ? place : `${context}, ${place}`;
  }

  /** `callback_ctx+8`, where the callback's signature says how far it goes, or at its start. */
  #callbackContext(address: bigint): string | undefined {
    const { frames } = this.#target.machine;
    for (let depth = frames.depth; depth > 0; depth--) {
      const { callback } = frames.read(depth);
      if (callback === undefined || address < callback.context) continue;
      const offset = Number(address - callback.context);
      if (offset < this.#contextSize(depth)) return plus('callback_ctx', offset);
    }
    return undefined;
  }

  #contextSize(depth: number): number {
    const type = parametersOf(this.#target, depth).find(({ role }) => role === 'ctx')?.declared;
    return (type?.kind === 'pointer' ? sizeOf(type.target()) : undefined) ?? 1;
  }

  functionName(depth: number): string {
    const { machine } = this.#target;
    const { entryIp } = machine.frames.read(depth);
    const slot = machine.code.slotOfIp(entryIp);
    return functionAt(machine.program, slot)?.name ?? `instruction ${slot}`;
  }

  #mapName({ owner }: Region): string {
    return this.#target.machine.maps[owner]?.name ?? `${owner}`;
  }

  #element(region: Region, offset: number): string {
    const { machine } = this.#target;
    const map = machine.maps[region.owner];
    if (map === undefined) return '';
    const global = region.kind === 'map_value' ? globalAt(this.#target, map, offset) : undefined;
    if (global !== undefined) return global;
    const stride = elementStride(region, map);
    const within = ((offset % stride) + stride) % stride;
    const start = machine.regions.addressOf(region.id, offset - within);
    const what = region.kind === 'map_value' ? 'value' : 'key';
    const name = this.#traversed(map, start) ?? this.#indexed(map, start, (offset - within) / stride);
    if (name !== undefined) return plus(name, within);
    const known = this.#searched(map).get(start);
    if (known !== undefined) return plus(known, within);
    const gone = map.count() <= searchedElements ? 'released ' : '';
    return plus(`${gone}${what} of ${map.name}`, within);
  }

  /** The element that a traversal stands on, deleted or not. */
  #traversed(map: KernelMap, start: bigint): string | undefined {
    const { frames } = this.#target.machine;
    for (let depth = frames.depth; depth > 0; depth--) {
      const { callback } = frames.read(depth);
      if (callback?.map !== map.index) continue;
      const part = callback.value === start ? 'value' : callback.key === start ? 'key' : undefined;
      if (part === undefined) continue;
      const key = this.#target.read(callback.key, map.linked.definition.keySize);
      if (key !== undefined) return `${this.#elementName(map, key)}.${part}`;
    }
    return undefined;
  }

  /** Arrays keep their values in the order of their keys. */
  #indexed(map: KernelMap, start: bigint, index: number): string | undefined {
    if (map.typeName !== 'ARRAY') return undefined;
    const [element] = map.elements(index, 1);
    if (element?.valueAddresses[0] !== start) return undefined;
    return `${this.#elementName(map, element.key)}.value`;
  }

  #searched(map: KernelMap): ReadonlyMap<bigint, string> {
    const { machine } = this.#target;
    const moment = `${machine.run}:${machine.cycle}`;
    if (moment !== this.#moment) this.#elements.clear();
    this.#moment = moment;
    let known = this.#elements.get(map);
    if (known === undefined) {
      known = this.#search(map);
      this.#elements.set(map, known);
    }
    return known;
  }

  #search(map: KernelMap): ReadonlyMap<bigint, string> {
    const found = new Map<bigint, string>();
    for (const { key, keyAddress, valueAddresses } of map.elements(0, searchedElements)) {
      const name = this.#elementName(map, key);
      if (keyAddress !== undefined) found.set(keyAddress, `${name}.key`);
      valueAddresses.forEach((address, cpu) => {
        found.set(address, valueAddresses.length > 1 ? `${name}.value of cpu ${cpu}` : `${name}.value`);
      });
    }
    return found;
  }

  #elementName(map: KernelMap, key: Uint8Array): string {
    const type = this.#target.keyType(map);
    return `${map.name}[${keyExpression({ type, storage: constant(key) })}]`;
  }

  #frameKey({ owner }: Region, offset: number): string {
    const { frames, maps } = this.#target.machine;
    const { callback } = owner <= frames.depth ? frames.read(owner) : { callback: undefined };
    const map = callback?.map === undefined ? undefined : maps[callback.map];
    if (callback === undefined || map === undefined) return 'key of a traversal that has ended';
    const key = this.#target.read(callback.key, map.linked.definition.keySize);
    const name = key === undefined ? map.name : this.#elementName(map, key);
    return plus(`${name}.key`, offset);
  }
}

/** Bytes from one element to the next in a region of keys or values. */
export function elementStride(region: Region, map: KernelMap): number {
  if (region.slotMask !== 0xffffffff) return region.slotMask + 1;
  const { keySize, valueSize } = map.linked.definition;
  if (region.kind === 'map_key') return keySize;
  return Math.max(8, Math.ceil(valueSize / 8) * 8);
}

/** `name`, `name+4` or `name-4`. */
export function plus(name: string, offset: number): string {
  if (offset === 0) return name;
  return offset < 0 ? `${name}${offset}` : `${name}+${offset}`;
}
