import { failed, ok, type Result } from '../../../vm/base/problem.ts';
import type { WatchRange } from '../../../vm/engine/virtual-machine.ts';
import type { KernelMap } from '../../../vm/machine/kernel-map.ts';
import type { Region } from '../../../vm/memory/regions.ts';
import { basic, sizeOf, arrayOf, untyped, type CType } from '../../debug-info/c-type.ts';
import { contextType, packetOf } from '../inspection/context-fields.ts';
import { elementStride } from '../inspection/describe-address.ts';
import { dataMaps, globalNamed } from '../inspection/globals.ts';
import { keyExpression } from '../inspection/key-text.ts';
import type { Target } from '../inspection/target.ts';
import { typeWithin } from '../inspection/type-within.ts';
import { constant } from '../inspection/value.ts';
import type { ActivationId, DataPlace } from './data-place.ts';

/** Watched bytes, but for the kind of access. */
export type WatchedBytes = Omit<WatchRange, 'access'>;

export interface FoundData {
  /** As one would write it: `counts[3].packets`. */
  readonly label: string;
  /** Undefined where the bytes are no variable. */
  readonly type: CType | undefined;
  /** More than one where each CPU has its own. */
  readonly bytes: readonly WatchedBytes[];
  /** Of a stack: the breakpoint ends with it. */
  readonly activation?: ActivationId;
  /** What is special about it. */
  readonly message?: string;
}

/** Gives the bytes of a key that is written as an expression. */
export type ReadKey = (map: KernelMap, text: string) => Result<Uint8Array>;

/** Elements that are looked through to find which one has its value at an address. */
const searchedElements = 4096;

/** Says which data an address is, and where data is now. */
export class DataFinder {
  readonly #target: Target;
  readonly #readKey: ReadKey;

  constructor(target: Target, readKey: ReadKey) {
    this.#target = target;
    this.#readKey = readKey;
  }

  /** The place that means the bytes at an address for as long as possible. */
  placeOf(address: bigint, size: number): DataPlace {
    const { machine, context } = this.#target;
    const memory: DataPlace = { kind: 'memory', address, size };
    const place = machine.regions.locate(address);
    if (place === undefined) return memory;
    const { region, offset } = place;
    switch (region.kind) {
      case 'map_value':
      case 'arena':
        return this.#ofMap(region, offset, address, size) ?? memory;
      case 'packet': {
        const start = packetOf(this.#target)?.address;
        return start === undefined || address < start
          ? memory
          : { kind: 'packet', offset: Number(address - start), size };
      }
      case 'ctx':
        return { kind: 'ctx', offset: Number(address - context), size };
      case 'stack':
        return { kind: 'stack', activation: this.activationAt(region.owner), address, size };
      default:
        return memory;
    }
  }

  activationAt(depth: number): ActivationId {
    const { machine } = this.#target;
    return { run: machine.run, depth, entryCycle: machine.frames.read(depth).entryCycle };
  }

  isAlive({ run, depth, entryCycle }: ActivationId): boolean {
    const { machine } = this.#target;
    if (machine.runState === 'idle' || machine.run !== run || machine.frames.depth < depth) return false;
    return machine.frames.read(depth).entryCycle === entryCycle;
  }

  #ofMap(region: Region, offset: number, address: bigint, size: number): DataPlace | undefined {
    const map = this.#target.machine.maps[region.owner];
    if (map === undefined) return undefined;
    const data = dataMaps(this.#target).find((candidate) => candidate.map === map);
    if (data !== undefined) {
      const at = Number(address - data.address);
      const variable = data.section.variables.find(
        (candidate) =>
          at >= candidate.offset && at + size <= candidate.offset + this.#sizeOfVariable(candidate),
      );
      return variable && { kind: 'global', name: variable.name, offset: at - variable.offset, size };
    }
    const stride = elementStride(region, map);
    const within = ((offset % stride) + stride) % stride;
    const start = address - BigInt(within);
    const found = this.#elementAt(map, start, (offset - within) / stride);
    if (found === undefined) return undefined;
    return { kind: 'value', map: map.name, ...found, offset: within, size };
  }

  #sizeOfVariable({ typeId, size }: { readonly typeId?: number | undefined; readonly size: number }): number {
    return sizeOf(this.#target.type(typeId) ?? untyped(size)) ?? size;
  }

  #elementAt(
    map: KernelMap,
    start: bigint,
    index: number,
  ): { readonly key: string; readonly cpu: number | undefined } | undefined {
    const candidates = map.typeName === 'ARRAY' ? map.elements(index, 1) : map.elements(0, searchedElements);
    for (const { key, valueAddresses } of candidates) {
      const cpu = valueAddresses.indexOf(start);
      if (cpu < 0) continue;
      return { key: this.keyText(map, key), cpu: valueAddresses.length > 1 ? cpu : undefined };
    }
    return undefined;
  }

