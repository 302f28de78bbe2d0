import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../vm/engine/testing/random.ts';
import { buildObject } from './object.ts';
import { registerPrograms, stackPrograms, stricterPrograms } from './programs.ts';
import { randomProgram } from './random-program.ts';
import { startProgram } from './run.ts';
import { Verifier, withoutPerfmon } from './verifier.ts';

/** The kernel's verifier on the same programs; skipped where bpf() is refused. */

const privileged = new Verifier();
const others = new Verifier(withoutPerfmon);
afterAll(() => {
  privileged.remove();
  others.remove();
});
const programs = [...registerPrograms, ...stackPrograms];

describe.skipIf(!privileged.answers)('the verifier, to privileged programs', () => {
  it.each(programs)('$name', ({ source, fault }) => {
    const said = privileged.refusal(source);
    if (fault?.kind === 'uninitialised-register') expect(said ?? 'loaded').toContain(fault.words);
    else expect(said).toBeUndefined();
  });
});

describe.skipIf(!others.answers)('the verifier, without CAP_PERFMON', () => {
  it.each(programs)('$name', ({ source, fault }) => {
    const said = others.refusal(source);
    if (fault === undefined) expect(said).toBeUndefined();
    else if (fault.kind === 'uninitialised-register') expect(said ?? 'loaded').toContain(fault.words);
    else expect(said ?? 'loaded').toContain('invalid read from stack ');
  });

  it.each(stricterPrograms)('lets pass: $name', ({ source }) => {
    expect(others.refusal(source)).toBeUndefined();
  });

  const kinds = new Set<string>();
  const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
  it.each(seeds)('random programs, seed %i', (seed) => {
    const random = new Random(seed);
    for (let i = 0; i < 15; i++) {
      const source = randomProgram(random);
      const vm = startProgram(buildObject(source).bytes, { strict: true });
      vm.run(10_000);
      const found = complaint(vm.result().fault?.message);
      expect(found, source).toBe(complaint(others.refusal(source)));
      kinds.add(found?.replace(/\d/, 'N') ?? 'runs');
    }
  });

  it('the random programs were of all kinds', () => {
    expect(kinds).toEqual(new Set(['runs', 'RN !read_ok', 'invalid read from stack']));
  });
});

/** What is wrong, in the words that all have in common; the stack's have several forms. */
function complaint(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return /R\d !read_ok|invalid read from stack/.exec(text)?.[0] ?? text;
}
