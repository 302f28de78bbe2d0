import type { LinearMemory } from '../memory/linear-memory.ts';

const entrySize = 8;

interface Range {
  readonly start: number;
  /** Inclusive. */
  readonly last: number;
}

/**
 * The free pages of an arena as ranges in linear memory, best fit (kernel/bpf/range_tree.c): a count (u32), then first
 * and last page (u32 each) of every range, the largest range first. Of ranges of one size the one that came to that
 * size last stands last, and is the one that is found.
 */
export class RangeSet {
  readonly #memory: LinearMemory;
  readonly #at: number;

  /** Room for `most` ranges. */
  constructor(memory: LinearMemory, most: number) {
    this.#memory = memory;
    this.#at = memory.allocate(4 + entrySize * most);
  }

  get count(): number {
    return this.#memory.view.getUint32(this.#at, true);
  }

  /** First of `pages` pages that the smallest range with room begins with. */
  find(pages: number): number | undefined {
    for (let index = this.count - 1; index >= 0; index--) {
      const range = this.#range(index);
      if (sizeOf(range) >= pages) return range.start;
    }
    return undefined;
  }

  /** Whether all pages of a range are in one range of the set. */
  has(start: number, pages: number): boolean {
    const last = start + pages - 1;
    return this.#ranges().some((range) => range.start <= start && range.last >= last);
  }

  /** Takes pages out. */
  clear(start: number, pages: number): void {
    const last = start + pages - 1;
    const overlapping = this.#ranges().filter((range) => range.start <= last && range.last >= start);
    overlapping.sort((a, b) => a.start - b.start);
    for (const range of overlapping) {
      this.#remove(range);
      if (range.start < start) this.#insert({ start: range.start, last: start - 1 });
      if (range.last > last) this.#insert({ start: last + 1, last: range.last });
    }
  }

  /** Puts pages in; ranges that touch become one. */
  set(start: number, pages: number): void {
    if (this.has(start, pages)) return;
    this.clear(start, pages);
    const ranges = this.#ranges();
    const left = ranges.find((range) => range.last === start - 1);
    const right = ranges.find((range) => range.start === start + pages);
    if (left !== undefined) this.#remove(left);
    if (right !== undefined) this.#remove(right);
    this.#insert({ start: left?.start ?? start, last: right?.last ?? start + pages - 1 });
  }

  #range(index: number): Range {
    const { view } = this.#memory;
    const at = this.#entry(index);
    return { start: view.getUint32(at, true), last: view.getUint32(at + 4, true) };
  }

  #ranges(): Range[] {
    return Array.from({ length: this.count }, (_, index) => this.#range(index));
  }

  #entry(index: number): number {
    return this.#at + 4 + entrySize * index;
  }

  #remove({ start }: Range): void {
    const { count } = this;
    const index = this.#ranges().findIndex((range) => range.start === start);
    const { bytes, view } = this.#memory;
    bytes.copyWithin(this.#entry(index), this.#entry(index + 1), this.#entry(count));
    bytes.fill(0, this.#entry(count - 1), this.#entry(count));
    view.setUint32(this.#at, count - 1, true);
  }

  #insert(range: Range): void {
    const { count } = this;
    const smaller = this.#ranges().findIndex((other) => sizeOf(other) < sizeOf(range));
    const index = smaller < 0 ? count : smaller;
    const { bytes, view } = this.#memory;
    bytes.copyWithin(this.#entry(index + 1), this.#entry(index), this.#entry(count));
    view.setUint32(this.#entry(index), range.start, true);
    view.setUint32(this.#entry(index) + 4, range.last, true);
    view.setUint32(this.#at, count + 1, true);
  }
}

function sizeOf({ start, last }: Range): number {
  return last - start + 1;
}
