import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectOk } from '../../vm/base/problem.ts';
import { sizeOf } from '../debug-info/c-type.ts';
import { StoppedProgram } from '../debugger/inspection/testing.ts';
import { numberOf } from '../debugger/inspection/value.ts';

/** A program that has computed 500 expressions as clang compiled them. */
function computed(): StoppedProgram {
  const object = new Uint8Array(readFileSync(new URL('testdata/conversions.bpf.o', import.meta.url)));
  const program = new StoppedProgram(object);
  program.step(1_000_000);
  return program;
}

test('promotions, conversions and operators give what clang makes of them', () => {
  const program = computed();
  expect(program.vm.machine.runState).toBe('exited');
  const frame = program.frame();
  const count = Number(program.evaluate('sizeof results / sizeof results[0]'));
  expect(count).toBe(500);
  const wrong: string[] = [];
  for (let i = 0; i < count; i++) {
    const text = program.evaluate(`texts[${i}],s`).slice(1, -1);
    const wanted = ['value', 'size', 'is_signed'].map((name) => program.evaluate(`results[${i}].${name}`));
    const operand = expectOk(program.evaluator.typed(text, frame));
    const type = operand.kind === 'value' ? operand.value.type : undefined;
    const signed = type !== undefined && 'signed' in type && type.signed;
    const number = program.evaluate(`(__u64)(${text})`);
    const found = [number, `${type && sizeOf(type)}`, signed ? '1' : '0'];
    if (found.join() !== wanted.join()) wrong.push(`${text}: ${found.join()}, clang has ${wanted.join()}`);
    if (operand.kind === 'value') expect(numberOf(operand.value)).toBeDefined();
  }
  expect(wrong).toStrictEqual([]);
});
