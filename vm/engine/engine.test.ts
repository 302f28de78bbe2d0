import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkSeeks } from '../../test/fuzz/seeks.ts';
import type { Machine } from '../machine/machine.ts';
import { state } from '../machine/layout.ts';
import { programsOf } from './testing/corpus.ts';
import { check, checkSeed, flavourOf, fuzzProgramOf, Totals } from './testing/exactness.ts';
import { flavours } from './testing/flavours.ts';
import type { FuzzProgram } from './testing/subjects.ts';

/**
 * Engine and interpreter agree wherever they are stopped: a little of what tools/fuzz-engine.mjs does for as long as it
 * is told.
 */

test('on random programs in all flavours', () => {
  const totals = new Totals();
  for (let seed = 1; seed <= 6 * flavours.length; seed++) checkSeed(totals, seed, 12);
  expect(totals.failures).toEqual([]);
  for (const { name } of flavours) {
    const { stops = 0, faults = 0 } = totals.flavours.get(name) ?? {};
    expect(stops, name).toBeGreaterThan(80);
    expect(faults, name).toBeGreaterThan(20);
  }
  expect(totals.stops).toBeGreaterThan(4000);
  expect(totals.watchStops).toBeGreaterThan(200);
  expect(totals.callbackStops).toBeGreaterThan(150);
  expect(totals.cycles).toBeGreaterThan(150_000);
  expect([...totals.faultKinds.keys()]).toEqual(
    expect.arrayContaining([
      'invalid-access',
      'null-pointer',
      'write-forbidden',
      'helper-argument',
      'refused-by-kernel',
    ]),
  );
}, 120_000);

const root = new URL('../../', import.meta.url);
const objects = ['examples', 'test/bench', 'test/unoptimised'].flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.bpf.o'))
    .map((name) => `${folder}/${name}`),
);

test('on compiled C', () => {
  const totals = new Totals();
  let programs = 0;
  for (const name of objects) {
    for (const program of programsOf(name, new Uint8Array(readFileSync(new URL(name, root))))) {
      const flavour = flavourOf(programs * 7);
      check(totals, program, flavour, programs, { rounds: 2, cycles: 20_000, shrink: programs % 3 === 0 });
      programs++;
    }
  }
  expect(totals.failures).toEqual([]);
  expect(programs).toBeGreaterThan(15);
  expect(totals.stops).toBeGreaterThan(200);
});

test('going back and forth in time', () => {
  let seeks = 0;
  for (let seed = 1; seed <= 20; seed++) seeks += checkSeeks(seed, 15);
  expect(seeks).toBe(300);
});

describe('a difference is found', () => {
  /** The second machine that is made is changed by `spoil` after each run. */
  function spoiled(program: FuzzProgram, spoil: (machine: Machine) => void): FuzzProgram {
    let made = 0;
    return {
      name: program.name,
      code: program.code,
      make: (options, other) => {
        const subject = program.make(options, other);
        if (made++ % 2 === 0) return subject;
        const { machine } = subject;
        return {
          machine,
          run: (cycles, stop) => {
            const reason = subject.run(cycles, stop);
            spoil(machine);
            return reason;
          },
          setBreakpoints: (slots) => {
            subject.setBreakpoints(slots);
          },
          passBreakpoint: () => {
            subject.passBreakpoint();
          },
          setWatches: (ranges) => {
            subject.setWatches(ranges);
          },
          get watchHits() {
            return subject.watchHits;
          },
          remember: () => subject.remember(),
        };
      },
    };
  }

  test.each([
    ['a register', (machine: Machine): void => machine.setRegister(4, machine.register(4) ^ 1n), /r4/],
    [
      'a byte that was allocated',
      ({ memory }: Machine): void => {
        memory.view.setUint8(memory.used - 1, 1);
      },
      /memory at/,
    ],
    [
      'the cycle',
      ({ memory }: Machine): void => {
        memory.view.setUint32(state.sliceEnd, 7_000_000, true);
      },
      /at: cycle/,
    ],
  ])('%s', (_, spoil, expected) => {
    const totals = new Totals();
    const seed = 5;
    const options = { rounds: 2, cycles: 2000, shrink: false };
    check(totals, spoiled(fuzzProgramOf(seed), spoil), flavourOf(seed), seed, options);
    expect(totals.failures).toHaveLength(1);
    expect(totals.failures[0]).toMatch(expected);
  });
});
