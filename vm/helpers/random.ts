import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';

/**
 * The kernel's generator (lib/random32.c): four combined Tausworthe sequences after L'Ecuyer, period about 2¹¹³. The
 * kernel has one for each CPU, seeded from the outside; the machine has one, seeded by the environment.
 */

/** Shift, shift, mask and shift of each sequence, and the least seed it works with. */
const sequences = [
  [6, 13, 0xfffffffe, 18, 2],
  [2, 27, 0xfffffff8, 2, 8],
  [13, 21, 0xfffffff0, 7, 16],
  [3, 12, 0xffffff80, 13, 128],
] as const;

/** Rounds after seeding, until every bit of the state depends on the seed. */
const warmUp = 10;

/** Takes the next 32 bits from the four u32 at `at`. */
export function nextRandom(view: DataView, at: number): number {
  let mixed = 0;
  sequences.forEach(([a, b, mask, d], i) => {
    const s = view.getUint32(at + 4 * i, true);
    const next = ((s & mask) << d) ^ (((s << a) ^ s) >>> b);
    view.setUint32(at + 4 * i, next, true);
    mixed ^= next;
  });
  return mixed >>> 0;
}

/** Sets the four u32 at `at` to seeds raised to what the sequences need, and warms up. */
export function seedState(view: DataView, at: number, seeds: readonly number[]): void {
  sequences.forEach(([, , , , least], i) => {
    const seed = (seeds[i] ?? 0) >>> 0;
    view.setUint32(at + 4 * i, seed < least ? seed + least : seed, true);
  });
  for (let round = 0; round < warmUp; round++) nextRandom(view, at);
}

/** Seeds bpf_get_prandom_u32 from the environment, spread as prandom_seed_state does it. */
export function seedRandom(machine: Machine): void {
  const seed = BigInt(machine.environment.randomSeed);
  const spread = Number(((seed >> 32n) ^ (seed << 10n) ^ seed) & 0xffffffffn);
  seedState(machine.memory.view, state.random, [spread, spread, spread, spread]);
}
