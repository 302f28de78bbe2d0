import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeInteger } from '../../../../vm/base/bytes.ts';
import { expectOk } from '../../../../vm/base/problem.ts';
import type { VirtualMachine } from '../../../../vm/engine/virtual-machine.ts';
import { stateHash } from '../../../../vm/history/state-hash.ts';
import { StoppedProgram } from '../testing.ts';
import { assigns } from './assignments.ts';

function stopped(name: string, prepare?: (vm: VirtualMachine) => void): StoppedProgram {
  const url = new URL(`../../../../test/ground-truth/${name}.bpf.o`, import.meta.url);
  return new StoppedProgram(new Uint8Array(readFileSync(url)), prepare, {
    dataIn: new Uint8Array(64).fill(1),
  });
}

function fillTable(vm: VirtualMachine): void {
  for (const key of [1n, 2n, 3n]) {
    const value = Uint8Array.from([...writeInteger(key * 40n, 8), ...writeInteger(key, 8)]);
    vm.machine.maps[0]!.userUpdate(writeInteger(key, 4), [value]);
  }
}

function lines(program: StoppedProgram, depth?: number): readonly string[] {
  const frame = program.sourceFrame(depth);
  return program.lines(program.scope('Locals', frame)).map((line) => line.replace(/0x[0-9a-f]+/g, '0x…'));
}

describe('a callback', () => {
  test('has what it was passed from its first instruction on, also what it never uses', () => {
    const program = stopped('callbacks.O2', fillTable);
    program.runTo('sum_cb', 2);
    expect(lines(program)).toMatchInlineSnapshot(`
      [
        "map: struct bpf_map * = 0x… <map table> (at entry)",
        "key: __u32 * = 0x… <table[3].key>",
        "value: struct kvstat * = 0x… <table[3].value>",
        "ctx: struct sum_ctx * = 0x… <callback_ctx, sc of xdp_sum>",
        "hits: __u64 = <not yet assigned>",
        "k: __u32 = <not yet assigned>",
      ]
    `);
    program.step(12);
    expect(lines(program)).toMatchInlineSnapshot(`
      [
        "map: struct bpf_map * = 0x… <map table> (at entry)",
        "key: __u32 * = 0x… <table[3].key> (as of line 37)",
        "value: struct kvstat * = 0x… <table[3].value> (as of line 39)",
        "ctx: struct sum_ctx * = 0x… <callback_ctx, sc of xdp_sum>",
        "hits: __u64 = 120",
        "k: __u32 = 3",
      ]
    `);
  });

  test('its caller has its variables too', () => {
    const program = stopped('callbacks.O2', fillTable);
    program.runTo('sum_cb', 2);
    expect(lines(program, 0)).toMatchInlineSnapshot(`
      [
        "ctx: struct xdp_md * = 0x… <ctx> (as of line 80)",
        "sc: struct sum_ctx = {total_hits = 80, total_bytes = 2, n = 1, max_key = 2, xdp = 0x… <ctx>, best = {80, 0}}",
        "lc: struct loop_ctx = {acc = 0, limit = 1000, buf = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}",
        "zero: __u32 = 0",
        "n: long = <not yet assigned>",
        "m: long = <not yet assigned>",
        "e: struct elem * = <not yet assigned>",
      ]
    `);
  });
});

test('what has no location any more is what it was last; what is never used is not there', () => {
  const program = stopped('signatures.O2');
  program.runTo('globalfn');
  expect(lines(program, 0)).toMatchInlineSnapshot(`
    [
      "ctx: struct xdp_md * = 0x… <ctx> (as of line 14)",
      "pr: struct pair = {a = 1, b = 0}",
      "r: int = 512",
    ]
  `);
  expect(lines(program)).toMatchInlineSnapshot(`
    [
      "ctx: struct xdp_md * = <optimized out>",
      "unused2: int = <optimized out>",
      "z: int = 512",
    ]
  `);
});

test('looking at the past leaves the machine as it was', () => {
  const program = stopped('callbacks.O2', fillTable);
  program.runTo('sum_cb', 2);
  program.step(12);
  const before = stateHash(program.vm);
  lines(program);
  lines(program, 0);
  expect(stateHash(program.vm)).toBe(before);
});

describe('assignment', () => {
  test('to a variable in a register', () => {
    const program = stopped('callbacks.O2', fillTable);
    program.runTo('loop_cb', 3);
    const frame = program.sourceFrame();
    expect(program.evaluate('index', frame)).toBe('2');
    expectOk(program.evaluator.assign('index', '7', frame));
    expect(program.vm.machine.register(1)).toBe(7n);
    expect(program.evaluate('index * 2', frame)).toBe('14');
    expect(program.edits).toEqual([{ kind: 'register', register: 1, value: 7n }]);
  });

  test('to a variable on the stack of a caller', () => {
    const program = stopped('callbacks.O2', fillTable);
    program.runTo('loop_cb', 3);
    const caller = program.sourceFrame(0);
    expectOk(program.evaluator.assign('lc.limit', '5', caller));
    expect(program.evaluate('lc.limit', caller)).toBe('5');
  });

  test('to what is not there is refused', () => {
    const program = stopped('callbacks.O2', fillTable);
    program.runTo('sum_cb');
    const result = program.evaluator.assign('n', '5', program.sourceFrame(0));
    expect(result).toMatchObject({ ok: false, problem: { code: 'unknown-value' } });
  });
});

test.each([
  ['x = 1', true],
  ['x == 1', false],
  ['x <<= 1', true],
  ['x <= 1', false],
  ['x++', true],
  ['--x', true],
  ['f(&x)', true],
  ['y & x', false],
  ['f(x) && x', false],
  ['p->x = 1', false],
  ['p.x = 1', false],
  ['xx = 1', false],
  ['y = x', false],
])('%s assigns x: %s', (code, expected) => {
  expect(assigns(code, 'x')).toBe(expected);
});
