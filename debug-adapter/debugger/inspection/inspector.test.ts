import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, writeInteger } from '../../../vm/base/bytes.ts';
import { expectOk } from '../../../vm/base/problem.ts';
import type { VirtualMachine } from '../../../vm/engine/virtual-machine.ts';
import { StoppedProgram } from './testing.ts';

const decimal = { hex: false };
const hexadecimal = { hex: true };

const example = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../examples/${name}.bpf.o`, import.meta.url)));

/** 60 bytes: Ethernet, IPv4, UDP, padding. */
const packet = fromHex(
  '02000000000102000000000208004500002e00014000401126890a0000010a0000359c400035001a0000787878787878787878787878787878787878',
)!;

const u64s = (...numbers: readonly number[]): Uint8Array =>
  Uint8Array.from(numbers.flatMap((number) => [...writeInteger(BigInt(number), 8)]));

function fillCounts(vm: VirtualMachine): void {
  for (const [key, packets, bytes] of [
    [1, 3, 294],
    [6, 120, 98304],
    [17, 40, 5120],
  ] as const) {
    vm.machine.maps[0]!.userUpdate(writeInteger(BigInt(key), 4), [u64s(packets, bytes)]);
  }
}

const count = (): StoppedProgram => new StoppedProgram(example('count'), fillCounts, { dataIn: packet });

/** In the callback of element 17, 1 or 6 (1, 2, 3), two instructions in. */
function inCallback(element: number): StoppedProgram {
  const program = count();
  program.runTo('sum', element);
  program.step(2);
  return program;
}

describe('arguments', () => {
  test('the program has its context, also from further in', () => {
    const program = count();
    const expected = expect.stringMatching(/^ctx: struct xdp_md \* = 0x[0-9a-f]+ <ctx>$/) as string;
    expect(program.lines(program.scope('Arguments'))).toEqual([expected]);
    program.runTo('count_packet');
    expect(program.lines(program.scope('Arguments', program.frame(0)))).toEqual([expected]);
  });

  test('a subprogram has them at its first instruction only', () => {
    const program = count();
    program.runTo('count_packet');
    expect(program.lines(program.scope('Arguments'))).toEqual(['protocol: __u32 = 17', 'length: __u64 = 60']);
    program.step();
    expect(program.lines(program.scope('Arguments'))).toEqual([
      'protocol: __u32 = <not known after entry: no debug info>',
      'length: __u64 = <not known after entry: no debug info>',
    ]);
  });

  test('an argument at entry is its register', () => {
    const program = count();
    program.runTo('count_packet');
    const [protocol] = program.scope('Arguments').children('named', 0, 1);
    expectOk(protocol!.assign!('6'));
    expect(program.vm.machine.register(1)).toBe(6n);
    expect(program.edits).toEqual([{ kind: 'register', register: 1, value: 6n }]);
  });

  test('a callback keeps all four, typed', () => {
    const program = inCallback(2);
    const lines = program.lines(program.scope('Arguments'), 2);
    expect(lines.map((line) => line.replace(/0x[0-9a-f]+/, '0x…'))).toEqual([
      'map: struct bpf_map * = 0x… <map counts>',
      '  [0]: struct count = 17 → {packets = 41, bytes = 5180}',
      '  [1]: struct count = 1 → {packets = 3, bytes = 294}',
      '  [2]: struct count = 6 → {packets = 120, bytes = 98304}',
      'key: __u32 * = 0x… <counts[1].key>',
      '  *key: __u32 = 1',
      'value: struct count * = 0x… <counts[1].value>',
      '  packets: __u64 = 3',
      '  bytes: __u64 = 294',
      'ctx: struct totals * = 0x… <callback_ctx, totals of count_packets>',
      '  packets: __u64 = 41',
      '  bytes: __u64 = 5180',
      '  most: __u64 = 41',
      '  busiest: __u32 = 17',
    ]);
  });

  test('void * arguments get the types of the map, and of the variable of the caller', () => {
    const program = new StoppedProgram(
      example('untyped'),
      (vm) => vm.machine.maps[0]!.userUpdate(writeInteger(7n, 4), [u64s(500)]),
      { ctxIn: { bytes: [...new Uint8Array(24)] } },
    );
    program.runTo('select_account');
    program.step();
    const lines = program.lines(program.scope('Arguments'));
    expect(lines.map((line) => line.replace(/0x[0-9a-f]+/, '0x…'))).toEqual([
      'map: void * = 0x… <map balances>',
      'key: __u32 * = 0x… <balances[7].key>',
      'value: __u64 * = 0x… <balances[7].value>',
      'ctx: struct selection * = 0x… <callback_ctx, selection of query_balances>',
    ]);
  });
});

describe('traversal', () => {
  test('shows where the helper is', () => {
    const program = inCallback(2);
    const lines = program.lines(program.scope('Traversal', program.frame(1, 'helper')));
    expect(lines.map((line) => line.replace(/0x[0-9a-f]+/, '0x…'))).toEqual([
      'helper: - = bpf_for_each_map_elem',
      'map: HASH (__u32 → struct count) = counts: 3 of 16 elements',
      'index: unsigned long = 1',
      'elements: unsigned long = 3',
      'visited: unsigned long = 1',
      'key: __u32 = 1',
      'value: struct count = {packets = 3, bytes = 294}',
      'callback_ctx: struct totals * = 0x… <callback_ctx, totals of count_packets>',
      'flags: unsigned long = 0',
      'last_return: long = 0',
    ]);
  });

  test('says that no callback has returned in the first', () => {
    const program = inCallback(1);
    const lines = program.lines(program.scope('Traversal', program.frame(1, 'helper')));
    expect(lines.at(-1)).toBe('last_return: - = <no callback has returned yet>');
  });

  test('a value shown there can be changed, a key cannot', () => {
    const program = inCallback(2);
    const nodes = program.scope('Traversal', program.frame(1, 'helper')).children('named', 0, 20);
    const value = nodes.find(({ name }) => name === 'value')!;
    expectOk(value.children('named', 0, 1)[0]!.assign!('1000'));
    expect(program.evaluate('counts[1].packets')).toBe('1000');
    const key = nodes.find(({ name }) => name === 'key')!;
    expect(key.assign!('2')).toMatchObject({ ok: false, problem: { code: 'read-only' } });
  });
});

describe('registers', () => {
  test('of the innermost frame, with what they point to', () => {
    const program = inCallback(1);
    const lines = program.lines(program.scope('Registers')).map((line) => line.replace(/0x[0-9a-f]+/, '0x…'));
    expect(lines).toHaveLength(13);
    expect(lines.slice(2, 5)).toEqual([
      'r2: u64 = 0x… <counts[17].key>',
      'r3: u64 = 0x… <counts[17].value>',
      'r4: u64 = 0x… <callback_ctx, totals of count_packets>',
    ]);
    expect(lines.slice(10, 12)).toEqual(['r10: u64 = 0x… <r10 of sum>', 'pc: - = 0x… <sum+16>']);
    expect(lines[12]).toBe(`cycle: - = ${program.vm.machine.cycle}`);
  });

  test('of an outer frame: r6 to r10, read-only', () => {
    const program = inCallback(1);
    const nodes = program.scope('Registers', program.frame(0)).children('named', 0, 20);
    expect(nodes.slice(0, 6).map((node) => node.value(decimal))).toEqual(Array(6).fill('<not saved>'));
    expect(nodes[10]!.value(decimal)).toMatch(/<r10 of count_packets>$/);
    expect(nodes[6]!.assign!('1')).toMatchObject({ ok: false, problem: { code: 'read-only' } });
  });

  test.each([
    ['0x10', 16n, '16', '0x10'],
    ['-22', 0xffffffffffffffean, '-22 (0xffffffffffffffea)', '0xffffffffffffffea'],
    ['-22 (0xffffffffffffffea)', 0xffffffffffffffean, '-22 (0xffffffffffffffea)', '0xffffffffffffffea'],
    ['$r7 + sizeof(struct count)', 16n, '16', '0x10'],
  ])('r6 = %s', (text, bits, shown, shownInHex) => {
    const program = count();
    const r6 = (): ReturnType<typeof program.scope> => program.scope('Registers').children('named', 6, 1)[0]!;
    expectOk(r6().assign!(text));
    expect(program.vm.machine.register(6)).toBe(bits);
    expect(r6().value(decimal)).toBe(shown);
    expect(r6().value(hexadecimal)).toBe(shownInHex);
  });

  test('r10 is nobody’s to change', () => {
    const program = count();
    const r10 = program.scope('Registers').children('named', 10, 1)[0]!;
    expect(r10.assign!('0')).toMatchObject({ ok: false, problem: { code: 'read-only' } });
  });
});

describe('context and packet', () => {
  test('fields of the context say where in the packet they point', () => {
    const program = count();
    expect(program.lines(program.scope('Context'))).toEqual([
      'data: __u32 = 65792 <packet>',
      'data_end: __u32 = 65852 <packet+60>',
      'data_meta: __u32 = 65792 <packet>',
      'ingress_ifindex: __u32 = 1',
      'rx_queue_index: __u32 = 0',
      'egress_ifindex: __u32 = 0',
    ]);
  });

  test('what the program may not store, nobody may', () => {
    const program = count();
    const [data] = program.scope('Context').children('named', 0, 1);
    expect(data!.assign!('0')).toMatchObject({
      ok: false,
      problem: { code: 'read-only', message: '4 bytes at ctx+0 are read-only for programs of type xdp' },
    });
  });

  test('the packet comes in rows that can be replaced', () => {
    const program = count();
    const root = program.scope('Packet');
    expect([root.value(decimal), root.named, root.indexed, root.size]).toEqual(['60 bytes', 1, 4, 60]);
    expect(root.children('indexed', 3, 10).map((row) => `${row.name} ${row.value(decimal)}`)).toEqual([
      '+48 78 78 78 78 78 78 78 78 78 78 78 78              xxxxxxxxxxxx',
    ]);
    expect(root.children('indexed', 4, 10)).toEqual([]);
    const [row] = root.children('indexed', 3, 1);
    expect(row!.assign!('00 01')).toMatchObject({ ok: false, problem: { code: 'bad-bytes' } });
    expectOk(row!.assign!('00 01 02 03 04 05 06 07 08 09 0a 0b  xxxxxxxxxxxx'));
    expect(program.evaluate('$packet[59]')).toBe('0x0b');
  });
});

describe('globals', () => {
  test('are typed, named, and changed by their names', () => {
    const program = count();
    const nodes = program.scope('Globals').children('named', 0, 10);
    const shown = nodes.map((node) => `${node.type ?? '-'} ${node.name} = ${node.value(decimal)}`);
    expect(shown.sort()).toEqual([
      '__u64 threshold = 10000',
      'const char[61] count_packets.____fmt = "%llu bytes in %ld protocols, most packets are of protocol %u"',
      'const volatile __u32 min_length = 60',
    ]);
    expectOk(nodes.find(({ name }) => name === 'threshold')!.assign!('threshold / 2'));
    expect(program.evaluate('threshold')).toBe('5000');
  });
});

describe('addresses', () => {
  test.each([
    ['$ctx', 'ctx'],
    ['(char *)$ctx + 4', 'ctx+4'],
    ['(char *)$ctx->data + 14', 'packet+14'],
    ['(char *)$ctx->data - 4', 'packet-4'],
    ['&counts', 'map counts'],
    ['&counts[6].bytes', 'counts[6].value+8'],
    ['&threshold', 'threshold'],
    ['(char *)&threshold + 4', 'threshold+4'],
    ['&min_length', 'min_length'],
    ['sum', 'sum'],
    ['(char *)&sum + 8', 'sum+8'],
    ['(char *)$r10 - 48', 'r10-48 of sum'],
    ['ctx', 'callback_ctx, totals of count_packets'],
    ['&ctx->busiest', 'callback_ctx+24, totals+24 of count_packets'],
    ['(char *)ctx - 8', 'r10-40 of count_packets'],
    ['0', ''],
    ['60', ''],
    ['-22', ''],
    ['0x7fffffff00000000', ''],
  ])('%s is %s', (expression, expected) => {
    const program = inCallback(1);
    const node = expectOk(
      program.evaluator.evaluate(`(unsigned long)(${expression})`, program.frame(), 'watch'),
    );
    expect(program.inspector.describeAddress(BigInt(node.value(decimal)))).toBe(expected);
  });

  test('a value that was deleted is still named after its key while the traversal stands on it', () => {
    const program = inCallback(2);
    const { machine } = program.vm;
    const address = machine.register(3);
    machine.maps[0]!.userRemove(writeInteger(1n, 4));
    program.inspector.target.forget();
    expect(program.inspector.describeAddress(address)).toBe('counts[1].value');
    program.runTo('sum', 1);
    expect(program.inspector.describeAddress(address)).toBe('released value of counts');
  });
});

describe('memory', () => {
  test('is read as far as it goes', () => {
    const { inspector } = count();
    const start = inspector.target.context;
    const read = inspector.readMemory(start, 16, 100);
    expect([read.address, read.bytes.length, read.unreadable]).toEqual([start + 16n, 8, 92]);
    expect(inspector.readMemory(0n, 0, 4)).toEqual({ address: 0n, bytes: new Uint8Array(), unreadable: 4 });
  });

  test('is written whole, or in part where that is wanted', () => {
    const program = count();
    const { inspector } = program;
    const start = 65792n;
    expect(inspector.writeMemory(start, 58, Uint8Array.of(1, 2, 3))).toMatchObject({ ok: false });
    expect(program.edits).toEqual([]);
    expect(expectOk(inspector.writeMemory(start, 58, Uint8Array.of(1, 2, 3), true))).toBe(2);
    expect(inspector.readMemory(start, 58, 2).bytes).toEqual(Uint8Array.of(1, 2));
    expect(program.edits).toEqual([{ kind: 'memory', address: start + 58n, bytes: Uint8Array.of(1, 2) }]);
  });

  test('instructions are not', () => {
    const { inspector, vm } = count();
    const code = vm.machine.code.addressOfSlot(0);
    expect(inspector.writeMemory(code, 0, new Uint8Array(8))).toMatchObject({
      ok: false,
      problem: { code: 'read-only' },
    });
  });
});
