/**
 * Where the contents of a map lie in linear memory, for code that looks elements up or steps through them without a
 * call of JavaScript. What a map moves is named by the place of a u32 that says where it is (names in `At`).
 */
export type MapLayout = ArrayLayout | HashLayout;

/** Values one after the other. */
export interface ArrayLayout {
  readonly kind: 'array';
  readonly entries: number;
  /** Machine address of the first value. */
  readonly address: number;
  /** Bytes from one element to the next. */
  readonly elementSize: number;
  /** Bytes from one CPU's value to the next; 0 where all CPUs share one. */
  readonly cpuStride: number;
  /** What an update by a program does; undefined where the program may not. */
  readonly update: { readonly values: number; readonly copied: CopiedBytes } | undefined;
}

/** What an update copies of a value: offset and size of each piece. */
export type CopiedBytes = readonly (readonly [offset: number, size: number])[];

/** Elements numbered from 1, in singly linked buckets (`hashNode`). */
export interface HashLayout {
  readonly kind: 'hash';
  readonly keySize: number;
  readonly seed: number;
  /** A power of two. */
  readonly buckets: number;
  /** Linear offset of the buckets' first elements (u32 each; 0 where empty). */
  readonly heads: number;
  /** Linear offset of where node 0 would be. */
  readonly nodesAt: number;
  /** Linear offset of the first key. */
  readonly keysAt: number;
  /** Bytes from one key to the next. */
  readonly keySlot: number;
  /** Machine addresses of the first key and value. */
  readonly keyAddress: number;
  readonly valueAddress: number;
  readonly elementSize: number;
  readonly cpuStride: number;
  /** LRU maps: the byte that a lookup sets to 1, `entrySize` bytes apart, the first at the u32 plus `offset`. */
  readonly referenced:
    { readonly linksAt: number; readonly offset: number; readonly entrySize: number } | undefined;
  /** What changes by a program do; undefined where the program may not, and for LRU maps. */
  readonly changes: HashChanges | undefined;
}

/** Linear offsets, and what an update of a HASH or PERCPU_HASH map depends on. */
export interface HashChanges {
  readonly copied: CopiedBytes;
  readonly preallocated: boolean;
  readonly maxEntries: number;
  /** Elements at most, free ones included. */
  readonly limit: number;
  /** The number of elements (u32). */
  readonly countAt: number;
  /** Where the first value is (u32). */
  readonly valuesAt: number;
  /** Elements there is room for, and those numbered so far (u32 each). */
  readonly capacityAt: number;
  readonly usedAt: number;
  /** Bytes of the regions of keys and values (u32 each): they grow with `usedAt`. */
  readonly keyBytesAt: number;
  readonly valueBytesAt: number;
  /** A `freeList` for each CPU. */
  readonly lists: number;
}

/** The free elements of a CPU, 12 bytes. */
export const freeList = {
  /** First free element (u32), linked through the hash field of nodes. */
  head: 0,
  /** Elements of this CPU that were never used (u32): they come after the list. */
  fresh: 4,
  /** The spare element that an update of an existing key takes (u32). */
  extra: 8,
  sizeOf: 12,
} as const;

/** The node of an element of a hash map, 8 bytes. */
export const hashNode = {
  /** Number of the element behind it in its bucket (u32); 0 at the end. */
  next: 0,
  /** The key's hash (u32); of a free element, the link of its free list. */
  hash: 4,
  sizeOf: 8,
} as const;
