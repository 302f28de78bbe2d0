import type { LinkedMap } from '../object/linked-program.ts';
import type { Machine } from './machine.ts';
import type { MapLayout } from './map-layout.ts';

/**
 * A map as helpers, callbacks and the debugger see it; the types are in `maps/`. All contents live in linear memory.
 * `key` and `value` parameters are linear offsets of definition.keySize and definition.valueSize bytes.
 * Errors are negative errno numbers, as the kernel returns them.
 */
export interface KernelMap {
  /** Position in LinkedProgram.maps; inner maps made at run time come after them. */
  readonly index: number;
  readonly name: string;
  readonly linked: LinkedMap;
  /** BPF_MAP_TYPE_ name without the prefix: `HASH`. */
  readonly typeName: string;
  /** What `lddw` gives the program: the address of a region that cannot be read. */
  readonly address: bigint;
  /** Address of the first value, for ARRAY maps: what `lddw` of a global variable is relative to. */
  readonly valueBase: bigint | undefined;
  /** False: the machine knows the type's name only; a program that uses the map faults. */
  readonly supported: boolean;
  /** Undefined: only by the functions below. */
  readonly layout: MapLayout | undefined;

  /**
   * As bpf_map_lookup_elem: address of the value for `key` on `cpu`, 0 where there is none. Addresses stay far below
   * 2⁵³, so that this is a number: it is the most frequent call there is.
   */
  lookup(key: number, cpu: number): number;
  /** As bpf_map_update_elem from a program on `cpu`: `value` is one CPU's value. */
  update(key: number, value: number, flags: bigint, cpu: number): number;
  remove(key: number): number;
  /** Map types without keys: what the helpers for them do. */
  readonly queue?: ValueQueue;
  /** undefined: bpf_for_each_map_elem is refused for this map type. */
  readonly traversal: MapTraversal | undefined;

  /** For users (debugger, scenarios): number of elements now. */
  count(): number;
  /** Element handles in the order of BPF_MAP_GET_NEXT_KEY, from the `start`-th, at most `count`. A handle is valid until the map changes. */
  elements(start: number, count: number): readonly MapElement[];
  find(key: Uint8Array): MapElement | undefined;
  /** As BPF_MAP_UPDATE_ELEM from user space: per-CPU maps take one value for each CPU, in order. */
  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags?: bigint): number;
  userRemove(key: Uint8Array): number;
  /** For users: removes all elements, where no key says which. */
  clear?(): void;
}

/** As bpf_map_push_elem, bpf_map_pop_elem and bpf_map_peek_elem; `value` is a linear offset. */
export interface ValueQueue {
  push(value: number, flags: bigint): number;
  pop(value: number): number;
  peek(value: number): number;
}

export interface MapElement {
  /** Addresses of the machine; the array types' keys are not in memory and have address undefined. */
  readonly keyAddress: bigint | undefined;
  readonly key: Uint8Array;
  /** One for each CPU for per-CPU types, else one. */
  readonly valueAddresses: readonly bigint[];
}

/** Steps of bpf_for_each_map_elem over one map; the cursor is 32 bytes at `frame.cursor` of the callback frame. */
export interface MapTraversal {
  /**
   * Moves to the first (`started` false) or next element: stores its key and value addresses in the frame record at
   * linear offset `record` (`frame.key`, `frame.value`) and what comes after in its cursor. False after the last.
   */
  advance(machine: Machine, record: number, started: boolean): boolean;
}
