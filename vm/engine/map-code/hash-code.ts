import type { FunctionBuilder } from '../wasm/function-builder.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';

/** Keys above this size are hashed and compared in JavaScript: the code is one instruction after the other. */
export const longestKey = 128;

/** JHASH_INITVAL of include/linux/jhash.h. */
const initial = 0xdeadbeef;

/** Rounds of __jhash_mix and __jhash_final: each subtracts or xors into one word, then rotates another. */
const mixRounds = [4, 6, 8, 16, 19, 4] as const;
const finalRounds = [14, 11, 25, 16, 4, 14, 24] as const;

/**
 * Pushes the hash of the `size` bytes at the linear offset in the local `key`, as `hashKey` of maps/jhash.ts computes
 * it (both follow include/linux/jhash.h).
 */
export function emitHashKey(f: FunctionBuilder, key: number, size: number, seed: number): void {
  const words = [0, 1, 2].map(() => f.local(valueType.i32));
  f.i32((initial + size + seed) | 0);
  for (const word of words) f.tee(word);
  f.op(wasm.drop);
  let at = 0;
  for (; size - at > 12; at += 12) {
    words.forEach((word, which) => addWord(f, word, key, at + 4 * which, 4));
    mix(f, words);
  }
  if (size > at) {
    words.forEach((word, which) => {
      const rest = size - at - 4 * which;
      if (rest > 0) addWord(f, word, key, at + 4 * which, Math.min(rest, 4));
    });
    finish(f, words);
  }
  f.get(words[2] ?? 0);
}

/** Adds 1 to 4 bytes, little-endian, to a word. */
function addWord(f: FunctionBuilder, word: number, key: number, at: number, bytes: number): void {
  f.get(word);
  pushWord(f, key, at, bytes);
  f.op(wasm.i32_add);
  f.set(word);
}

function pushWord(f: FunctionBuilder, key: number, at: number, bytes: number): void {
  f.get(key);
  f.memory(bytes === 4 ? wasm.i32_load : bytes === 1 ? wasm.i32_load8_u : wasm.i32_load16_u, at);
  if (bytes !== 3) return;
  f.get(key);
  f.memory(wasm.i32_load8_u, at + 2);
  f.i32(16);
  f.op(wasm.i32_shl, wasm.i32_or);
}

/** a -= c; a ^= rol32(c, n); c += b, and so on round the three words. */
function mix(f: FunctionBuilder, words: readonly number[]): void {
  mixRounds.forEach((by, round) => {
    const [a, b, c] = turned(words, round);
    f.get(a);
    f.get(c);
    f.op(wasm.i32_sub);
    pushRotated(f, c, by);
    f.op(wasm.i32_xor);
    f.set(a);
    f.get(c);
    f.get(b);
    f.op(wasm.i32_add);
    f.set(c);
  });
}

/** c ^= b; c -= rol32(b, n), and so on: c, a, b, c, ... */
function finish(f: FunctionBuilder, words: readonly number[]): void {
  finalRounds.forEach((by, round) => {
    const [target, , source] = turned(words, round + 2);
    f.get(target);
    f.get(source);
    f.op(wasm.i32_xor);
    pushRotated(f, source, by);
    f.op(wasm.i32_sub);
    f.set(target);
  });
}

/** The words from number `by` on, round and round. */
function turned(words: readonly number[], by: number): readonly [number, number, number] {
  const at = (index: number): number => words[(by + index) % 3] ?? 0;
  return [at(0), at(1), at(2)];
}

function pushRotated(f: FunctionBuilder, word: number, by: number): void {
  f.get(word);
  f.i32(by);
  f.op(wasm.i32_rotl);
}

/** Pushes whether `size` bytes at the linear offsets in two locals are the same. */
export function emitSameBytes(f: FunctionBuilder, left: number, right: number, size: number): void {
  let pushed = 0;
  for (let at = 0; at < size;) {
    const width = [8, 4, 2, 1].find((bytes) => bytes <= size - at) ?? 1;
    const load = { 8: wasm.i64_load, 4: wasm.i64_load32_u, 2: wasm.i64_load16_u, 1: wasm.i64_load8_u }[width];
    if (load === undefined) throw new Error(`no load of ${width} bytes`);
    for (const side of [left, right]) {
      f.get(side);
      f.memory(load, at);
    }
    f.op(wasm.i64_xor);
    if (pushed++ > 0) f.op(wasm.i64_or);
    at += width;
  }
  f.op(wasm.i64_eqz);
}
