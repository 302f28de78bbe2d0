/** A small generator for tests, so that a failure can be had again from its seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 bits. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** From 0 to `limit` - 1. */
  below(limit: number): number {
    return this.next() % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** 64 bits, often one of those where arithmetic goes wrong. */
  word(): bigint {
    if (this.chance(30)) return (BigInt(this.next()) << 32n) | BigInt(this.next());
    const near = this.pick([0n, 1n << 7n, 1n << 15n, 1n << 31n, 1n << 32n, 1n << 63n]);
    const value = near + BigInt(this.below(5)) - 2n;
    return BigInt.asUintN(64, this.chance(30) ? -value : value);
  }
}
