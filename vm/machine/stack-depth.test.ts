import { describe, expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { assemble } from '../isa/assemble.ts';
import { bareProgram } from '../object/bare-program.ts';
import type { LinkedProgram } from '../object/linked-program.ts';
import { StackDepths } from './stack-depth.ts';
import { stackUse } from './stack-use.ts';

function program(source: string): LinkedProgram {
  return bareProgram(expectOk(assemble(source)));
}

function useOf(source: string): number {
  const { code } = program(source);
  return stackUse(code, { ...symbol, name: 'f', firstSlot: 0, slots: code.length / 8 });
}

const symbol = { section: 1, sectionName: 'tc', offset: 0, size: 0, global: true, btfId: undefined };

describe('the stack that a function uses', () => {
  test.each([
    ['nothing', 'r0 = 0', 0],
    ['the lowest byte stored to, rounded up to 16', '*(u8 *)(r10 - 17) = 1', 32],
    ['a load', 'r0 = *(u64 *)(r10 - 8)', 16],
    ['an atomic', 'lock *(u64 *)(r10 - 40) += r1', 48],
    ['a pointer that is made', 'r1 = r10\nr1 += -300', 304],
    ['a pointer that is subtracted from', 'r1 = r10\nr1 -= 64', 64],
    ['an access through a copy', 'r1 = r10\nr1 += -16\nr2 = r1\n*(u64 *)(r2 - 48) = 1', 64],
    ['a copy of r10 itself', 'r1 = r10\n*(u8 *)(r1 - 1) = 0', 16],
    ['32 bits are no pointer', 'w1 = w10\nw1 += -300', 0],
    ['what was overwritten is no pointer', 'r1 = r10\nr1 = 0\nr1 += -300', 0],
    ['an unknown amount is not followed', 'r1 = r10\nr1 += r2\nr1 += -300', 0],
    ['beyond a jump in, registers are unknown', 'r1 = r10\nif r2 > 1 goto +1\nr1 = 0\nr1 += -300', 0],
    ['all 512 bytes', '*(u64 *)(r10 - 512) = 0', 512],
  ])('%s', (_, source, bytes) => expect(useOf(`${source}\nexit`)).toBe(bytes));
});

describe('chains of calls', () => {
  const frames = (...bytes: number[]): StackDepths => {
    const functions = bytes.map((each, i) => {
      const call = i + 1 < bytes.length ? [`call f${i + 1}`] : [];
      return [`f${i}:`, `*(u8 *)(r10 - ${each}) = 0`, ...call, 'exit'];
    });
    const linked = program(functions.flat().join('\n'));
    let firstSlot = 0;
    return new StackDepths({
      ...linked,
      functions: functions.map((lines, i) => {
        const own = { ...symbol, name: `f${i}`, firstSlot, slots: lines.length - 1 };
        firstSlot += lines.length - 1;
        return own;
      }),
    });
  };

  test.each([
    [[160, 176, 176], false],
    [[160, 176, 177], true],
    [[512], false],
    [[512, 1], true],
    [[64, 64, 64, 64, 64, 64, 64, 64], false],
    [[64, 64, 64, 64, 64, 64, 64, 80], true],
    [[65, 64, 64, 64, 64, 64, 64, 64, 64], true],
  ])('of %j bytes', (bytes, exceeds) => {
    const depths = frames(...bytes);
    expect([...Array(3 * bytes.length).keys()].some((slot) => depths.canExceed(slot))).toBe(exceeds);
  });

  test('only the function that is too much is looked at', () => {
    const depths = frames(160, 176, 177);
    expect([0, 3, 6].map((slot) => depths.canExceed(slot))).toEqual([false, false, true]);
    expect([0, 3, 6].map((slot) => depths.of(slot))).toEqual([160, 176, 192]);
  });
});
