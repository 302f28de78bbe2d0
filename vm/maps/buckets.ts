import { roundUpPowerOfTwo } from '../base/bytes.ts';
import { hashNode } from '../machine/map-layout.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { sameBytes } from './copy.ts';
import type { ElementStore } from './element-store.ts';

const { next, hash } = hashNode;

/**
 * The buckets of a hash map: singly linked lists of elements, newest first. A node that leaves its list keeps its
 * `next`, so that a traversal which holds it goes on from there, as in the kernel (hlist_nulls_del_rcu).
 */
export class Buckets {
  readonly #memory: LinearMemory;
  readonly #store: ElementStore;
  readonly #keySize: number;
  /** Linear offset of the first elements of all buckets, u32 each. */
  readonly heads: number;
  /** A power of two. */
  readonly count: number;

  constructor(memory: LinearMemory, store: ElementStore, keySize: number, maxEntries: number) {
    this.#memory = memory;
    this.#store = store;
    this.#keySize = keySize;
    this.count = roundUpPowerOfTwo(maxEntries);
    this.heads = memory.allocate(this.count * 4);
  }

  /** Number of the element with the key at `at` of `keys`, 0 where there is none. */
  find(keys: DataView, at: number, hashOfKey: number): number {
    const { view } = this.#memory;
    let element = view.getUint32(this.#head(hashOfKey), true);
    while (element !== 0) {
      const node = this.#store.node(element);
      if (
        view.getUint32(node + hash, true) === hashOfKey &&
        sameBytes(view, this.#store.key(element), keys, at, this.#keySize)
      ) {
        return element;
      }
      element = view.getUint32(node + next, true);
    }
    return 0;
  }

  /** The element's hash, which while it is free holds the link of its free list. */
  hashOf(element: number): number {
    return this.#memory.view.getUint32(this.#store.node(element) + hash, true);
  }

  setHash(element: number, value: number): void {
    this.#memory.view.setUint32(this.#store.node(element) + hash, value, true);
  }

  first(bucket: number): number {
    return this.#memory.view.getUint32(this.heads + bucket * 4, true);
  }

  next(element: number): number {
    return this.#memory.view.getUint32(this.#store.node(element) + next, true);
  }

  /** The first bucket from `bucket` on that has elements; `count` where there is none. */
  skipEmpty(bucket: number): number {
    const { view } = this.#memory;
    const end = this.heads + this.count * 4;
    let at = this.heads + bucket * 4;
    while (at < end && view.getUint32(at, true) === 0) at += 4;
    return (at - this.heads) / 4;
  }

  /** Puts an element, whose hash is set, at the head of its bucket. */
  insert(element: number): void {
    const { view } = this.#memory;
    const node = this.#store.node(element);
    const head = this.#head(view.getUint32(node + hash, true));
    view.setUint32(node + next, view.getUint32(head, true), true);
    view.setUint32(head, element, true);
  }

  /** Takes an element out of its bucket; false where it is not in it. */
  unlink(element: number): boolean {
    const { view } = this.#memory;
    const node = this.#store.node(element);
    let link = this.#head(view.getUint32(node + hash, true));
    for (;;) {
      const current = view.getUint32(link, true);
      if (current === 0) return false;
      if (current === element) break;
      link = this.#store.node(current) + next;
    }
    view.setUint32(link, view.getUint32(node + next, true), true);
    return true;
  }

  #head(hashOfKey: number): number {
    return this.heads + (hashOfKey & (this.count - 1)) * 4;
  }
}
