import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, writeInteger } from '../../vm/base/bytes.ts';
import { StoppedProgram } from '../debugger/inspection/testing.ts';

const object = new Uint8Array(readFileSync(new URL('../../examples/count.bpf.o', import.meta.url)));
const packet = fromHex(
  '02000000000102000000000208004500002e00014000401126890a0000010a0000359c400035001a0000787878787878787878787878787878787878',
)!;

/** At the entry of the callback, with key and value of an element behind r2 and r3. */
function inCallback(): StoppedProgram {
  const fill = ({ machine }: StoppedProgram['vm']): void => {
    const value = [...writeInteger(3n, 8), ...writeInteger(0xffff_ffff_8000_0000n, 8)];
    machine.maps[0]!.userUpdate(writeInteger(1n, 4), [Uint8Array.from(value)]);
  };
  const program = new StoppedProgram(object, fill, { dataIn: packet });
  program.runTo('sum');
  return program;
}

/** xorshift32: the same expressions in each run of the test. */
class Random {
  #state = 0x2545f491;

  below(count: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % count;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}

const atoms = [
  '$r0',
  '$r1',
  '$r3',
  'r6',
  '$cycle',
  '$cpu',
  '0',
  '1',
  '-1',
  '7u',
  '3l',
  '0x80000000',
  '0xffffffffffffffff',
  "'a'",
  'true',
  'NULL',
  'threshold',
  'min_length',
  '((struct count *)$r3)->packets',
  '((struct count *)$r3)->bytes',
  '*(__u32 *)$r2',
  '*(__s8 *)($r3 + 12)',
  '*(short *)$r3',
  '(__u8)$r3',
  '(int)$r2',
  '(bool)$r1',
  '(struct count *)$r3',
  '*(__u64 *)1',
  'value->packets',
  '*key',
  'ctx->bytes',
  'ctx',
  'counts',
  'no_such',
];
const binary = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '<',
  '>',
  '<=',
  '>=',
  '==',
  '!=',
  '&&',
  '||',
];
const unary = ['-', '~', '!', '+', '(__s32)', '(unsigned char)', '(long)', '(__u64)'];

function expression(random: Random, depth: number): string {
  if (depth === 0 || random.below(6) === 0) return random.of(atoms);
  if (random.below(4) === 0) return `${random.of(unary)}(${expression(random, depth - 1)})`;
  return `(${expression(random, depth - 1)}) ${random.of(binary)} (${expression(random, depth - 1)})`;
}

describe('compiled conditions', () => {
  it('say what the interpreter says, of random expressions', () => {
    const program = inCallback();
    const { slot } = program.vm.machine;
    const random = new Random();
    let compiledCount = 0;
    let held = 0;
    for (let i = 0; i < 5000; i++) {
      const text = expression(random, 1 + random.below(4));
      const compiled = program.evaluator.compile(text, slot);
      if (compiled === undefined) continue;
      compiledCount++;
      const expected = program.evaluator.condition(text, program.frame());
      const found = compiled();
      if (found === true) held++;
      expect([text, found]).toEqual([text, expected.ok ? expected.value : undefined]);
    }
    expect(compiledCount).toBeGreaterThan(1500);
    expect(held).toBeGreaterThan(500);
  });

  it.each([
    ['counts[1].packets == 3', false],
    ['ctx->packets == 3', true],
    ['$traversal.index == 0', false],
    ['threshold > 1 ? 1 : 0', false],
    ['threshold == 10000', true],
    ['((struct count *)$r3)->packets > 2 && $cycle > 0', true],
  ])('%s: compiled %s', (text, compiles) => {
    const program = inCallback();
    expect(program.evaluator.compile(text, program.vm.machine.slot) !== undefined).toBe(compiles);
  });
});
