import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { copyBytes } from './copy.ts';
import { checkFlags, refuse } from './definition.ts';
import { errno } from './errno.ts';
import { mapFlag, narrowFlags, updateFlag } from './flags.ts';
import { MapBase } from './map-base.ts';
import { TrieNodes } from './trie-nodes.ts';

/** Bytes of the key in front of the data: the length of the prefix in bits. */
const lengthSize = 4;
/** LPM_DATA_SIZE_MAX. */
const mostData = 256;
/** LPM_VAL_SIZE_MAX on x86_64: KMALLOC_MAX_SIZE less the longest data and a node. */
const largestValue = (1 << 22) - mostData - 40;

/** As trie_alloc of kernel/bpf/lpm_trie.c; raises `map-definition`. */
function check(map: MapDefinition): void {
  const { RDONLY, WRONLY, RDONLY_PROG, WRONLY_PROG, NUMA_NODE, NO_PREALLOC } = mapFlag;
  if (map.maxEntries === 0) refuse(map, 'EINVAL', 'max_entries is 0');
  if ((map.flags & NO_PREALLOC) === 0) {
    const hint = 'give the definition __uint(map_flags, BPF_F_NO_PREALLOC)';
    refuse(map, 'EINVAL', 'it needs BPF_F_NO_PREALLOC', hint);
  }
  checkFlags(map, NO_PREALLOC | NUMA_NODE | RDONLY | WRONLY | RDONLY_PROG | WRONLY_PROG);
  if (map.keySize <= lengthSize || map.keySize > lengthSize + mostData) {
    const what = `a key is a u32 and 1 to ${mostData} bytes of data, not ${map.keySize} bytes`;
    refuse(map, 'EINVAL', what, 'begin the key with __u32 prefixlen');
  }
  if (map.valueSize === 0 || map.valueSize > largestValue) {
    refuse(map, 'EINVAL', `a value has 1 to ${largestValue} bytes, not ${map.valueSize}`);
  }
}

/** Where a search has ended: the node, what links to it, and how many bits of it agree with the key. */
interface Place {
  readonly node: number;
  /** 0: the root. */
  readonly parent: number;
  readonly grandparent: number;
  readonly matching: number;
}

/**
 * LPM_TRIE (kernel/bpf/lpm_trie.c): a binary trie of prefixes. An update of a prefix puts a new node in the place of
 * the old one, whose value stays readable until the run ends.
 */