  keyText(map: KernelMap, key: Uint8Array): string {
    return keyExpression({ type: this.#target.keyType(map), storage: constant(key) });
  }

  /** Where a place is, and how it is found again. */
  find(place: DataPlace): Result<FoundData> {
    switch (place.kind) {
      case 'global':
        return this.#global(place);
      case 'value':
        return this.#value(place);
      case 'map':
        return this.#map(place);
      case 'packet':
        return ok(this.#packet(place));
      case 'ctx':
        return ok(this.#context(place));
      case 'stack':
        return this.#stack(place);
      case 'memory':
        return this.#memory(place);
    }
  }

  #global({ name, offset, size }: Extract<DataPlace, { kind: 'global' }>): Result<FoundData> {
    const value = globalNamed(this.#target, name);
    const address = value?.storage.address;
    if (value === undefined || address === undefined)
      return refused(`there is no global variable ${name} in this object`);
    if (offset + size > (sizeOf(value.type) ?? 0))
      return refused(`${name} has ${sizeOf(value.type) ?? 0} bytes now, not ${offset + size}`);
    const part = typeWithin(value.type, offset, size);
    return ok({
      label: name + part.path,
      type: part.type,
      bytes: [{ address: address + BigInt(offset), size }],
    });
  }

  mapNamed(name: string): Result<KernelMap> {
    const map = this.#target.machine.maps.find((candidate) => candidate.name === name);
    return map === undefined ? refused(`there is no map ${name} in this object`) : ok(map);
  }

  key(map: KernelMap, text: string): Result<Uint8Array> {
    return this.#readKey(map, text);
  }

  #value({
    map: name,
    key: text,
    cpu,
    offset,
    size,
  }: Extract<DataPlace, { kind: 'value' }>): Result<FoundData> {
    const map = this.mapNamed(name);
    if (!map.ok) return map;
    const key = this.key(map.value, text);
    if (!key.ok) return key;
    const { valueSize } = map.value.linked.definition;
    if (offset + size > valueSize)
      return refused(`values of ${name} have ${valueSize} bytes, not ${offset + size}`);
    const part = typeWithin(this.#target.valueType(map.value), offset, size);
    const of = cpu === undefined ? text : `${text}, ${cpu}`;
    const find = (): bigint | undefined => {
      const start = map.value.find(key.value)?.valueAddresses[cpu ?? 0];
      return start === undefined ? undefined : start + BigInt(offset);
    };
    const bytes = [{ address: 0n, find, moveIsWrite: true, size }];
    return ok({ label: `${name}[${of}]${part.path}`, type: part.type, bytes, ...absent(name, text, find) });
  }

  /** An element with the values of all CPUs, or the memory that all values of a map lie in. */
  #map({ map: name, key: text }: Extract<DataPlace, { kind: 'map' }>): Result<FoundData> {
    const map = this.mapNamed(name);
    if (!map.ok) return map;
    if (text === undefined) return ok({ label: name, type: undefined, bytes: this.#allValues(map.value) });
    const key = this.key(map.value, text);
    if (!key.ok) return key;
    const { machine } = this.#target;
    const size = map.value.linked.definition.valueSize;
    const values = map.value.typeName.includes('PERCPU') ? machine.environment.cpus : 1;
    const find = (cpu: number) => (): bigint | undefined => map.value.find(key.value)?.valueAddresses[cpu];
    const bytes = Array.from({ length: values }, (_, cpu): WatchedBytes => {
      return { address: 0n, find: find(cpu), moveIsWrite: true, size };
    });
    const type = this.#target.valueType(map.value);
    return ok({ label: `${name}[${text}]`, type, bytes, ...absent(name, text, find(0)) });
  }

  #allValues(map: KernelMap): readonly WatchedBytes[] {
    const { regions } = this.#target.machine;
    const found: WatchedBytes[] = [];
    for (let id = 0; id < regions.count; id++) {
      const region = regions.get(id);
      if (region?.owner !== map.index || (region.kind !== 'map_value' && region.kind !== 'arena')) continue;
      // The map may grow: all of the region's bytes are meant, however many it has then.
      found.push({ address: regions.addressOf(id), size: 2 ** 31, whole: false });
    }
    return found;
  }

  #packet({ offset, size }: { readonly offset: number; readonly size: number }): FoundData {
    const find = (): bigint | undefined => {
      const packet = packetOf(this.#target);
      return packet && packet.address + BigInt(offset);
    };
    const label = size === 1 ? `packet[${offset}]` : `packet[${offset}..${offset + size}]`;
    return { label, type: undefined, bytes: [{ address: 0n, find, size }] };
  }

  #context({ offset, size }: { readonly offset: number; readonly size: number }): FoundData {
    const find = (): bigint | undefined => {
      const { context } = this.#target;
      return context === 0n ? undefined : context + BigInt(offset);
    };
    const part = typeWithin(contextType(this.#target), offset, size);
    const path = part.path.startsWith('.') ? `->${part.path.slice(1)}` : part.path;
    return { label: `ctx${path}`, type: part.type, bytes: [{ address: 0n, find, size }] };
  }

  #stack({ activation, address, size }: Extract<DataPlace, { kind: 'stack' }>): Result<FoundData> {
    if (!this.isAlive(activation))
      return refused('the call of the function that had it on its stack has ended');
    const label = this.#target.describe(address);
    return ok({ label, type: undefined, bytes: [{ address, size }], activation });
  }

  #memory({ address, size }: Extract<DataPlace, { kind: 'memory' }>): Result<FoundData> {
    const text = `0x${address.toString(16)}`;
    const available = this.#target.machine.regions.peek(address)?.available ?? 0;
    if (available < size)
      return refused(available === 0 ? `nothing is at ${text}` : `only ${available} bytes are at ${text}`);
    const name = this.#target.describe(address);
    return ok({ label: name === '' ? text : name, type: undefined, bytes: [{ address, size }] });
  }
}

/** Elements that are not there yet are waited for. */
function absent(map: string, key: string, find: () => bigint | undefined): Pick<FoundData, 'message'> {
  return find() === undefined ? { message: `${map} has no element ${key} now` } : {};
}

/** The type of bytes that nothing says more of. */
export function bytesType(count: number): CType {
  return arrayOf(basic.byte, count);
}

function refused(message: string): Result<never> {
  return failed({ code: 'no-data', message });
}
