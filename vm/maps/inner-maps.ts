import { raise } from '../base/problem.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { mapTypeName } from '../object/map-types.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { refuse } from './definition.ts';
import { errno } from './errno.ts';
import { mapFlag, mapType } from './flags.ts';
import { valueLayout } from './value-layout.ts';

/** PROG_ARRAY, CGROUP_STORAGE, PERCPU_CGROUP_STORAGE, STRUCT_OPS: types without map_meta_equal. */
const neverInner: readonly number[] = [mapType.PROG_ARRAY, 19, 21, 26];
const mapsOfMaps: readonly number[] = [mapType.ARRAY_OF_MAPS, mapType.HASH_OF_MAPS];

/** A map of maps stores the ids of its inner maps: a map's place in `Machine.maps`, counted from 1. */
export class InnerMaps {
  /** What all inner maps are like. */
  readonly template: MapDefinition;
  readonly #machine: Machine;
  readonly #name: string;

  /** As bpf_map_meta_alloc of kernel/bpf/map_in_map.c; raises `map-definition`. */
  constructor(machine: Machine, { definition }: LinkedMap) {
    this.#machine = machine;
    this.#name = definition.name;
    const inner = definition.inner ?? withoutTemplate(definition);
    if (neverInner.includes(inner.type)) {
      refuse(definition, 'ENOTSUPP', `a ${mapTypeName(inner.type)} cannot be an inner map`);
    }
    if (mapsOfMaps.includes(inner.type)) refuse(definition, 'EINVAL', 'its inner map is a map of maps');
    this.template = inner;
  }

  /** Id of a map by its name; undefined where there is none. */
  idOf(name: string): number | undefined {
    const { maps, program } = this.#machine;
    const at = maps.length > program.maps.length ? maps.findIndex((map) => map.name === name) : -1;
    const id = (at < 0 ? program.maps.findIndex((map) => map.name === name) : at) + 1;
    return id === 0 ? undefined : id;
  }

  /** The map with an id, as in a value. */
  at(id: number): KernelMap | undefined {
    return this.#machine.maps[id - 1];
  }

  /** Machine address of the map with an id; 0 where there is none. */
  addressOf(id: number): number {
    return Number(this.at(id)?.address ?? 0n);
  }

  /** What putting a map in gives, without doing it: 0 or a negative errno (bpf_map_fd_get_ptr). */
  check(id: number): number {
    const { maps, program } = this.#machine;
    // An initial slot may name a map that is made later.
    const linked = maps[id - 1]?.linked ?? program.maps[id - 1];
    if (linked === undefined) return -errno.EBADF;
    return this.#isLikeTemplate(linked.definition) ? 0 : -errno.EINVAL;
  }

  /** bpf_map_meta_equal and array_map_meta_equal. */
  #isLikeTemplate(map: MapDefinition): boolean {
    const { template } = this;
    const differs = (['type', 'keySize', 'valueSize', 'flags'] as const).some(
      (name) => map[name] !== template[name],
    );
    if (differs || neverInner.includes(map.type)) return false;
    const isFixed = map.type === mapType.ARRAY && (map.flags & mapFlag.INNER_MAP) === 0;
    if (isFixed && map.maxEntries !== template.maxEntries) return false;
    return this.#special(map) === this.#special(template);
  }

  /** What of a value is the kernel's own, as text. */
  #special({ valueTypeId, valueSize }: MapDefinition): string {
    const { special } = valueLayout(this.#machine.program.object.btf, valueTypeId, valueSize);
    return special.map(({ name, offset }) => `${name}@${offset}`).join();
  }

  /** Puts the maps in that `.values` of the definition names; raises `map-definition`. */
  initialise({ slots }: MapDefinition, put: (index: number, id: number) => number): void {
    for (const { index, target } of slots) {
      const error = put(index, this.idOf(target) ?? 0);
      if (error === 0) continue;
      const what = `failed to initialize slot [${index}] of the map ${this.#name} to map '${target}': ${error}`;
      raise(
        'map-definition',
        what,
        undefined,
        'Inner maps have to be like the definition in __array(values, ...).',
      );
    }
  }

  /** A new inner map, like the template, to be made by whoever makes maps. */
  definitionOf(name: string): LinkedMap {
    return { name, definition: { ...this.template, name, slots: [] }, data: undefined, madeLater: true };
  }
}

function withoutTemplate(definition: MapDefinition): never {
  const hint = 'give the definition __array(values, struct INNER), where struct INNER is the inner map';
  return refuse(definition, 'EBADF', 'it does not say what its inner maps are like', hint);
}
