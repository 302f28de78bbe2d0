import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeInteger } from '../../../vm/base/bytes.ts';
import { expectOk } from '../../../vm/base/problem.ts';
import type { KernelMap, MapElement } from '../../../vm/machine/kernel-map.ts';
import type { VariableNode } from '../variable.ts';
import { mapNode } from './map-nodes.ts';
import { StoppedProgram } from './testing.ts';

const decimal = { hex: false };
const object = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../${path}.bpf.o`, import.meta.url)));

const u64 = (number: number): Uint8Array => writeInteger(BigInt(number), 8);

function mapOf(program: StoppedProgram, name: string): VariableNode {
  const found = program
    .scope('Maps')
    .children('named', 0, 100)
    .find((node) => node.name === name);
  if (found === undefined) throw new Error(`no map ${name}`);
  return found;
}

/** All maps of the object have keys of struct flow or __u32 and values of struct counters. */
function foreach(): StoppedProgram {
  const flow = Uint8Array.of(1, 0, 0, 10, 0x50, 0, 0x26, 0);
  const counters = Uint8Array.from([...u64(3), ...u64(180)]);
  return new StoppedProgram(
    object('vm/object/testdata/foreach'),
    ({ machine }) => {
      for (const map of machine.maps) {
        const perCpu = map.typeName.includes('PERCPU');
        const values = perCpu ? [counters, new Uint8Array(16)] : [counters];
        const key = map.typeName.endsWith('ARRAY') ? writeInteger(2n, 4) : flow;
        if (map.linked.data === undefined) expect(map.userUpdate(key, values)).toBe(0);
      }
    },
    {},
    'sum_flows',
  );
}

describe('elements of maps', () => {
  const hashText = '{address = 167772161, port = 80, protocol = 6, flags = 2} → {packets = 3, bytes = 180}';
  const perCpuText = '{cpu 0: {packets = 3, bytes = 180}, cpu 1: {packets = 0, bytes = 0}}'.replace(
    'cpu 0:',
    'cpu 0 (running):',
  );
  test.each([
    ['flows', 'HASH (struct flow → struct counters)', '1 of 8 elements', hashText],
    ['flows_lru', 'LRU_HASH (struct flow → struct counters)', '1 of 8 elements', hashText],
    [
      'flows_percpu',
      'PERCPU_HASH (struct flow → struct counters)',
      '1 of 8 elements',
      `${hashText.split(' → ')[0]!} → ${perCpuText}`,
    ],
    [
      'flows_lru_percpu',
      'LRU_PERCPU_HASH (struct flow → struct counters)',
      '1 of 8 elements',
      `${hashText.split(' → ')[0]!} → ${perCpuText}`,
    ],
  ])('%s', (name, type, count, element) => {
    const node = mapOf(foreach(), name);
    expect([node.type, node.value(decimal), node.named, node.indexed]).toEqual([type, count, 0, 1]);
    const [first] = node.children('indexed', 0, 100);
    expect(first!.name).toBe('[0]');
    expect(first!.value(decimal)).toBe(element);
  });

  test('arrays show their values only', () => {
    const node = mapOf(foreach(), 'slots');
    expect(node.value(decimal)).toBe('8 elements');
    expect(node.children('indexed', 1, 2).map((child) => `${child.name} ${child.value(decimal)}`)).toEqual([
      '[1] {packets = 0, bytes = 0}',
      '[2] {packets = 3, bytes = 180}',
    ]);
  });

  test('a per-CPU element has a part for its key and for each CPU', () => {
    const program = foreach();
    const [, , element] = mapOf(program, 'slots_percpu').children('indexed', 0, 3);
    const parts = element!.children('named', 0, 10);
    expect(parts.map((part) => `${part.name}: ${part.value(decimal)} ${part.evaluateName ?? '-'}`)).toEqual([
      'key: 2 -',
      'cpu 0 (running): {packets = 3, bytes = 180} slots_percpu[2, 0]',
      'cpu 1: {packets = 0, bytes = 0} slots_percpu[2, 1]',
    ]);
    expectOk(parts[2]!.children('named', 1, 1)[0]!.assign!('77'));
    expect(program.evaluate('slots_percpu[2, 1].bytes')).toBe('77');
    expect(program.evaluate('slots_percpu[2].bytes')).toBe('180');
  });

  test('expressions of elements find them again', () => {
    const program = foreach();
    for (const name of ['flows', 'flows_percpu', 'flows_lru', 'slots']) {
      const [element] = mapOf(program, name).children('indexed', 0, 1);
      const found = expectOk(program.evaluator.evaluate(element!.evaluateName!, program.frame(), 'watch'));
      expect(found.size).toBe(16);
    }
    expect(program.evaluate('flows[{167772161, 80, 6, 2}].packets')).toBe('3');
    expect(
      program.evaluate('flows[{.port = 80, .address = 10 << 24 | 1, .protocol = 6, .flags = 2}].bytes'),
    ).toBe('180');
  });

  test('a key cannot be changed', () => {
    const [element] = mapOf(foreach(), 'flows').children('indexed', 0, 1);
    const [key] = element!.children('named', 0, 1);
    expect(key!.assign).toBeUndefined();
    expect(key!.children('named', 0, 1)[0]!.assign).toBeUndefined();
  });

  test('a million elements are opened without reading them', () => {
    const program = foreach();
    const asked: (readonly [number, number])[] = [];
    const real = program.vm.machine.maps.find(({ name }) => name === 'slots')!;
    const many: KernelMap = Object.create(real, {
      count: { value: () => 1_000_000 },
      elements: {
        value: (start: number, count: number): readonly MapElement[] => {
          asked.push([start, count]);
          return real.elements(0, Math.min(count, 8));
        },
      },
    }) as KernelMap;
    const node = mapNode(program.inspector.context(program.frame()), many);
    expect([node.indexed, node.value(decimal)]).toEqual([1_000_000, '1000000 elements']);
    expect(asked).toEqual([]);
    expect(node.children('indexed', 999_900, 300)).toHaveLength(8);
    expect(node.children('indexed', 1_000_000, 100)).toEqual([]);
    expect(asked).toEqual([[999_900, 100]]);
  });
});

describe('maps that are not keys with values', () => {
  const program = (file: string, prepare: (map: (name: string) => KernelMap) => void): StoppedProgram =>
    new StoppedProgram(
      object(`test/kernel/maps/${file}`),
      ({ machine }) => prepare((name) => machine.maps.find((map) => map.name === name)!),
      {},
      file === 'queue' ? 'do_queue4' : 'do_hashes',
    );
  const lines = (node: VariableNode): string[] =>
    node.children('indexed', 0, 10).map((child) => `${child.name} = ${child.value(decimal)}`);

  test('QUEUE and STACK: values in the order in which they were pushed', () => {
    const stopped = program('queue', (map) => {
      for (const name of ['queue4', 'stack4'])
        for (const value of [7n, 8n]) map(name).userUpdate(new Uint8Array(), [writeInteger(value, 4)]);
    });
    const queue = mapOf(stopped, 'queue4');
    expect([queue.type, queue.value(decimal)]).toEqual(['QUEUE (__u32)', '2 of 4 elements']);
    expect(lines(queue)).toEqual(['[0] = 7', '[1] = 8']);
    expect(lines(mapOf(stopped, 'stack4'))).toEqual(['[0] = 7', '[1] = 8']);
  });

  test('ARENA: its pages, and the variables in it', () => {
    const stopped = new StoppedProgram(object('test/kernel/arena/globals'));
    const arena = mapOf(stopped, 'arena');
    expect([arena.type, arena.value(decimal)]).toEqual([
      'ARENA',
      expect.stringMatching(/^3 of 8 pages, from 0x[0-9a-f]+10000$/),
    ]);
    expect(stopped.evaluate('counter')).toBe('40');
    expect(stopped.evaluate('nodes[599].value')).toBe('0');
  });

  test('BLOOM_FILTER: how full it is', () => {
    const stopped = program('queue', (map) => {
      map('bloom4').userUpdate(new Uint8Array(), [writeInteger(7n, 4)]);
    });
    const filter = mapOf(stopped, 'bloom4');
    expect([filter.type, filter.value(decimal)]).toEqual(['BLOOM_FILTER (__u32)', '5 of 128 bits set']);
  });

  test('maps of maps: the inner maps themselves', () => {
    const stopped = program('inner', (map) => {
      map('hash1').userUpdate(writeInteger(3n, 4), [u64(9)]);
    });
    const outer = mapOf(stopped, 'hashes');
    expect([outer.type, outer.value(decimal)]).toEqual(['ARRAY_OF_MAPS (__u32 → HASH)', '3 of 4 elements']);
    expect(lines(outer)).toEqual([
      '[0] = hash0: 0 of 8 elements',
      '[1] = hash1: 1 of 8 elements',
      '[3] = hash0: 0 of 8 elements',
    ]);
    expect(lines(outer.children('indexed', 1, 1)[0]!)).toEqual(['[0] = 3 → 9']);
  });
});
