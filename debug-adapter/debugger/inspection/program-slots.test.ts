import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { VariableNode } from '../variable.ts';
import { StoppedProgram } from './testing.ts';

const object = new URL('../../../test/kernel-cases/objects/tail-call.bpf.o', import.meta.url);

describe('the slots of a PROG_ARRAY', () => {
  let program: StoppedProgram;
  beforeEach(() => {
    program = new StoppedProgram(new Uint8Array(readFileSync(object)), undefined, {}, 'present');
  });

  const map = (): VariableNode => {
    const found = program
      .scope('Maps')
      .children('named', 0, 100)
      .find(({ name }) => name === 'programs');
    if (found === undefined) throw new Error('no map');
    return found;
  };
  const slots = (): string[] =>
    map()
      .children('indexed', 0, 100)
      .map((node) => `${node.name} ${node.value({ hex: false })}`);

  test('show the programs that are there, by their names', () => {
    expect(map().value({ hex: false })).toBe('5 of 8 elements');
    expect(slots()).toEqual(['[0] leaf', '[1] second', '[2] again', '[5] sub_leaf', '[6] sub_again']);
  });

  test('take another program, which a tail call then goes to', () => {
    const [first] = map().children('indexed', 0, 1);
    expect(first?.assign?.('second')).toEqual({ ok: true, value: undefined });
    expect(slots()[0]).toBe('[0] second');
    expect(program.edits).toHaveLength(1);
    program.runTo('second');
    expect(program.vm.machine.frames.read(0).tailCalls).toHaveLength(1);
  });

  test('take nothing else', () => {
    const [first] = map().children('indexed', 0, 1);
    expect(first?.assign?.('nothing')).toMatchObject({ ok: false, problem: { code: 'unknown-program' } });
    expect(slots()[0]).toBe('[0] leaf');
    expect(program.edits).toEqual([]);
  });
});
