import type { Machine } from './machine.ts';

const wordBits = 64;

/** Bits of struct cpumask at a linear offset, of which the first ones are for the CPUs that there can be. */
export interface CpuMask {
  readonly linear: number;
}

/** The functions of include/linux/cpumask.h: they look at the bits of CPUs only, and write whole words. */
export class CpuMasks {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get cpus(): number {
    return this.#machine.environment.cpus;
  }

  /** u64 words that have bits of CPUs. */
  get words(): number {
    return Math.ceil(this.cpus / wordBits);
  }

  /** The bits of CPUs in word `index`. */
  #used(index: number): bigint {
    return BigInt.asUintN(Math.min(wordBits, this.cpus - index * wordBits), -1n);
  }

  #word({ linear }: CpuMask, index: number): bigint {
    this.#machine.accessListener?.(linear + 8 * index, 8, 'read');
    return this.#machine.memory.view.getBigUint64(linear + 8 * index, true);
  }

  #setWord({ linear }: CpuMask, index: number, word: bigint): void {
    this.#machine.accessListener?.(linear + 8 * index, 8, 'write');
    this.#machine.memory.view.setBigUint64(linear + 8 * index, BigInt.asUintN(64, word), true);
  }

  test(mask: CpuMask, cpu: number): boolean {
    const bit = 1n << BigInt(cpu % wordBits);
    return (this.#word(mask, Math.floor(cpu / wordBits)) & bit) !== 0n;
  }

  set(mask: CpuMask, cpu: number, on: boolean): undefined {
    const index = Math.floor(cpu / wordBits);
    const bit = 1n << BigInt(cpu % wordBits);
    const word = this.#word(mask, index);
    this.#setWord(mask, index, on ? word | bit : word & ~bit);
    return undefined;
  }

  /** All bits of the words. */
  fill(mask: CpuMask, on: boolean): undefined {
    for (let i = 0; i < this.words; i++) this.#setWord(mask, i, on ? -1n : 0n);
    return undefined;
  }

  copy(to: CpuMask, from: CpuMask): undefined {
    for (let i = 0; i < this.words; i++) this.#setWord(to, i, this.#word(from, i));
    return undefined;
  }

  /** Word by word. */
  combine(to: CpuMask, a: CpuMask, b: CpuMask, of: (a: bigint, b: bigint) => bigint): undefined {
    for (let i = 0; i < this.words; i++) this.#setWord(to, i, of(this.#word(a, i), this.#word(b, i)));
    return undefined;
  }

  /** As `combine`, of the bits of CPUs only; whether any is set. */
  intersect(to: CpuMask, a: CpuMask, b: CpuMask): boolean {
    let any = false;
    for (let i = 0; i < this.words; i++) {
      const word = this.#word(a, i) & this.#word(b, i) & this.#used(i);
      this.#setWord(to, i, word);
      any ||= word !== 0n;
    }
    return any;
  }

  /** Whether no bit of a CPU is set in any combination of words. */
  none(a: CpuMask, b: CpuMask, of: (a: bigint, b: bigint) => bigint): boolean {
    for (let i = 0; i < this.words; i++)
      if ((of(this.#word(a, i), this.#word(b, i)) & this.#used(i)) !== 0n) return false;
    return true;
  }

  /** The first CPU from `from` on for which `has` says so; how many CPUs there are where none is. */
  find(has: (cpu: number) => boolean, from = 0): number {
    for (let cpu = from; cpu < this.cpus; cpu++) if (has(cpu)) return cpu;
    return this.cpus;
  }

  weight(mask: CpuMask): number {
    let weight = 0;
    for (let cpu = 0; cpu < this.cpus; cpu++) if (this.test(mask, cpu)) weight++;
    return weight;
  }
}
