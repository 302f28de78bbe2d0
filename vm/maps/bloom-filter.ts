import { roundUpPowerOfTwo } from '../base/bytes.ts';
import type { KernelMap, MapElement, ValueQueue } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { checkFlags, checkKeyless, refuse } from './definition.ts';
import { errno } from './errno.ts';
import { mapFlag } from './flags.ts';
import { hashKey } from './jhash.ts';
import { MapBase } from './map-base.ts';

/** KMALLOC_MAX_SIZE on x86_64. */
const largestValue = 1 << 22;
const mostHashes = 15n;
const defaultHashes = 5;
const fewestBits = 64;

/** Hash functions: the low 4 bits of map_extra. */
function hashesOf(extra: bigint): number {
  return extra === 0n ? defaultHashes : Number(extra);
}

/** Number of bits, a power of two, as bloom_map_alloc of kernel/bpf/bloom_filter.c chooses it: 7/5 for 1/ln 2. */
export function bloomBits(maxEntries: number, hashes: number): number {
  const wanted = Math.floor((maxEntries * hashes) / 5) * 7;
  const overflows = maxEntries * hashes > 0xffff_ffff || wanted > 2 ** 31;
  return overflows ? 2 ** 32 : roundUpPowerOfTwo(Math.max(wanted, fewestBits));
}

/**
 * BLOOM_FILTER (kernel/bpf/bloom_filter.c): bits that the hashes of a value choose. Values cannot be listed or taken
 * out. Its seed is that of hash maps.
 */
export class BloomFilter extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly queue: ValueQueue;
  readonly bits: number;
  readonly #hashes: number;
  readonly #seed: number;
  readonly #base: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    const { definition } = linked;
    checkKeyless(definition);
    const { RDONLY, WRONLY, RDONLY_PROG, WRONLY_PROG, NUMA_NODE, ZERO_SEED } = mapFlag;
    checkFlags(definition, NUMA_NODE | ZERO_SEED | RDONLY | WRONLY | RDONLY_PROG | WRONLY_PROG);
    if (definition.extra > mostHashes || definition.extra < 0n) {
      refuse(
        definition,
        'EINVAL',
        `map_extra is ${definition.extra}: it says the number of hash functions, at most ${mostHashes}`,
      );
    }
    if (definition.valueSize > largestValue) {
      refuse(definition, 'E2BIG', `a value has at most ${largestValue} bytes, not ${definition.valueSize}`);
    }
    super(machine, linked, index);
    this.#hashes = hashesOf(definition.extra);
    this.bits = bloomBits(definition.maxEntries, this.#hashes);
    this.#seed = (definition.flags & mapFlag.ZERO_SEED) !== 0 ? 0 : machine.environment.hashSeed;
    this.#base = machine.memory.allocate(this.bits / 8);
    this.queue = {
      push: (value, flags) => this.#push(value, flags),
      pop: () => -errno.EOPNOTSUPP,
      peek: (value) => (this.#has(value) ? 0 : -errno.ENOENT),
    };
  }

  #bitOf(value: number, which: number): number {
    const hash = hashKey(this.memory.view, value, this.valueSize, (this.#seed + which) >>> 0);
    return (hash & (this.bits - 1)) >>> 0;
  }

  #push(value: number, flags: bigint): number {
    if (flags !== 0n) return -errno.EINVAL;
    const { bytes } = this.memory;
    for (let which = 0; which < this.#hashes; which++) {
      const bit = this.#bitOf(value, which);
      const at = this.#base + (bit >>> 3);
      this.machine.accessListener?.(at, 1, 'write');
      bytes[at] = (bytes[at] ?? 0) | (1 << (bit & 7));
    }
    return 0;
  }

  #has(value: number): boolean {
    const { bytes } = this.memory;
    for (let which = 0; which < this.#hashes; which++) {
      const bit = this.#bitOf(value, which);
      const at = this.#base + (bit >>> 3);
      this.machine.accessListener?.(at, 1, 'read');
      if (((bytes[at] ?? 0) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }

  /** Whether a value may have been pushed. */
  mayHave(value: Uint8Array): boolean {
    return this.withUserData(new Uint8Array(), [value], (_, at) => (this.#has(at) ? 1 : 0)) === 1;
  }

  /** Bits that are set. */
  get bitsSet(): number {
    let set = 0;
    for (const byte of this.memory.bytes.subarray(this.#base, this.#base + this.bits / 8)) {
      for (let rest = byte; rest !== 0; rest &= rest - 1) set++;
    }
    return set;
  }

  /** Helpers refuse these three: the verifier does not have them on this type. */
  lookup(): number {
    return 0;
  }

  update(): number {
    return -errno.EINVAL;
  }

  remove(): number {
    return -errno.EOPNOTSUPP;
  }

  clear(): void {
    this.memory.bytes.fill(0, this.#base, this.#base + this.bits / 8);
  }

  /** It does not know its values. */
  count(): number {
    return 0;
  }

  elements(): readonly MapElement[] {
    return [];
  }

  find(): undefined {
    return undefined;
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    return this.withUserData(key, values, (_, value) =>
      values.length === 1 ? this.#push(value, flags) : -errno.EINVAL,
    );
  }

  userRemove(): number {
    return -errno.EOPNOTSUPP;
  }
}
