import { toHex } from '../../vm/base/bytes.ts';
import { isArray, isPerCpu, readMapEntries, type MapEntry } from '../../vm/inputs/bpftool-json.ts';
import { memberPath } from '../../vm/inputs/checked.ts';
import { mapNamed } from '../../vm/inputs/expectations.ts';
import { readGlobals } from '../../vm/inputs/globals.ts';
import type { StateChange } from '../../vm/inputs/scenario.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import type { Machine } from '../../vm/machine/machine.ts';
import { innerMapsOf } from '../../vm/maps/hash-of-maps.ts';
import { ProgArrayMap } from '../../vm/maps/prog-array.ts';
import type { LoadedObject } from './loaded-object.ts';
import { contentsHere, type Contents } from './map-contents.ts';

/** Types whose elements have no key. */
const keyless: ReadonlySet<string> = new Set(['QUEUE', 'STACK', 'BLOOM_FILTER']);

/** Gives the kernel's maps the contents that a scenario asks for. */
export class KernelState {
  readonly #machine: Machine;
  readonly #loaded: LoadedObject;
  /** What each map had when it was last looked at. */
  readonly #last = new Map<string, Contents>();
  /** Maps whose values differ between CPUs, which bpftool cannot set: only the CPU that runs has its own. */
  readonly oneCpu = new Set<string>();
  /** What was asked for and could not be done. */
  readonly notDone = new Set<string>();

  constructor(machine: Machine, loaded: LoadedObject) {
    this.#machine = machine;
    this.#loaded = loaded;
  }

  /** After a dump on the kernel. */
  saw(map: KernelMap, contents: Contents): void {
    this.#last.set(map.name, contents);
  }

  /** Commands for what a run's `set` asks for (`replace`), or the scenario as a whole; before the machine is changed. Raises `bad-scenario`. */
  change(change: StateChange, path: string, replace: boolean, cpu: number): string[][] {
    const commands: string[][] = [];
    for (const [name, json] of Object.entries(change.maps)) {
      const at = memberPath(memberPath(path, 'maps'), name);
      const map = mapNamed(this.#machine, name, at);
      const entries = readMapEntries(this.#machine, map, json, at);
      if (this.#isFrozen(map, at, replace)) continue;
      if (replace) commands.push(...this.#clear(map));
      for (const entry of entries) {
        if (entry.inner === undefined) commands.push(this.#store(map, entry, cpu));
        else this.notDone.add(`${entry.path} (an inner map of its own)`);
      }
      if (replace) this.#last.set(name, storedBy(entries, isArray(map) ? this.#zeros(map) : []));
    }
    return [...commands, ...this.#globals(change, memberPath(path, 'globals'), replace)];
  }

  #isFrozen(map: KernelMap, path: string, replace: boolean): boolean {
    const section = this.#machine.program.object.dataSections.find(({ name }) => name === map.name);
    if (map.linked.data === undefined || section?.readOnly !== true) return false;
    // What the scenario begins with is in the object's copy.
    if (replace) this.notDone.add(`${path} (${map.name} cannot be changed once it is loaded)`);
    return true;
  }

  #clear(map: KernelMap): string[][] {
    if (isArray(map))
      return this.#zeros(map).map(({ key, values }) => this.#update(map, key, values[0] ?? ''));
    return this.#contents(map).map(({ key }) => [
      'map',
      'delete',
      'pinned',
      this.#loaded.mapPath(map.linked),
      'key',
      ...hexWords(key),
    ]);
  }

  #zeros(map: KernelMap): Contents {
    const zeros = '00'.repeat(map.linked.definition.valueSize);
    return this.#contents(map).map(({ key, values }) => ({ key, values: values.map(() => zeros) }));
  }

  #contents(map: KernelMap): Contents {
    return this.#last.get(map.name) ?? contentsHere(this.#machine, map);
  }

  #store(map: KernelMap, { key, values }: MapEntry, cpu: number): string[] {
    const texts = values.map(({ bytes }) => toHex(bytes));
    if (isPerCpu(map) && texts.some((text) => text !== texts[0])) this.oneCpu.add(map.name);
    const value = (isPerCpu(map) ? texts[cpu] : undefined) ?? texts[0] ?? '';
    const inner = innerMapsOf(map)?.at(values[0]?.bytes[0] ?? 0);
    if (inner !== undefined) return this.#storePinned(map, toHex(key), this.#loaded.mapPath(inner.linked));
    if (map instanceof ProgArrayMap) return this.#storeProgram(map, toHex(key), values[0]?.bytes);
    return this.#update(map, toHex(key), value);
  }

  #update(map: KernelMap, key: string, value: string): string[] {
    const path = this.#loaded.mapPath(map.linked);
    const keyWords = keyless.has(map.typeName) ? [] : ['key', ...hexWords(key)];
    return ['map', 'update', 'pinned', path, ...keyWords, 'value', ...hexWords(value)];
  }

  #storeProgram(map: ProgArrayMap, key: string, id: Uint8Array | undefined): string[] {
    const name = map.nameOf(id?.[0] ?? 0) ?? '';
    return this.#storePinned(map, key, this.#loaded.programPath(name));
  }

  #storePinned(map: KernelMap, key: string, value: string): string[] {
    const path = this.#loaded.mapPath(map.linked);
    return ['map', 'update', 'pinned', path, 'key', ...hexWords(key), 'value', 'pinned', value];
  }

  /** Data sections as a whole: the variables that are named, and what else they have now. */
  #globals(change: StateChange, path: string, replace: boolean): string[][] {
    const changed = new Map<KernelMap, Uint8Array>();
    for (const { map, variable, value, path: at } of readGlobals(this.#machine, change.globals, path)) {
      if (this.#isFrozen(map, at, replace)) continue;
      const bytes =
        changed.get(map) ?? Uint8Array.from(Buffer.from(this.#contents(map)[0]?.values[0] ?? '', 'hex'));
      value.bytes.forEach((byte, i) => {
        const offset = variable.offset + i;
        bytes[offset] = ((bytes[offset] ?? 0) & ~(value.mask[i] ?? 0)) | byte;
      });
      changed.set(map, bytes);
    }
    return [...changed].map(([map, bytes]) => this.#update(map, '00000000', toHex(bytes)));
  }
}

function storedBy(entries: readonly MapEntry[], others: Contents): Contents {
  const stored = entries.map(({ key, values }) => ({
    key: toHex(key),
    values: values.map(({ bytes }) => toHex(bytes)),
  }));
  const keys = new Set(stored.map(({ key }) => key));
  return [...others.filter(({ key }) => !keys.has(key)), ...stored];
}

function hexWords(hex: string): string[] {
  return ['hex', ...(hex.match(/../g) ?? [])];
}
