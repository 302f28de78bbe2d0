import { expect, test } from 'vitest';
import { hashKey } from './jhash.ts';

/** Bytes (37 i + 11) mod 256, by size and seed, from an implementation whose orders a kernel confirmed. */
const vectors = [
  [1, 0, 0xb9c0f036],
  [1, 0x9e3779b9, 0x5c8a8633],
  [2, 0, 0x76ccdd71],
  [3, 0, 0xa71025c3],
  [3, 0x9e3779b9, 0x57335406],
  [4, 0, 0x44e1a72e],
  [4, 0x9e3779b9, 0x5373fd14],
  [5, 0, 0xcd53084d],
  [7, 0x9e3779b9, 0xceab3a91],
  [8, 0, 0x39c60a25],
  [12, 0, 0x387958f9],
  [12, 0x9e3779b9, 0xec8fb5d2],
  [13, 0, 0x0d543670],
  [13, 0x9e3779b9, 0x4b7e2e89],
  [16, 0, 0x7f4b8ae7],
  [20, 0, 0xc84fb716],
  [24, 0x9e3779b9, 0x94e5e69e],
  [25, 0, 0x43bd1aa6],
  [33, 0x9e3779b9, 0xac7bb0ef],
  [40, 0, 0x4e4e072c],
  [40, 0x9e3779b9, 0x8b9d0b64],
] as const;

test.each(vectors)('%i bytes, seed 0x%x', (size, seed, hash) => {
  const bytes = Uint8Array.from({ length: size + 3 }, (_, i) => (i < 3 ? 0xff : ((i - 3) * 37 + 11) & 255));
  expect(hashKey(new DataView(bytes.buffer), 3, size, seed)).toBe(hash);
});