export class LpmTrie extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly #nodes: TrieNodes;
  readonly #longest: number;
  readonly #maxEntries: number;
  /** Linear offset of the number of the root (u32), then that of elements (u32). */
  readonly #state: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    check(linked.definition);
    super(machine, linked, index);
    this.#longest = (this.keySize - lengthSize) * 8;
    this.#maxEntries = linked.definition.maxEntries;
    this.#state = machine.memory.allocate(8);
    const { readable, writable } = this;
    const sizes = { key: this.keySize, value: this.valueSize };
    this.#nodes = new TrieNodes(machine, index, sizes, { readable, writable });
  }

  get #root(): number {
    return this.memory.view.getUint32(this.#state, true);
  }

  lookup(key: number): number {
    const node = this.#lookup(this.memory.view, key);
    return node === 0 ? 0 : this.#nodes.valueAddress(node);
  }

  update(key: number, value: number, flags: bigint): number {
    try {
      return this.#put(key, value, narrowFlags(flags));
    } finally {
      this.#nodes.releaseLeft();
    }
  }

  remove(key: number): number {
    const { view } = this.memory;
    if (view.getUint32(key, true) > this.#longest) return -errno.EINVAL;
    const place = this.#search(key);
    const { node, parent, grandparent } = place;
    if (node === 0 || !this.#isKey(place, key) || this.#nodes.isIntermediate(node)) return -errno.ENOENT;
    this.#addToCount(-1);
    const [left, right] = [this.#nodes.child(node, 0), this.#nodes.child(node, 1)];
    if (left !== 0 && right !== 0) {
      this.#nodes.makeIntermediate(node);
      return 0;
    }
    const isLeaf = left === 0 && right === 0;
    if (isLeaf && parent !== 0 && this.#nodes.isIntermediate(parent)) {
      const other = this.#nodes.child(parent, this.#nodes.child(parent, 0) === node ? 1 : 0);
      this.#replace(grandparent, parent, other);
      this.#nodes.give(parent);
    } else {
      this.#replace(parent, node, left === 0 ? right : left);
    }
    this.#nodes.give(node);
    return 0;
  }

  count(): number {
    return this.memory.view.getUint32(this.#state + 4, true);
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    let position = 0;
    for (const node of this.#postorder()) {
      if (found.length >= count) break;
      if (position++ >= start) found.push(this.#element(node));
    }
    return found;
  }

  /** As BPF_MAP_LOOKUP_ELEM: the longest prefix of the key, which need not be the key. */
  find(key: Uint8Array): MapElement | undefined {
    if (key.length !== this.keySize) return undefined;
    const node = this.#lookup(new DataView(key.buffer, key.byteOffset, key.length), 0);
    return node === 0 ? undefined : this.#element(node);
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    return this.withUserData(key, values, (at, value) =>
      values.length === 1 ? this.update(at, value, flags) : -errno.EINVAL,
    );
  }

  userRemove(key: Uint8Array): number {
    return this.withUserData(key, [], (at) => this.remove(at));
  }

  /** Number of the node with the longest prefix of the key at `key` of `from`; 0 without. */
  #lookup(from: DataView, key: number): number {
    let found = 0;
    if (from.getUint32(key, true) > this.#longest) return found;
    let node = this.#root;
    while (node !== 0) {
      const matching = this.#matchingBits(node, from, key);
      const length = this.#lengthOf(node);
      if (matching < length) break;
      if (!this.#nodes.isIntermediate(node)) found = node;
      if (matching === this.#longest) break;
      node = this.#nodes.child(node, bitAt(from, key, length));
    }
    return found;
  }

  /** Goes down as long as nodes are shorter prefixes of the key. */
  #search(key: number): Place {
    const { view } = this.memory;
    let [node, parent, grandparent, matching] = [this.#root, 0, 0, 0];
    while (node !== 0) {
      matching = this.#matchingBits(node, view, key);
      const length = this.#lengthOf(node);
      if (length !== matching || length === view.getUint32(key, true)) break;
      [grandparent, parent, node] = [parent, node, this.#nodes.child(node, bitAt(view, key, length))];
    }
    return { node, parent, grandparent, matching };
  }

  #isKey({ node, matching }: Place, key: number): boolean {
    const length = this.#lengthOf(node);
    return length === matching && length === this.memory.view.getUint32(key, true);
  }

  /** Bits that the prefix of a node and a key have in common. */
  #matchingBits(node: number, from: DataView, key: number): number {
    const { view } = this.memory;
    const own = this.#nodes.key(node);
    const limit = Math.min(view.getUint32(own, true), from.getUint32(key, true));
    for (let at = 0; at * 8 < limit; at++) {
      const different = view.getUint8(own + lengthSize + at) ^ from.getUint8(key + lengthSize + at);
      if (different !== 0) return Math.min(limit, at * 8 + Math.clz32(different) - 24);
    }
    return limit;
  }

  #lengthOf(node: number): number {
    return this.memory.view.getUint32(this.#nodes.key(node), true);
  }

  #put(key: number, value: number, flags: number): number {
    const { view } = this.memory;
    const length = view.getUint32(key, true);
    if (flags > updateFlag.exist || length > this.#longest) return -errno.EINVAL;
    const place = this.#search(key);
    const { node, parent, matching } = place;
    const replaces = node !== 0 && this.#isKey(place, key);
    const isNew = !replaces || this.#nodes.isIntermediate(node);
    if (!isNew && flags === updateFlag.noExist) return -errno.EEXIST;
    if (isNew && flags === updateFlag.exist) return -errno.ENOENT;
    if (isNew && this.count() === this.#maxEntries) return -errno.ENOSPC;
    const added = this.#add(key, value);
    if (isNew) this.#addToCount(1);
    if (replaces) {
      this.#nodes.setChild(added, 0, this.#nodes.child(node, 0));
      this.#nodes.setChild(added, 1, this.#nodes.child(node, 1));
      this.#replace(parent, node, added);
      this.#nodes.give(node);
    } else if (node === 0) {
      this.#link(parent, added);
    } else if (matching === length) {
      this.#nodes.setChild(added, this.#keyBit(node, matching), node);
      this.#replace(parent, node, added);
    } else {
      this.#replace(parent, node, this.#part(node, added, matching));
    }
    return 0;
  }

  /** A node for the `length` bits that two nodes have in common, above them. */
  #part(node: number, added: number, length: number): number {
    const above = this.#nodes.take();
    this.memory.bytes.copyWithin(
      this.#nodes.key(above),
      this.#nodes.key(node),
      this.#nodes.key(node) + this.keySize,
    );
    this.memory.view.setUint32(this.#nodes.key(above), length, true);
    this.#nodes.makeIntermediate(above);
    this.#nodes.setChild(above, this.#keyBit(node, length), node);
    this.#nodes.setChild(above, this.#keyBit(added, length), added);
    return above;
  }

  #add(key: number, value: number): number {
    const added = this.#nodes.take();
    const { view, bytes } = this.memory;
    const [toKey, toValue] = [this.#nodes.key(added), this.#nodes.value(added)];
    const { accessListener } = this.machine;
    accessListener?.(toKey, this.keySize, 'write');
    copyBytes(view, bytes, toKey, key, this.keySize);
    accessListener?.(toValue, this.valueSize, 'write');
    copyBytes(view, bytes, toValue, value, this.valueSize);
    return added;
  }

  #keyBit(node: number, index: number): number {
    return bitAt(this.memory.view, this.#nodes.key(node), index);
  }

  /** Puts `by` where `parent` links to `node`. */
  #replace(parent: number, node: number, by: number): void {
    if (parent === 0) this.memory.view.setUint32(this.#state, by, true);
    else this.#nodes.setChild(parent, this.#nodes.child(parent, 0) === node ? 0 : 1, by);
  }

  /** Links a node to its parent, which has no child on that side. */
  #link(parent: number, node: number): void {
    if (parent === 0) this.memory.view.setUint32(this.#state, node, true);
    else this.#nodes.setChild(parent, this.#keyBit(node, this.#lengthOf(parent)), node);
  }

  #addToCount(change: number): void {
    this.memory.view.setUint32(this.#state + 4, this.count() + change, true);
  }

  /** The order of BPF_MAP_GET_NEXT_KEY: longer prefixes before those that they begin with. */
  *#postorder(): Generator<number> {
    const path: { readonly node: number; next: number }[] = [];
    const root = this.#root;
    if (root !== 0) path.push({ node: root, next: 0 });
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      if (last.next < 2) {
        const child = this.#nodes.child(last.node, last.next++);
        if (child !== 0) path.push({ node: child, next: 0 });
        continue;
      }
      path.pop();
      if (!this.#nodes.isIntermediate(last.node)) yield last.node;
    }
  }

  #element(node: number): MapElement {
    return {
      keyAddress: BigInt(this.#nodes.keyAddress(node)),
      key: this.keyCopy(this.#nodes.key(node)),
      valueAddresses: [BigInt(this.#nodes.valueAddress(node))],
    };
  }
}

/** A bit of the data of the key at `key`, the first one the most significant. */
function bitAt(view: DataView, key: number, index: number): number {
  return (view.getUint8(key + lengthSize + (index >>> 3)) >>> (7 - (index & 7))) & 1;
}
