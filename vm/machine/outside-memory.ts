import type { MemoryRange } from '../environment/task.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';

interface PlacedRange {
  readonly address: bigint;
  readonly size: number;
  readonly base: number;
}

/**
 * Bytes that the environment says lie at addresses of the kernel or of the current process, copied to linear memory
 * when the machine is made: programs may change those of the process.
 */
export class OutsideMemory {
  readonly #ranges: readonly PlacedRange[];

  constructor(memory: LinearMemory, ranges: readonly MemoryRange[]) {
    this.#ranges = ranges.map(({ address, bytes }) => {
      const base = memory.allocate(Math.max(bytes.length, 1));
      memory.bytes.set(bytes, base);
      return { address, size: bytes.length, base };
    });
  }

  get empty(): boolean {
    return this.#ranges.length === 0;
  }

  /** Linear offset of the byte at `address`, and how many follow it without a gap, itself included. */
  find(address: bigint): { readonly linear: number; readonly available: number } | undefined {
    const range = this.#ranges.find(
      (candidate) => address >= candidate.address && address < candidate.address + BigInt(candidate.size),
    );
    if (range === undefined) return undefined;
    const offset = Number(address - range.address);
    return { linear: range.base + offset, available: range.size - offset };
  }
}
