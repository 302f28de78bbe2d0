import { describe, expect, test } from 'vitest';
import { attempt, expectOk } from '../../base/problem.ts';
import { BtfBuilder } from '../testing/build-btf.ts';
import { Btf } from './btf.ts';
import { formatDefinition } from './format-c.ts';
import { declare } from './type-name.ts';

/** Types that C programs have, by the spelling that is expected. */
function someTypes(): { btf: Btf; ids: Record<string, number> } {
  const b = new BtfBuilder();
  const int = b.int('int', 4, true);
  const char = b.int('char', 1);
  const unsigned = b.int('unsigned int', 4);
  const u32 = b.typedef('__u32', unsigned);
  const flow = b.struct('flow', 12, [
    ['port', u32, 0],
    ['flags', u32, 32, 3],
    ['rest', u32, 35, 29],
    [
      '',
      b.struct(
        '',
        4,
        [
          ['inner', int, 0],
          ['as_bytes', b.array(char, 4), 0],
        ],
        true,
      ),
      64,
    ],
  ]);
  const constChar = b.modifier('const', char);
  const proto = b.funcProto(int, [
    ['', b.ptr(0)],
    ['', 0],
  ]);
  const state = b.enum(
    'state',
    [
      ['IDLE', 0],
      ['FAILED', -1],
    ],
    true,
  );
  const big = b.enum64('big', [['LOW', -2n]], true);
  const arrayOfFlow = b.array(flow, 2);
  const ids = {
    'struct flow': flow,
    'struct flow *': b.ptr(flow),
    '__u32[4]': b.array(u32, 4),
    'const char *': b.ptr(constChar),
    'char *const': b.modifier('const', b.ptr(char)),
    'const volatile int': b.modifier('const', b.modifier('volatile', int)),
    'const char[3]': b.modifier('const', b.array(constChar, 3)),
    'int (*)(void *, ...)': b.ptr(proto),
    'int (**)(void *, ...)': b.ptr(b.ptr(proto)),
    'int (*[3])(void *, ...)': b.array(b.ptr(proto), 3),
    'int (*)[5]': b.ptr(b.array(int, 5)),
    'int[2][3]': b.array(b.array(int, 3), 2),
    'enum state': state,
    'enum big': big,
    'struct hidden *': b.ptr(b.forward('hidden')),
    'union hidden *': b.ptr(b.forward('hidden', true)),
    'void *': b.ptr(0),
    'int *': b.ptr(b.typeTag('user', int)),
    'struct flow[2]': arrayOfFlow,
    'struct {...}': b.struct('', 0, []),
    float: b.float('float', 4),
  };
  const run = b.func(
    'run',
    b.funcProto(int, [
      ['ctx', b.ptr(0)],
      ['value', u32],
    ]),
  );
  const flows = b.variable('flows', arrayOfFlow);
  b.datasec('.bss', 24, [[flows, 0, 24]]);
  b.declTag('tagged', flow, 1);
  b.declTag('whole', flow);
  return { btf: expectOk(Btf.open(b.bytes())), ids: { ...ids, run, flows, int, u32, state, big } };
}

