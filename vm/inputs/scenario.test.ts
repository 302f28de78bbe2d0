import { describe, expect, it } from 'vitest';
import { formatProblem } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { parseScenario, readScenario } from './scenario.ts';

function problemOf(json: unknown): string {
  const result = parseScenario(json);
  return result.ok ? 'none' : result.problem.message;
}

describe('a scenario', () => {
  it('has defaults', () => {
    expect(parseScenario({ object: 'a.o' })).toMatchObject({
      ok: true,
      value: {
        objects: ['a.o'],
        program: undefined,
        environment: defaultEnvironment,
        runs: [{ path: 'runs[0]', program: undefined, packet: undefined, expect: undefined }],
      },
    });
  });

  it('reads everything', () => {
    const result = parseScenario({
      $schema: 'x',
      object: ['a.o', 'b.o'],
      program: 'main',
      environment: { cpu: 3, cpus: 4, ktimeNs: '0x10', nsPerCycle: 0.5, randomSeed: 7, hashSeed: '8' },
      maps: { m: [] },
      globals: { g: 1 },
      runs: [
        {
          dataIn: '0a0B',
          ctxIn: { mark: 7 },
          cpu: 1,
          expect: { retval: -1, r0: -1, dataOut: '00', fault: null },
        },
        {
          dataIn: { pcap: 'p', packet: 12 },
          ctxIn: [1, '2'],
          expect: { retval: 'XDP_PASS', fault: { kind: 'k', line: 3 } },
        },
        { advanceNs: '1000000000', set: { maps: {}, globals: {} }, expect: { output: [{ text: 'x' }] } },
      ],
    });
    expect(result).toMatchObject({
      ok: true,
      value: {
        objects: ['a.o', 'b.o'],
        environment: { cpu: 3, cpus: 4, ktimeNs: 16n, nsPerCycle: 0.5, randomSeed: 7, hashSeed: 8 },
        state: { maps: { m: [] }, globals: { g: 1 } },
        runs: [
          {
            packet: Uint8Array.of(10, 11),
            cpu: 1,
            expect: { retval: 0xffffffff, r0: 2n ** 64n - 1n, dataOut: Uint8Array.of(0), fault: null },
          },
          {
            packet: { pcap: 'p', packet: 12 },
            context: { args: [1, '2'] },
            expect: { retval: 'XDP_PASS', fault: { kind: 'k', line: 3 } },
          },
          { advanceNs: 1_000_000_000n, expect: { output: [{ text: 'x' }] } },
        ],
      },
    });
  });

  it.each([
    [undefined, 'the scenario: an object was expected, found nothing'],
    [[], 'the scenario: an object was expected, found a list'],
    [{}, 'object: the path of the object is missing'],
    [{ object: 1 }, 'object: a string was expected, found 1'],
    [{ object: [] }, 'object: the list is empty'],
    [{ object: 'a', foo: 1 }, 'foo: there is no such member'],
    [{ object: 'a', runs: {} }, 'runs: a list was expected, found an object'],
    [{ object: 'a', runs: [{}, { expect: { foo: 1 } }] }, 'runs[1].expect.foo: there is no such member'],
    [
      { object: 'a', runs: [{ dataIn: '123' }] },
      'runs[0].dataIn: pairs of hex digits were expected, found "123"',
    ],
    [{ object: 'a', runs: [{ dataIn: { pcap: 'x' } }] }, 'runs[0].dataIn.packet: an integer was expected'],
    [{ object: 'a', runs: [{ dataIn: { pcap: 'x', packet: 0 } }] }, 'runs[0].dataIn.packet: 0 is not from 1'],
    [{ object: 'a', runs: [{ cpu: -1 }] }, 'runs[0].cpu: -1 is not from 0'],
    [{ object: 'a', runs: [{ ctxIn: 5 }] }, 'runs[0].ctxIn: an object was expected, found 5'],
    [
      { object: 'a', runs: [{ expect: { retval: 2 ** 32 } }] },
      'runs[0].expect.retval: 4294967296 is not from',
    ],
    [
      { object: 'a', runs: [{ expect: { retval: '12x' } }] },
      'runs[0].expect.retval: an integer was expected',
    ],
    [
      { object: 'a', runs: [{ expect: { fault: { code: 1 } } }] },
      'runs[0].expect.fault.code: there is no such member',
    ],
    [{ object: 'a', runs: [{ set: { program: 'x' } }] }, 'runs[0].set.program: there is no such member'],
    [
      { object: 'a', runs: [{ advanceNs: 1, dataIn: '' }] },
      'runs[0].dataIn: a run with advanceNs runs no program',
    ],
    [{ object: 'a', runs: [{ readRingbuf: [1] }] }, 'runs[0].readRingbuf[0]: a string was expected, found 1'],
    [{ object: 'a', environment: { cpus: 0 } }, 'environment.cpus: 0 is not from 1 to 1024'],
    [{ object: 'a', environment: { cpu: 2 } }, 'environment.cpu: 2 is not from 0 to 1'],
    [{ object: 'a', environment: { nsPerCycle: '1' } }, 'environment.nsPerCycle: a number from 0'],
    [{ object: 'a', environment: { ktimeNs: -1 } }, 'environment.ktimeNs: -1 is no time'],
    [{ object: 'a', environment: { clock: 1 } }, 'environment.clock: there is no such member'],
  ])('%#: refuses %j', (json, message) => expect(problemOf(json)).toContain(message));

  it('names file and line of bad JSON', () => {
    const result = readScenario(new TextEncoder().encode('{\n  "object": a.o\n}'), 's.json');
    expect(result.ok ? '' : formatProblem(result.problem)).toBe(
      's.json:2: a value was expected, found "a.o\\n}"',
    );
  });
});
