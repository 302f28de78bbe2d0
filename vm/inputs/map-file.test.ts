import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { expectOk, failed, ok, type Result } from '../base/problem.ts';
import { readUnsigned } from '../base/bytes.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import { ArrayElements } from './array-elements.ts';
import { elementsOf, valueMemory } from './bpftool-json.ts';
import { prepareScenario, startScenarioRun, type ScenarioFiles } from './prepare-scenario.ts';
import { readRawElement } from './raw-element.ts';
import { parseScenario } from './scenario.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function elementsIn(text: string, size: number): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = [];
  const elements = new ArrayElements();
  const bytes = encode(text);
  for (let at = 0; at < bytes.length; at += size) {
    elements.push(bytes.subarray(at, at + size), (piece) =>
      found.push({ text: new TextDecoder().decode(piece.bytes), line: piece.line }),
    );
  }
  elements.end();
  return found;
}

describe('elements of a list', () => {
  const listed = ['{"a":[1,{"b":"}]"}]}', '{}', '{"c":"\\"{ü\\\\"}', '{\n"d": {"e": []}\n}'];
  const text = ` [\n${listed.join(' ,\n')}\n] \n`;

  test.each([1, 2, 3, 7, 1000])('in pieces of %i bytes', (size) => {
    expect(elementsIn(text, size)).toEqual(listed.map((element, i) => ({ text: element, line: i + 2 })));
  });

  test.each([
    ['{}', 'a list of elements was expected'],
    ['[1]', 'an element, which is an object, was expected'],
    ['[{}', 'the list does not end'],
    ['[{"a"', 'the list does not end'],
    ['', 'the list does not end'],
    ['[] []', 'a list of elements was expected'],
  ])('%s: %s', (bad, message) => {
    expect(() => elementsIn(bad, 1000)).toThrow(message);
  });
});

test.each([
  ['{"key":["0x01","0x02"],"value":["0xff"]}', true],
  ['{ "key" : [ "0x01" , "0x02" ] , "value" : [ "0xFF" ] }', true],
  ['{"key":["0x01","0x02"],"value":["0xff"],"formatted":{"key":513,"value":255}}', true],
  ['{"key":["0x01"],"value":["0xff"]}', false],
  ['{"key":["0x01","0x0g"],"value":["0xff"]}', false],
  ['{"key":["0x01","0x02","0x03"],"value":["0xff"]}', false],
  ['{"key":513,"value":255}', false],
  ['{"key":["0x01","0x02"],"value":["0xff"]', false],
  ['{"key":["0x01","0x02"],"value":["0xff"],"other":1}', false],
])('raw bytes of %s', (text, read) => {
  const into = { key: new Uint8Array(2), value: new Uint8Array(1) };
  expect(readRawElement(encode(text), into)).toBe(read);
  if (read) expect([...into.key, ...into.value]).toEqual([1, 2, 255]);
});

describe('maps in files', () => {
  const object = new URL('../../test/bench/hash_updates.bpf.o', import.meta.url);
  const bytes = new Uint8Array(readFileSync(fileURLToPath(object)));

  /** `size`: of the pieces; 0: the whole. */
  function filesWith(contents: Readonly<Record<string, string>>, size: number): ScenarioFiles {
    const read = (path: string): Result<Uint8Array> => {
      const text = contents[path];
      if (path === 'x.bpf.o') return ok(bytes);
      return text === undefined
        ? failed({ code: 'file-not-found', message: 'there is no such file', place: { file: path } })
        : ok(encode(text));
    };
    return {
      readFile: (path) => Promise.resolve(read(path)),
      ...(size > 0 && {
        async *readChunks(path) {
          const whole = await Promise.resolve(read(path));
          if (!whole.ok) yield whole;
          else
            for (let at = 0; at < whole.value.length; at += size)
              yield ok(whole.value.subarray(at, at + size));
        },
      }),
    };
  }

  const contents = (map: KernelMap, machine: Parameters<typeof valueMemory>[0]): [number, number][] =>
    [...elementsOf(map)]
      .map(({ key, valueAddresses }): [number, number] => {
        const value = valueMemory(machine, map, valueAddresses[0] ?? 0n);
        return [Number(readUnsigned(key)), Number(readUnsigned(value))];
      })
      .sort(([a], [b]) => a - b);

  const mixed = `[ {"key":1,"value":10},
    {"key":["0x02","0x00","0x00","0x00"],"value":["0x14","0x00","0x00","0x00","0x00","0x00","0x00","0x00"]},
    /* ours */ {"key":3,"value":9007199254740993} ]`.replace('/* ours */', '');

  test.each([0, 1, 10, 1000])('are read in pieces of %i bytes', async (size) => {
    const files = filesWith({ 'a.json': mixed, 'b.json': '[{"key":7,"value":8}]' }, size);
    const maps = { numbers: { file: 'a.json' } };
    const set = { maps: { numbers: { file: 'b.json' } } };
    const scenario = expectOk(parseScenario({ object: 'x.bpf.o', program: 'run', maps, runs: [{ set }] }));
    const prepared = expectOk(await prepareScenario(scenario, files));
    const { machine } = prepared.vm;
    const map = machine.maps.find(({ name }) => name === 'numbers');
    if (map === undefined) throw new Error('the object has another map');
    expect(contents(map, machine)).toEqual([
      [1, 10],
      [2, 20],
      [3, Number(9007199254740993n)],
    ]);
    const [run] = scenario.runs;
    if (run === undefined) throw new Error('no run');
    expectOk(await startScenarioRun(prepared, run, files));
    expect(contents(map, machine)).toEqual([[7, 8]]);
  });

  test.each([
    ['[{"key":1,"value":10},\n{"key":1,"valu":3}]', 'bad-scenario', 'a.json[1]'],
    ['[{"key":1,"value":10},\n{"key":1,\n"value":x}]', 'bad-json', 'was'],
    ['[{"key":1,"value":10}', 'bad-json', 'the list does not end'],
    [undefined, 'file-not-found', 'there is no such file'],
  ])('a file with %s: %s', async (text, code, words) => {
    const files = filesWith(text === undefined ? {} : { 'a.json': text }, 5);
    const scenario = expectOk(
      parseScenario({ object: 'x.bpf.o', program: 'run', maps: { numbers: { file: 'a.json' } } }),
    );
    const prepared = await prepareScenario(scenario, files);
    expect(prepared.ok ? 'ok' : prepared.problem).toMatchObject({ code });
    if (!prepared.ok) {
      expect(prepared.problem.message).toContain(words);
      if (code === 'bad-json' && words === 'was')
        expect(prepared.problem.place).toMatchObject({ file: 'a.json', line: 3 });
    }
  });
});