describe('Btf', () => {
  const { btf, ids } = someTypes();
  const id = (name: string): number => ids[name]!;

  test('is sound', () => expect(btf.verify()).toEqual({ ok: true, value: undefined }));

  test.each(Object.entries(ids).filter(([name]) => !['run', 'flows', 'u32', 'state', 'big'].includes(name)))(
    'spells %s',
    (name, id) => expect(btf.typeName(id)).toBe(name),
  );

  test('spells declarations', () => {
    expect(declare(btf, id('int (*[3])(void *, ...)'), 'ops')).toBe('int (*ops[3])(void *, ...)');
    expect(declare(btf, id('char *const'), 'name')).toBe('char *const name');
    expect(btf.typeName(id('run'))).toBe('int run(void *ctx, __u32 value)');
  });

  test.each([
    ['struct flow', 12],
    ['struct flow *', 8],
    ['__u32[4]', 16],
    ['int[2][3]', 24],
    ['enum big', 8],
    ['flows', 24],
    ['const char[3]', 3],
    ['run', undefined],
    ['void *', 8],
  ])('size of %s is %s', (name, size) => expect(btf.sizeOf(id(name))).toBe(size));

  test('void has no size', () => expect(btf.sizeOf(0)).toBeUndefined());

  test('finds types by name and kind', () => {
    expect(btf.byName('flow')?.id).toBe(id('struct flow'));
    expect(btf.byName('flow', 'struct')?.id).toBe(id('struct flow'));
    expect(btf.byName('flow', 'union')).toBeUndefined();
    expect(btf.byName('flo')).toBeUndefined();
    expect(btf.byName('hidden')?.kind).toBe('fwd');
    expect(btf.idsByName('hidden')).toHaveLength(2);
  });

  test('resolves typedefs and qualifiers', () => {
    expect(btf.resolve(id('u32'))).toMatchObject({
      kind: 'int',
      name: 'unsigned int',
      signed: false,
      bits: 32,
    });
    expect(btf.resolve(id('const volatile int')).name).toBe('int');
    expect(btf.skipModifiers(id('u32')).kind).toBe('typedef');
  });

  test('reads members, bit fields and members of anonymous unions', () => {
    expect(btf.member(id('struct flow'), 'rest')).toMatchObject({ bitOffset: 35, bitSize: 29 });
    expect(btf.member(id('struct flow'), 'port')).toMatchObject({ bitOffset: 0, bitSize: undefined });
    expect(btf.member(id('struct flow'), 'as_bytes')).toMatchObject({ bitOffset: 64 });
    expect(btf.member(id('struct flow'), 'absent')).toBeUndefined();
  });

  test('reads signed enums of 32 and 64 bits', () => {
    expect(btf.type(id('state'))).toMatchObject({
      signed: true,
      values: [{ value: 0n }, { name: 'FAILED', value: -1n }],
    });
    expect(btf.type(id('big'))).toMatchObject({ size: 8, values: [{ name: 'LOW', value: -2n }] });
  });

  test('reads functions, data sections and tags', () => {
    const run = btf.type(id('run'));
    expect(run).toMatchObject({ kind: 'func', linkage: 'global' });
    expect(btf.byName('.bss', 'datasec')).toMatchObject({
      variables: [{ typeId: id('flows'), offset: 0, size: 24 }],
    });
    expect(btf.byName('tagged')).toMatchObject({ kind: 'decl_tag', component: 1 });
    expect(btf.byName('whole')).toMatchObject({ component: -1 });
  });

  test('prints the definition of a struct, an enum, a typedef', () => {
    expect(formatDefinition(btf, id('struct flow'))).toBe(
      [
        'struct flow {',
        '\t__u32 port;',
        '\t__u32 flags: 3;',
        '\t__u32 rest: 29;',
        '\tunion {',
        '\t\tint inner;',
        '\t\tchar as_bytes[4];',
        '\t};',
        '};',
      ].join('\n'),
    );
    expect(formatDefinition(btf, id('state'))).toBe('enum state {\n\tIDLE = 0,\n\tFAILED = -1,\n};');
    expect(formatDefinition(btf, id('u32'))).toBe('typedef unsigned int __u32;');
    expect(formatDefinition(btf, id('run'))).toBe('int run(void *ctx, __u32 value);');
  });

  test('reads the old form of bit fields', () => {
    const b = new BtfBuilder();
    const bits = b.raw(1, { name: 'unsigned int', sizeOrType: 4 }, [(2 << 16) | 5]);
    const s = b.struct('old', 4, [['five', bits, 8]]);
    expect(expectOk(Btf.open(b.bytes())).type(s)).toMatchObject({ members: [{ bitOffset: 10, bitSize: 5 }] });
  });
});

