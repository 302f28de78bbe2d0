import { describe, expect, test } from 'vitest';
import { allocatorStateSize, LinearMemory } from './linear-memory.ts';

const memory = (): LinearMemory => new LinearMemory({ state: 16, heap: 16 + allocatorStateSize });

describe('allocator', () => {
  test.each([1, 16, 17, 100, 4096, 65536, 65537, 200_000])(
    '%i bytes are aligned, zeros, and reused',
    (size) => {
      const linear = memory();
      const first = linear.allocate(size);
      const second = linear.allocate(size);
      expect(first % 16).toBe(0);
      expect(second).toBeGreaterThanOrEqual(first + size);
      linear.bytes.fill(0xaa, first, first + size);
      linear.free(first, size);
      const again = linear.allocate(size);
      expect(again).toBe(first);
      expect(linear.bytes.subarray(again, again + size).every((byte) => byte === 0)).toBe(true);
    },
  );

  test('big neighbours are joined, in any order', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
    ]) {
      const linear = memory();
      const blocks = [70_000, 80_000, 90_000].map((size) => ({ size, at: linear.allocate(size) }));
      const end = linear.allocate(70_000);
      for (const i of order) linear.free(blocks[i]!.at, blocks[i]!.size);
      expect(linear.allocate(240_000)).toBe(blocks[0]!.at);
      expect(linear.allocate(70_000)).toBeGreaterThan(end);
    }
  });

  test('a big block is split', () => {
    const linear = memory();
    const at = linear.allocate(300_000);
    linear.free(at, 300_000);
    expect([linear.allocate(100_000), linear.allocate(100_000), linear.allocate(100_000)]).toEqual([
      at,
      at + 100_000,
      at + 200_000,
    ]);
  });

  test('views follow the memory as it grows', () => {
    const linear = memory();
    const { view } = linear;
    const at = linear.allocate(1 << 20);
    expect(Object.is(linear.view, view)).toBe(false);
    linear.view.setUint32(at, 7, true);
    expect(linear.bytes[at]).toBe(7);
  });

  test('4 GiB are the end', () => {
    expect(() => memory().allocate(2 ** 32)).toThrow('4 GiB');
    expect(() => memory().allocate(2 ** 32 - 0x10000)).toThrow('4 GiB');
  });

  test('what the host cannot give is a problem', () => {
    const linear = memory();
    linear.memory.grow = () => {
      throw new RangeError('no room');
    };
    const { bytes } = linear;
    expect(() => linear.allocate(1 << 20)).toThrow('no room for the');
    expect(linear.bytes).toBe(bytes);
    expect(linear.allocate(16)).toBeGreaterThan(0);
  });
});
