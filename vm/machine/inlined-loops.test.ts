import { expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { assemble } from '../isa/assemble.ts';
import { bareProgram } from '../object/bare-program.ts';
import { inlinedLoops } from './inlined-loops.ts';

/** lddw of the function that starts at the next slot but four: BPF_PSEUDO_FUNC. */
const callback = [0x18, 0x42, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const bpfLoop = 'call 181';

function calls(...parts: (string | number[])[]): number[] {
  const code = Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...expectOk(assemble(part))] : part)),
  );
  const main = {
    name: 'main',
    section: 1,
    sectionName: 'tc',
    offset: 0,
    size: code.length,
    global: true,
    btfId: undefined,
  };
  const slots = code.length / 8;
  return [...inlinedLoops(bareProgram(code, 'tc', [{ ...main, firstSlot: 0, slots }]))];
}

test.each([
  ['a function and flags 0', [callback, 'r3 = 0\nr4 = 0', bpfLoop], [4]],
  ['flags of 32 bits', [callback, 'r3 = 0\nw4 = 0', bpfLoop], [4]],
  ['flags that are copied', ['r3 = 0', callback, 'r4 = r3', bpfLoop], [4]],
  ['a function that is copied', [callback, 'r6 = r2\nr2 = r6\nr4 = 0', bpfLoop], [5]],
  ['other flags', [callback, 'r4 = 1', bpfLoop], []],
  ['flags from memory', [callback, 'r4 = *(u64 *)(r10 - 8)', bpfLoop], []],
  ['flags that are changed', [callback, 'r4 = 0\nr4 += 1', bpfLoop], []],
  ['a function that is not known', ['r2 = r6\nr4 = 0', bpfLoop], []],
  ['half of a function', [callback, 'w2 = w2\nr4 = 0', bpfLoop], []],
  ['a call between', [callback, 'r4 = 0\ncall 7', bpfLoop], []],
  ['a jump to the call', ['if r1 > 1 goto +3', callback, 'r4 = 0', bpfLoop], []],
  ['another helper', [callback, 'r4 = 0\ncall 7'], []],
])('%s', (_, parts, slots) => expect(calls(...parts, 'exit')).toEqual(slots));