describe('damaged BTF', () => {
  const verified = (build: (b: BtfBuilder) => void): string => {
    const b = new BtfBuilder();
    build(b);
    const opened = Btf.open(b.bytes());
    const result = opened.ok ? opened.value.verify() : opened;
    return result.ok ? 'ok' : result.problem.code;
  };

  test.each<[string, string, (b: BtfBuilder) => void]>([
    ['an id out of range', 'btf-id', (b) => b.ptr(7)],
    ['a typedef of itself', 'btf-cycle', (b) => b.typedef('t', 1)],
    ['typedefs in a circle', 'btf-cycle', (b) => (b.typedef('a', 2), b.typedef('b', 1))],
    [
      'a struct that contains itself',
      'btf-cycle',
      (b) => (b.struct('s', 8, [['self', 2, 0]]), b.array(1, 1)),
    ],
    ['pointers in a circle', 'btf-cycle', (b) => (b.ptr(2), b.ptr(1))],
    ['a kind that is not known', 'btf-kind', (b) => b.raw(31, {})],
    ['a linkage that is not known', 'btf-linkage', (b) => (b.funcProto(0, []), b.func('f', 1, 9))],
    ['a function without prototype', 'btf-kind', (b) => (b.int('int', 4), b.func('f', 1))],
    ['a name past the strings', 'truncated', (b) => b.raw(4, { vlen: 1 }, [9999, 0, 0])],
    ['more members than bytes', 'truncated', (b) => b.raw(4, { vlen: 9 })],
    ['a data section of types', 'btf-kind', (b) => (b.int('int', 4), b.datasec('.bss', 4, [[1, 0, 4]]))],
  ])('%s: %s', (_, code, build) => {
    expect(verified(build)).toBe(code);
  });

  test('a struct may point to itself', () =>
    expect(verified((b) => (b.struct('list', 8, [['next', 2, 0]]), b.ptr(1)))).toBe('ok'));

  test('without verify, circles raise problems and names end', () => {
    const b = new BtfBuilder();
    const loop = b.typedef('a', 2);
    b.typedef('b', loop);
    const pointer = b.ptr(3);
    const btf = expectOk(Btf.open(b.bytes()));
    expect(attempt(() => btf.resolve(loop))).toMatchObject({ ok: false, problem: { code: 'btf-cycle' } });
    expect(attempt(() => btf.sizeOf(loop))).toMatchObject({ ok: false, problem: { code: 'btf-cycle' } });
    expect(btf.sizeOf(pointer)).toBe(8);
    expect(btf.typeName(pointer)).toContain('...');
    expect(attempt(() => btf.type(99))).toMatchObject({ ok: false, problem: { code: 'btf-id' } });
  });

  test('types that double at every step take no time', () => {
    const b = new BtfBuilder();
    let proto = b.funcProto(0, []);
    let struct = b.struct('', 0, []);
    for (let i = 0; i < 100; i++) {
      const pointer = b.ptr(proto);
      proto = b.funcProto(0, [
        ['', pointer],
        ['', pointer],
      ]);
      struct = b.struct('', 0, [
        ['', struct, 0],
        ['', struct, 0],
      ]);
    }
    const btf = expectOk(Btf.open(b.bytes()));
    expect(btf.verify().ok).toBe(true);
    expect(btf.typeName(proto)).toContain('...');
    expect(btf.member(struct, 'absent')).toBeUndefined();
    expect(formatDefinition(btf, struct).length).toBeLessThan(1_000_000);
  });

  test.each<[string, string, (bytes: Uint8Array) => void]>([
    ['no magic', 'btf-magic', (bytes) => bytes.set([0, 0])],
    ['big-endian', 'btf-big-endian', (bytes) => bytes.set([0xeb, 0x9f])],
    ['a later version', 'btf-version', (bytes) => bytes.set([2], 2)],
    ['a short header', 'btf-header', (bytes) => bytes.set([8], 4)],
    ['types past the end', 'truncated', (bytes) => bytes.set([0xff, 0xff], 12)],
    ['no strings', 'btf-strings', (bytes) => bytes.set([0], 20)],
  ])('header with %s: %s', (_, code, damage) => {
    const b = new BtfBuilder();
    b.int('int', 4);
    const bytes = b.bytes();
    damage(bytes);
    expect(Btf.open(bytes)).toMatchObject({ ok: false, problem: { code } });
  });
});
