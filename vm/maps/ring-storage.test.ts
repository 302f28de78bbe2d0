import { describe, expect, test } from 'vitest';
import { testMachine } from './testing.ts';
import { RingStorage } from './ring-storage.ts';

/** The same ring, told in the plainest way: records in a list, positions added up. */
class Model {
  readonly records: { position: number; bytes: number[]; state: 'busy' | 'discarded' | 'submitted' }[] = [];
  readonly size: number;
  consumer = 0;
  producer = 0;

  constructor(size: number) {
    this.size = size;
  }

  #oldestBusy(): number {
    return this.records.find(({ state }) => state === 'busy')?.position ?? this.producer;
  }

  reserve(size: number): number | undefined {
    const end = this.producer + Math.ceil((size + 8) / 8) * 8;
    const oldest = Math.min(this.consumer, this.#oldestBusy());
    if (end - oldest > this.size - 1) return undefined;
    const position = this.producer;
    this.records.push({ position, bytes: new Array<number>(size).fill(0), state: 'busy' });
    this.producer = end;
    return position;
  }

  consume(): boolean {
    const [first] = this.records;
    if (first === undefined || first.state === 'busy') return false;
    this.records.shift();
    this.consumer = first.position + Math.ceil((first.bytes.length + 8) / 8) * 8;
    return true;
  }
}

function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('a ring against a list of records', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i', (seed) => {
    const { memory } = testMachine();
    const ring = new RingStorage(memory, 4096, () => undefined);
    const model = new Model(4096);
    const numbers = randomNumbers(seed);
    const below = (n: number): number => Math.floor(numbers.next().value * n);
    for (let round = 0; round < 400; round++) {
      const busy = model.records.filter(({ state }) => state === 'busy');
      const record = busy[below(busy.length)];
      const what = below(10);
      if (what < 4) {
        const size = below(4) === 0 ? below(4200) : below(200);
        const position = ring.reserve(size);
        expect(position).toBe(model.reserve(size));
        if (position === undefined) continue;
        const bytes = Array.from({ length: size }, () => below(256));
        memory.bytes.set(bytes, ring.recordAt(position).linear);
        model.records.find((each) => each.position === position)?.bytes.splice(0, size, ...bytes);
      } else if (what < 7 && record !== undefined) {
        const discard = below(3) === 0;
        expect(ring.positionOf(ring.recordAt(record.position).linear)).toBe(record.position);
        ring.commit(record.position, discard);
        record.state = discard ? 'discarded' : 'submitted';
      } else if (what >= 7 && model.consume()) {
        ring.consume();
      }
      const found = [...ring.records()].map(({ position, state, linear, size }) => ({
        position,
        bytes: [...memory.bytes.subarray(linear, linear + size)],
        state,
      }));
      expect(found).toEqual(model.records);
      expect([ring.consumer, ring.producer]).toEqual([model.consumer, model.producer]);
    }
  });
});

test('a record that did not fit changes nothing', () => {
  const ring = new RingStorage(testMachine().memory, 4096, () => undefined);
  expect(ring.reserve(4088)).toBeUndefined();
  expect(ring.reserve(4080)).toBe(0);
  expect(ring.reserve(0)).toBeUndefined();
  expect(ring.producer).toBe(4088);
});

test('data move when the ring needs more memory, and who asked is told', () => {
  const { memory } = testMachine();
  const moves: number[][] = [];
  const ring = new RingStorage(memory, 0x10000, (from, to, size) => moves.push([from, to, size]));
  const first = ring.reserve(8) ?? -1;
  const before = ring.recordAt(first).linear;
  memory.bytes.set([1, 2, 3], before);
  ring.reserve(0x5000);
  const after = ring.recordAt(first).linear;
  expect(moves).toEqual([[before - 8, after - 8, 0x4000]]);
  expect([...memory.bytes.subarray(after, after + 3)]).toEqual([1, 2, 3]);
});
