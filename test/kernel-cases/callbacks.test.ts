import { afterAll, describe, expect, test } from 'vitest';
import { isRefusal, readCases, runCase, type Observed, type RecordedCase } from './recorded-case.ts';

/** Cases whose result is not the kernel's, with the reason. A case that has become equal has to leave the list. */
const different: Readonly<Record<string, string>> = {
  map_maxent: 'reads struct bpf_map through the map pointer; maps here have no such struct',
};

/** Programs the kernel refuses to load: the kind of fault they run into here. */
const refusedFaults: Readonly<Record<string, string>> = {
  cbret_2: 'refused-by-kernel',
  cbret_m1: 'refused-by-kernel',
  cbret_unknown: 'refused-by-kernel',
  cbret_and3: 'refused-by-kernel',
  recursive_cb: 'refused-by-kernel',
  keywrite: 'refused-by-kernel',
  keywrite_arr: 'refused-by-kernel',
  ctx_null_deref: 'null-pointer',
  ctx_scalar: 'refused-by-kernel',
  ctx_skb: 'refused-by-kernel',
  ctx_glob: 'refused-by-kernel',
  ctx_oob: 'invalid-access',
  val_oob: 'invalid-access',
  key_oob: 'invalid-access',
  rdonly_prog: 'write-forbidden',
  while_locked: 'refused-by-kernel',
  loop_ret2: 'refused-by-kernel',
  loop_retm1: 'refused-by-kernel',
  loop_rec: 'refused-by-kernel',
  stack_big: 'refused-by-kernel',
};

/** Those that end without a fault: what the verifier minds is not what this run does. */
const refusedButRun: Readonly<Record<string, string>> = {
  loop_retu: 'the unknown value it returns is 0',
};

/** Hash seeds under which the full LRU map was traversed as each of the two recorded runs did. */
const lruSeeds = [52931, 114].map((factor) => (factor * 2654435761) >>> 0);

const cases = readCases('callbacks.jsonl');
const tally = { run: 0, equal: 0, different: 0, refused: 0 };
const notes: string[] = [];

/** Fields that all recorded runs agree on; where they do not, the kernel's result depends on its random seed. */
function agreed(recorded: RecordedCase): Observed {
  const runs = recorded.runs.filter((run): run is Observed => !isRefusal(run));
  const [first = {}, ...others] = runs;
  return Object.fromEntries(
    Object.entries(first).filter(
      ([name, value]) =>
        value !== null && others.every((other) => JSON.stringify(other[name]) === JSON.stringify(value)),
    ),
  );
}

describe('recorded runs of callback helpers', () => {
  for (const recorded of cases.filter(({ runs }) => !runs.some(isRefusal))) {
    test(recorded.name, () => {
      const wanted = agreed(recorded);
      const { fault, observed } = runCase(recorded, wanted);
      const reason = different[recorded.name];
      tally.run++;
      tally[reason === undefined ? 'equal' : 'different']++;
      if (reason === undefined) {
        expect(fault).toBeUndefined();
        expect(observed).toEqual(wanted);
      } else {
        notes.push(`different: ${recorded.name}: ${reason}`);
        expect({ fault: fault?.message, ...observed }).not.toEqual({ fault: undefined, ...wanted });
      }
    });
  }
});

describe('a full LRU map, whose order depends on the seed', () => {
  const recorded = cases.find(({ name }) => name === 'ins_lru_full')!;
  test.each(recorded.runs.map((run, i) => ({ run, hashSeed: lruSeeds[i]! })))('seed $hashSeed', (each) => {
    const { run, hashSeed } = each;
    if (isRefusal(run)) throw new Error('recorded as a run');
    expect(runCase(recorded, run, { hashSeed }).observed).toEqual(run);
  });
});

/** Something to traverse: refused programs were recorded without. */
function elementsOf({ source, defines }: RecordedCase): RecordedCase['sets'] {
  if (source !== 'for-each') return [];
  const keys = defines['MAXE'] === '2' ? ['00', '01'] : ['00', '01', '02'];
  return keys.map((key) => ['m', `${key}000000`, '0200000000000000']);
}

describe('programs that the verifier refuses', () => {
  for (const recorded of cases.filter(({ runs }) => runs.some(isRefusal))) {
    test(recorded.name, () => {
      tally.refused++;
      const { fault } = runCase({ ...recorded, sets: elementsOf(recorded) }, {});
      const found = fault === undefined ? 'runs' : fault.kind;
      const reason = refusedButRun[recorded.name];
      if (reason !== undefined) notes.push(`refused, but runs: ${recorded.name}: ${reason}`);
      const type = recorded.source === 'map-types' ? 'refused-by-kernel' : undefined;
      expect(found).toBe(type ?? refusedFaults[recorded.name] ?? (reason && 'runs'));
    });
  }
});

afterAll(() => {
  const { run, equal, refused } = tally;
  console.log(
    `kernel cases: ${run} run, ${equal} equal, ${tally.different} different, ${refused} refused by the kernel`,
  );
  for (const note of notes) console.log(`  ${note}`);
});
