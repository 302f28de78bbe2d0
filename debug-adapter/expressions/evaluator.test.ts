import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, writeInteger } from '../../vm/base/bytes.ts';
import { expectOk } from '../../vm/base/problem.ts';
import { stateHash } from '../../vm/history/state-hash.ts';
import { StoppedProgram } from '../debugger/inspection/testing.ts';

const decimal = { hex: false };
const object = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../${path}.bpf.o`, import.meta.url)));

const packet = fromHex(
  '02000000000102000000000208004500002e00014000401126890a0000010a0000359c400035001a0000787878787878787878787878787878787878',
)!;

/** In the callback of element 1, the second of three, two instructions in. */
function inCallback(): StoppedProgram {
  const program = new StoppedProgram(
    object('examples/count'),
    ({ machine }) => {
      for (const [key, packets, bytes] of [
        [1, 3, 294],
        [6, 120, 98304],
        [17, 40, 5120],
      ] as const) {
        const value = [...writeInteger(BigInt(packets), 8), ...writeInteger(BigInt(bytes), 8)];
        machine.maps[0]!.userUpdate(writeInteger(BigInt(key), 4), [Uint8Array.from(value)]);
      }
    },
    { dataIn: packet },
  );
  program.runTo('sum', 2);
  program.step(2);
  return program;
}

describe('values', () => {
  const program = inCallback();
  test.each([
    // Constants and arithmetic of C.
    ['1 + 2 * 3', 'int', '7'],
    ['0xffffffff', 'unsigned int', '4294967295'],
    ['0xffffffff + 1', 'unsigned int', '0'],
    ['4294967295 + 1', 'long', '4294967296'],
    ['2147483647 + 1', 'int', '-2147483648'],
    ['1u - 2', 'unsigned int', '4294967295'],
    ['1ul - 2', 'unsigned long', '18446744073709551615'],
    ['-1 < 1u', 'int', '0'],
    ['-1 < 1', 'int', '1'],
    ['-7 / 2', 'int', '-3'],
    ['-7 % 2', 'int', '-1'],
    ['-8 >> 1', 'int', '-4'],
    ['1 << 33', 'int', '2'],
    ['1l << 33', 'long', '8589934592'],
    ['~0', 'int', '-1'],
    ['!5', 'int', '0'],
    ["'A'", 'int', '65'],
    ['1 ? 2 : 3', 'int', '2'],
    ['1 ? -1 : 2ul', 'unsigned long', '18446744073709551615'],
    ['0 ? *(__u64 *)0 : -1', 'unsigned long', '18446744073709551615'],
    ['sizeof(*(struct totals *)0)', 'unsigned long', '32'],
    ['sizeof counts[99]', 'unsigned long', '16'],
    ['sizeof(1 / 0)', 'unsigned long', '4'],
    ['(long)&((struct totals *)0)->most', 'long', '16'],
    ['0 && 1 / 0', 'int', '0'],
    ['1 || 1 / 0', 'int', '1'],
    ['(__u8)300', '__u8', '44'],
    ['(signed char)200', 'signed char', '-56'],
    ['(bool)7', 'bool', 'true'],
    ['sizeof(struct count)', 'unsigned long', '16'],
    ['sizeof(__u32[3])', 'unsigned long', '12'],
    ['sizeof(*ctx)', 'unsigned long', '32'],
    ['sizeof threshold', 'unsigned long', '8'],
    // Arguments, variables, maps.
    ['*key', '__u32', '1'],
    ['value->packets', '__u64', '3'],
    ['value.bytes', '__u64', '294'],
    ['(*value).bytes', '__u64', '294'],
    ['*value', 'struct count', '{packets = 3, bytes = 294}'],
    ['value->packets * 1000 > threshold', 'int', '0'],
    ['threshold', '__u64', '10000'],
    ['threshold,x', '__u64', '0x2710'],
    ['count_packets.____fmt[0]', 'const char', "37 '%'"],
    ['counts', 'HASH (__u32 → struct count)', '3 of 16 elements'],
    ['counts[17]', 'struct count', '{packets = 41, bytes = 5180}'],
    ['counts[*key].packets + counts[6].packets', 'unsigned long', '123'],
    // Pointers.
    ['((struct count *)value)->bytes', '__u64', '294'],
    ['*(__u64 *)((char *)value + 8)', '__u64', '294'],
    ['(&value->packets)[1]', '__u64', '294'],
    ['&value->bytes - &value->packets', 'long', '1'],
    ['(long)&value->bytes - (long)value', 'long', '8'],
    ['value == $traversal.value', 'int', '1'],
    ['ctx != 0', 'int', '1'],
    ['*(struct count *)$r3', 'struct count', '{packets = 3, bytes = 294}'],
    ['*(unsigned char *)&*key', 'unsigned char', '1'],
    // What the debugger knows.
    ['r1', 'unsigned long', '3'],
    ['$r1 + 1', 'unsigned long', '4'],
    ['$traversal.index', 'unsigned long', '1'],
    ['*$traversal.key', '__u32', '1'],
    ['$traversal.map', 'HASH (__u32 → struct count)', '3 of 16 elements'],
    ['$traversal.map[6].packets', '__u64', '120'],
    ['$traversal.callback_ctx->most', '__u64', '41'],
    ['$cpu', 'unsigned int', '0'],
    ['$ctx->data_end - $ctx->data', 'unsigned int', '60'],
    ['$packet[12] << 8 | $packet[13]', 'int', '2048'],
    ['*(__u16 *)(long)$ctx->data', '__u16', '2'],
  ])('%s', (text, type, value) => {
    const result = program.evaluator.evaluate(text, program.frame(), 'watch');
    if (!result.ok) throw new Error(result.problem.message);
    const node = result.value;
    expect([node.type, node.value(decimal)]).toEqual([type, value]);
  });

  test('of outer frames', () => {
    expect(program.evaluate('$traversal.index', program.frame(0))).toMatch(/^! column 1: no helper runs/);
    expect(program.evaluate('ctx->ingress_ifindex', program.frame(0))).toBe('1');
    expect(program.evaluate('r1', program.frame(0))).toBe('! column 1: r1 of this frame was not saved');
    expect(program.evaluate('$traversal.index', program.frame(1, 'helper'))).toBe('1');
  });
});

describe('problems', () => {
  const program = inCallback();
  test.each([
    ['foo', 'column 1: nothing here is called foo'],
    ['1 + foo', 'column 5: nothing here is called foo'],
    ['$foo', 'column 1: there is no $foo; known are $r0 to $r10'],
    ['value->foo', 'column 6: struct count has no member foo'],
    ['threshold.x', 'column 10: a __u64 has no members'],
    ['counts[2]', 'column 7: counts has no element with key 2'],
    ['counts[-1]', 'column 7: counts has no element with key 4294967295'],
    ['counts[0x100000000]', 'column 8: 4294967296 does not fit the 32 bits of __u32'],
    ['counts[{1, 2}]', 'column 8: a list cannot be a __u32'],
    ['counts[1, 1]', 'column 11: counts has no value for CPU 1'],
    ['counts + 1', 'column 1: the map counts is not a value; counts[key] is one of its values'],
    ['$traversal + 1', 'column 1: a traversal is not a value'],
    ['$traversal.foo', 'column 11: this traversal has no foo; it has map, index'],
    ['*threshold', 'column 1: a __u64 is not a pointer; cast it first'],
    ['*(int *)0', 'column 1: the pointer is NULL'],
    ['*(int *)60 + 1', 'column 12: there are no 4 bytes at 0x3c to read'],
    ['1 / 0', 'column 3: division by zero'],
    ['value * 2', 'column 7: * cannot be applied to a pointer'],
    ['value + ctx', 'column 7: + cannot be applied to two pointers'],
    ['*value + 1', 'column 8: a value of type struct count is not a number'],
    ['(struct nothing *)0', 'column 2: there is no type struct nothing'],
    ['(struct count)1', 'column 1: a int cannot be cast to struct count'],
    ['&1', 'column 1: this value is not in memory'],
    ['{1}', 'column 1: a list can only be assigned'],
    ['$packet[60]', 'column 9: there are 60 elements, none with number 60'],
    ['threshold = 1', 'column 11: nothing is changed here; assign in the debug console'],
    ['threshold++', 'column 10: nothing is changed here; assign in the debug console'],
  ])('%s', (text, message) => {
    const result = program.evaluator.evaluate(text, program.frame(), 'watch');
    expect(result.ok ? '' : result.problem.message.slice(0, message.length)).toBe(message);
  });

  test('an argument that is gone is not guessed', () => {
    const subprogram = new StoppedProgram(object('examples/count'), undefined, { dataIn: packet });
    subprogram.runTo('count_packet');
    expect(subprogram.evaluate('length * 2')).toBe('120');
    subprogram.step();
    expect(subprogram.evaluate('length * 2')).toBe(
      '! column 1: length is not known after entry: there is no debug info for it',
    );
  });
});

describe('formats', () => {
  const program = inCallback();
  test.each([
    ['-1,x', '0xffffffff'],
    ['(__u8)200,d', '200'],
    ['(signed char)-1,u', '255'],
    ['8 + 1,o', '011'],
    ['5,b', '0b101'],
    ["'A' + 1,c", "66 'B'"],
    ['10,c', "10 '\\n'"],
    ['(bool)1,d', '1'],
    ['value,d', /^\d+$/],
    ['*value,x', '{packets = 0x3, bytes = 0x126}'],
    ['*value,xb', '03 00 00 00 00 00 00 00 26 01 00 00 00 00 00 00'],
    ['$packet,3', '02 00 00'],
    ['count_packets.____fmt,4,d', '{37, 108, 108, 117}'],
    ['$packet,[*key + 1],d', '{2, 0}'],
    ['&$packet[26],ip', '10.0.0.1'],
    ['*(__u32 *)&$packet[30],ip', '10.0.0.53'],
    ['*(__u8 (*)[6])1,mac', /^! column/],
    ['&$packet[0],mac', '02:00:00:00:00:01'],
    ['&value->packets,2', '{3, 294}'],
    ['&value->packets,[1 + 1],x', '{0x3, 0x126}'],
    ['(void *)value,4', '03 00 00 00'],
    ['count_packets.____fmt,s', '"%llu bytes in %ld protocols, most packets are of protocol %u"'],
    ['&count_packets.____fmt[5],s', '"bytes in %ld protocols, most packets are of protocol %u"'],
    ['counts[17],x', '{packets = 0x29, bytes = 0x143c}'],
    ['$r1,b', '0b11'],
    ['*key,2', /^! column 6: a __u32 is no pointer and no array/],
    ['value,[-1]', /^! column 8: from 0 to/],
    ['(int *)0,2', /^! column 1: the pointer is NULL/],
  ])('%s', (text, expected) => {
    expect(program.evaluate(text)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });

  test('are kept by the parts, which are expressions again', () => {
    const node = expectOk(program.evaluator.evaluate('value,2,x', program.frame(), 'watch'));
    expect([node.name, node.evaluateName, node.indexed]).toEqual(['value,2,x', 'value,2,x', 2]);
    const [first] = node.children('indexed', 0, 1);
    expect([first!.name, first!.evaluateName]).toEqual(['[0]', 'value[0],x']);
    const [, bytes] = first!.children('named', 0, 2);
    expect(program.evaluate(bytes!.evaluateName!)).toBe('0x126');
  });
});

describe('evaluation that may not change anything', () => {
  test('leaves the whole state of the machine as it was', () => {
    const program = inCallback();
    const before = stateHash(program.vm);
    const texts = [
      ...[
        'counts[17]',
        '*ctx',
        '$traversal.map',
        '$packet,xb',
        'value,4',
        'sum',
        'value->packets++',
        '--threshold',
      ],
      ...[
        'threshold = 1',
        'threshold += 1',
        '(threshold = 2) + 1',
        'counts[3]',
        '$ctx',
        'sizeof(threshold = 3)',
      ],
    ];
    for (const mode of ['watch', 'hover', 'clipboard', 'condition'] as const)
      for (const text of texts) {
        const result = program.evaluator.evaluate(text, program.frame(), mode);
        if (!result.ok) continue;
        result.value.value(decimal);
        result.value.children('named', 0, 10).forEach((child) => child.value(decimal));
      }
    expect(stateHash(program.vm)).toBe(before);
    expect(program.edits).toEqual([]);
    expectOk(program.evaluator.evaluate('threshold++', program.frame(), 'repl'));
    expect(stateHash(program.vm)).not.toBe(before);
  });
});

describe('assignment', () => {
  test.each([
    ['value->packets++', 'value->packets', '4'],
    ['--ctx->most', 'ctx->most', '40'],
    ['ctx->busiest -= 18', 'ctx->busiest', '4294967295'],
    ['*(bool *)&ctx->packets += 1', '*(bool *)&ctx->packets', 'true'],
    ['value->packets = 7', 'value->packets', '7'],
    ['value->packets += 10', 'counts[1].packets', '13'],
    ['ctx->busiest = -1', 'ctx->busiest', '4294967295'],
    ['ctx->most <<= 1', 'ctx->most', '82'],
    ['threshold = value->packets = 5', 'threshold', '5'],
    ['*value = {1, 2}', '*value', '{packets = 1, bytes = 2}'],
    ['*value = {bytes = 9}', '*value', '{packets = 0, bytes = 9}'],
    ['counts[6] = counts[17]', 'counts[6]', '{packets = 41, bytes = 5180}'],
    ['$r1 = 0x1234', 'r1', '4660'],
    ['$r1 = &threshold', '*(__u64 *)$r1', '10000'],
    ['$packet[0] = 0xff', '$packet[0]', '0xff'],
  ])('%s', (text, read, expected) => {
    const program = inCallback();
    expectOk(program.evaluator.evaluate(text, program.frame(), 'repl'));
    expect(program.evaluate(read)).toBe(expected);
    expect(program.edits.length).toBeGreaterThan(0);
  });

  test.each(['watch', 'hover', 'clipboard'] as const)('nothing is changed for %s', (mode) => {
    const program = inCallback();
    const result = program.evaluator.evaluate('threshold = 1', program.frame(), mode);
    expect(result).toMatchObject({ ok: false, problem: { code: 'expression-assignment' } });
    expect(program.evaluator.condition('threshold = 1', program.frame()).ok).toBe(false);
    expect(program.evaluate('threshold')).toBe('10000');
    expect(program.edits).toEqual([]);
  });

  test('a postfix operator gives the value before, a prefix one that after', () => {
    const program = inCallback();
    const value = (text: string): string =>
      expectOk(program.evaluator.evaluate(text, program.frame(), 'repl')).value(decimal);
    expect([value('threshold++'), value('threshold'), value('++threshold'), value('threshold--')]).toEqual([
      ...['10000', '10001', '10002', '10002'],
    ]);
  });

  test('of one expression to another gives the new value', () => {
    const program = inCallback();
    const node = expectOk(program.evaluator.assign('value->packets', '2 * 21', program.frame()));
    expect(node.value(decimal)).toBe('42');
    expect(program.evaluator.assign('value->packets', 'foo', program.frame())).toMatchObject({
      ok: false,
      problem: { code: 'unknown-name' },
    });
    expect(program.evaluator.assign('*key', '2', program.frame())).toMatchObject({
      ok: false,
      problem: { code: 'read-only' },
    });
    expect(program.evaluator.assign('1 + 1', '2', program.frame())).toMatchObject({
      ok: false,
      problem: { code: 'read-only' },
    });
    expect(program.evaluator.assign('value', '0', program.frame())).toMatchObject({
      ok: false,
      problem: { code: 'read-only' },
    });
  });

  test.each([
    ['ctx->busiest', '0x1ffffffff', 'out-of-range'],
    ['*value', '{1, 2, 3}', 'expression-type'],
    ['*value', '{.foo = 1}', 'unknown-member'],
    ['*value', '*ctx', 'expression-type'],
    ['threshold', '', 'expression-empty'],
    ['threshold', '1 +', 'expression-syntax'],
  ])('%s cannot become %s', (target, text, code) => {
    const program = inCallback();
    expect(program.evaluator.assign(target, text, program.frame())).toMatchObject({
      ok: false,
      problem: { code },
    });
    expect(program.edits).toEqual([]);
  });
});

describe('text and bit fields', () => {
  const start = (): StoppedProgram =>
    new StoppedProgram(
      object('vm/object/testdata/foreach'),
      ({ machine }) => {
        const flow = Uint8Array.of(1, 0, 0, 10, 0x50, 0, 0x26, 0);
        machine.maps.find(({ name }) => name === 'flows')!.userUpdate(flow, [new Uint8Array(16)]);
      },
      {},
      'sum_flows',
    );

  test.each([
    ['label', '"sum"'],
    ['label == "sum"', '1'],
    ['label == "su"', '0'],
    ['label != "su"', '1'],
    ['*label', "115 's'"],
    ['sizeof label', '8'],
    ['flows[{167772161, 80, 6, 2}].packets', '0'],
  ])('%s', (text, expected) => expect(start().evaluate(text)).toBe(expected));

  test.each([
    ['"total"', '"total"'],
    ["{'a', 'b'}", '"ab"'],
  ])('label = %s', (text, expected) => {
    const program = start();
    expect(expectOk(program.evaluator.assign('label', text, program.frame())).value(decimal)).toBe(expected);
  });

  test('too long a text is refused', () => {
    const program = start();
    expect(program.evaluator.assign('label', '"a long text"', program.frame())).toMatchObject({
      ok: false,
      problem: { code: 'out-of-range' },
    });
  });

  test('a bit field of a key is read, and has no address', () => {
    const program = start();
    program.runTo('add_element');
    const flow = '((struct flow *)key)';
    expect([`${flow}->protocol`, `${flow}->flags`].map((text) => program.evaluate(text))).toEqual(['6', '2']);
    expect(program.evaluate(`&${flow}->flags`)).toBe('! column 1: a bit field has no address');
    expect(program.evaluate('key->port')).toBe('80');
  });
});

describe('any text', () => {
  const pieces = [
    ...[
      '1',
      '0x7fffffffffffffff',
      "'a'",
      '"s"',
      'value',
      'key',
      'ctx',
      'counts',
      'threshold',
      'sum',
      'struct count',
    ],
    ...[
      '$r3',
      '$traversal',
      '$packet',
      '$ctx',
      '.packets',
      '->bytes',
      '.index',
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      ',',
    ],
    ...[
      '*',
      '&',
      '-',
      '~',
      '!',
      '+',
      '/',
      '%',
      '<<',
      '>>',
      '<',
      '==',
      '&&',
      '||',
      '?',
      ':',
      '=',
      '+=',
      'sizeof',
      '__u32',
    ],
  ];

  test('gives a value or a problem, and its value a text', () => {
    const program = inCallback();
    const frame = program.frame();
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    let values = 0;
    for (let i = 0; i < 4000; i++) {
      const text = Array.from({ length: 1 + random(6) }, () => pieces[random(pieces.length)]).join(' ');
      const result = program.evaluator.evaluate(text, frame, 'repl');
      if (!result.ok) continue;
      values++;
      expect(result.value.value(decimal)).toEqual(expect.any(String));
      result.value.children('named', 0, 3).forEach((child) => child.value(decimal));
      result.value.children('indexed', 0, 3).forEach((child) => child.value(decimal));
    }
    expect(values).toBeGreaterThan(100);
  });
});

describe('conditions', () => {
  const program = inCallback();
  test.each([
    ['value->packets == 3', true],
    ['*key > 100', false],
    ['ctx', true],
    ['counts[17].packets >= 41 && $traversal.index == 1', true],
  ])('%s', (text, expected) => {
    expect(expectOk(program.evaluator.condition(text, program.frame()))).toBe(expected);
  });

  test('a problem is none of both', () => {
    expect(program.evaluator.condition('counts', program.frame())).toMatchObject({ ok: false });
    expect(program.evaluator.condition('1 +', program.frame())).toMatchObject({ ok: false });
  });
});

describe('nodes', () => {
  const program = inCallback();
  test('have parts that are expressions again', () => {
    const node = expectOk(program.evaluator.evaluate('(struct count *)$r3', program.frame(), 'watch'));
    const [packets] = node.children('named', 0, 10);
    expect(packets!.evaluateName).toBe('((struct count *)$r3)->packets');
    expect(program.evaluate(packets!.evaluateName!)).toBe('3');
    const map = expectOk(program.evaluator.evaluate('counts', program.frame(), 'watch'));
    const [element] = map.children('indexed', 1, 1);
    expect(element!.evaluateName).toBe('counts[1]');
  });

  test('in hexadecimal, all the way down', () => {
    const node = expectOk(program.evaluator.evaluate('*value,x', program.frame(), 'watch'));
    expect(node.value(decimal)).toBe('{packets = 0x3, bytes = 0x126}');
    expect(node.children('named', 1, 1)[0]!.value(decimal)).toBe('0x126');
  });

  test('of a hover change nothing', () => {
    const node = expectOk(program.evaluator.evaluate('threshold', program.frame(), 'hover'));
    expect(node.assign).toBeUndefined();
    expect(expectOk(program.evaluator.evaluate('threshold', program.frame(), 'watch')).assign).toBeDefined();
  });
});
