import { describe, expect, test } from 'vitest';
import { writeInteger } from '../../../vm/base/bytes.ts';
import { evaluateLocation, type LocationState, type Piece } from './evaluate.ts';
import { operations, type OperandForm } from './operations.ts';
import { printExpression } from './print.ts';

const codes = new Map(operations.map(({ name, opcode }) => [name, opcode]));

/** Words are operations, numbers are bytes of operands. */
function assemble(...parts: readonly (string | number)[]): Uint8Array {
  return Uint8Array.from(parts.map((part) => (typeof part === 'number' ? part & 0xff : codes.get(part)!)));
}

const stackTop = 0x3_0001_0200n;

const state: LocationState = {
  register: (number) =>
    new Map([
      [1, 0xffff_ffff_ffff_fff8n],
      [2, 40n],
      [3, 0x1_8000_0005n],
      [10, stackTop],
    ]).get(number),
  registerAtEntry: (number) => (number === 1 ? 111n : undefined),
  read: (address, size) => (address === 40n ? writeInteger(0x8877_6655_4433_2211n, size) : undefined),
  addressOf: (address) => (address === 0x5_0000_0010 ? 0x7777n : undefined),
  frameBase: assemble('reg10'),
  stackSize: 72,
};

const types = new Map([
  [0x10, { size: 4, signed: true }],
  [0x14, { size: 4, signed: false }],
  [0x18, { size: 1, signed: true }],
]);

function evaluate(bytes: Uint8Array, changed: Partial<LocationState> = {}): readonly Piece[] | string {
  const expression = {
    bytes,
    addressAt: (index: number) => (index === 2 ? 0x5_0000_0010 : undefined),
    baseType: (offset: number) => types.get(offset),
  };
  const result = evaluateLocation(expression, { ...state, ...changed });
  return result.ok ? result.value : `${result.problem.code}: ${result.problem.message}`;
}

/** What an expression computes, with DW_OP_stack_value put behind it. */
function computed(...parts: readonly (string | number)[]): bigint | string {
  const pieces = evaluate(assemble(...parts, 'stack_value'));
  if (typeof pieces === 'string') return pieces;
  const [piece] = pieces;
  if (piece?.place.kind !== 'value') return piece?.place.kind ?? 'nothing';
  const { bytes } = piece.place;
  return new DataView(bytes.buffer).getBigInt64(0, true);
}

const whole = { bits: undefined, firstBit: 0 };

describe('places', () => {
  test.each([
    ['a register', ['reg2'], { kind: 'register', register: 2 }],
    ['a register by number', ['regx', 7], { kind: 'register', register: 7 }],
    ['an address', ['breg2', 2], { kind: 'memory', address: 42n }],
    ['the address of a variable', ['addrx', 2], { kind: 'memory', address: 0x7777n }],
    ['bytes', ['implicit_value', 2, 9, 8], { kind: 'value', bytes: Uint8Array.of(9, 8) }],
    [
      'a pointer to nothing',
      ['implicit_pointer', 0, 0, 0, 0, 0],
      { kind: 'unknown', reason: '<points to what was optimized out>' },
    ],
  ] as const)('%s', (_, parts, place) => {
    expect(evaluate(assemble(...parts))).toEqual([{ place, ...whole }]);
  });

  test('an empty expression is nowhere', () => {
    expect(evaluate(new Uint8Array())).toEqual([]);
  });

  test('pieces: a register, nothing, bits of a constant, memory', () => {
    const pieces = assemble(
      ...(['reg3', 'piece', 4, 'piece', 2, 'lit5', 'stack_value', 'bit_piece', 3, 1] as const),
      ...(['breg2', 0, 'piece', 8] as const),
    );
    expect(evaluate(pieces)).toEqual([
      { place: { kind: 'register', register: 3 }, bits: 32, firstBit: 0 },
      { place: { kind: 'unknown', reason: '<optimized out>' }, bits: 16, firstBit: 0 },
      { place: { kind: 'value', bytes: writeInteger(5n, 8) }, bits: 3, firstBit: 1 },
      { place: { kind: 'memory', address: 40n }, bits: 64, firstBit: 0 },
    ]);
  });
});

describe('the stack of a function', () => {
  const address = (parts: readonly (string | number)[], changed: Partial<LocationState> = {}): unknown => {
    const pieces = evaluate(assemble(...parts), changed);
    return typeof pieces === 'string' ? pieces : pieces[0]?.place;
  };

  test("LLVM's offsets count from its lowest byte", () => {
    expect(address(['fbreg', 24])).toEqual({ kind: 'memory', address: stackTop - 48n });
    expect(address(['fbreg', 0])).toEqual({ kind: 'memory', address: stackTop - 72n });
    expect(address(['breg10', 0xc0, 0, 'plus_uconst', 4])).toEqual({
      kind: 'memory',
      address: stackTop - 4n,
    });
  });

  test('negative offsets are right', () => {
    expect(address(['fbreg', 0x78])).toEqual({ kind: 'memory', address: stackTop - 8n });
    expect(address(['breg10', 0x78])).toEqual({ kind: 'memory', address: stackTop - 8n });
  });

  test('other frame bases are taken as they are', () => {
    expect(address(['fbreg', 2], { frameBase: assemble('breg2', 0) })).toEqual({
      kind: 'memory',
      address: 42n,
    });
  });

  test('what is missing is said', () => {
    expect(address(['fbreg', 0], { stackSize: undefined })).toMatch(/^unknown-stack-size: /);
    expect(address(['fbreg', 0], { frameBase: undefined })).toMatch(/^bad-expression: .*no frame base/);
    expect(address(['fbreg', 0], { frameBase: assemble('fbreg', 0) })).toMatch(/nested too deep/);
  });
});

describe('the typed stack', () => {
  test.each([
    ['constants', -1n, ['consts', 0x7f]],
    [
      'a constant of more than 53 bits',
      0xffff_ffff_811c_9dc5n - (1n << 64n),
      ['constu', 0xc5, 0xbb, 0xf2, 0x88, 0xf8, 0xff, 0xff, 0xff, 0xff, 0x01],
    ],
    ['minus', -3n, ['lit2', 'lit5', 'minus']],
    ['division is signed', -2n, ['breg1', 0, 'lit4', 'div']],
    ['remainders are not', 0n, ['breg1', 0, 'lit8', 'mod']],
    ['comparisons are signed', 1n, ['breg1', 0, 'lit0', 'lt']],
    ['shifts', -2n, ['breg1', 0, 'lit2', 'shra']],
    ['logical shifts', 15n, ['breg1', 0, 'const1u', 60, 'shr']],
    ['shifts beyond the width', 0n, ['lit1', 'const1u', 64, 'shl']],
    ['not', -6n, ['lit5', 'not']],
    ['neg and abs', 8n, ['breg1', 0, 'abs']],
    ['and, or, xor', 0b0110n, ['lit12', 'lit10', 'xor', 'lit6', 'and', 'lit2', 'or']],
    [
      'swap, rot, over, pick',
      24n,
      ['lit1', 'lit2', 'lit3', 'rot', 'swap', 'over', 'pick', 3, 'plus', 'plus', 'plus', 'lit3', 'mul'],
    ],
    ['dup, drop', 8n, ['lit4', 'lit9', 'drop', 'dup', 'plus']],
    ['branches', 7n, ['lit1', 'bra', 1, 0, 'lit0', 'lit7']],
    ['skips', 7n, ['lit7', 'skip', 1, 0, 'lit0']],
    ['loads', 0x8877_6655_4433_2211n - (1n << 64n), ['breg2', 0, 'deref']],
    ['loads of fewer bytes', 0x2211n, ['breg2', 0, 'deref_size', 2]],
    ['typed loads', 0x11n, ['breg2', 0, 'deref_type', 1, 0x18]],
    ['what a register was at entry', 112n, ['entry_value', 1, 'reg1', 'plus_uconst', 1]],
    ['computed from registers at entry', 113n, ['entry_value', 2, 'breg1', 2]],
    ['convert to a narrow type and back', -2147483643n, ['breg3', 0, 'convert', 0x10, 'convert', 0]],
    ['the same unsigned', 0x8000_0005n, ['breg3', 0, 'convert', 0x14, 'convert', 0]],
    ['a typed value is extended as its type', -2147483643n, ['regval_type', 3, 0x10]],
    [
      'typed division',
      -1n,
      ['const_type', 0x10, 4, 0xfd, 0xff, 0xff, 0xff, 'const_type', 0x10, 4, 2, 0, 0, 0, 'div'],
    ],
    [
      'unsigned typed comparison',
      0n,
      ['const_type', 0x14, 4, 0xff, 0xff, 0xff, 0xff, 'const_type', 0x14, 4, 1, 0, 0, 0, 'lt'],
    ],
    ['reinterpret', -1n, ['const_type', 0x14, 4, 0xff, 0xff, 0xff, 0xff, 'reinterpret', 0x10]],
  ] as const)('%s', (_, expected, parts) => {
    expect(computed(...parts)).toBe(expected);
  });
});

describe('problems', () => {
  test.each([
    ['division-by-zero', ['lit1', 'lit0', 'div']],
    ['bad-expression: .*takes more than it has pushed', ['plus']],
    ['bad-expression: .*picks what', ['lit0', 'pick', 3]],
    ['bad-expression: .*does not end', ['lit0', 'skip', -4, -1]],
    ['bad-expression: a jump leads into', ['skip', -1, -1, 'lit0']],
    ['bad-expression: .*different types', ['regval_type', 3, 0x10, 'lit1', 'plus']],
    ['bad-expression: .*another size', ['lit1', 'reinterpret', 0x10]],
    ['bad-expression: there is no base type at 0x33', ['lit1', 'convert', 0x33]],
    ['bad-expression: there is no address 9', ['addrx', 9]],
    ['bad-expression: a value has no pieces', ['entry_value', 2, 'piece', 1]],
    ['register-not-saved: r4', ['breg4', 0]],
    ['register-not-saved: r2', ['entry_value', 1, 'reg2']],
    ['unreadable: there are no 8 bytes at 0x29', ['breg2', 1, 'deref']],
    ['refused-operation: DW_OP_call_frame_cfa: BPF has no canonical frame address', ['call_frame_cfa']],
    ['truncated', ['const4u', 1, 2]],
    ['truncated: the block of DW_OP_implicit_value', ['implicit_value', 9, 1]],
    ['unknown-operation: DW_OP 0xe8', [0xe8]],
  ] as const)('%s', (expected, parts) => {
    expect(evaluate(assemble(...parts))).toMatch(new RegExp(`^${expected}`));
  });
});

/** Of an operand that is 0. */
function operandSize(form: OperandForm): number {
  return /^[us]/.test(form) && /\d/.test(form) ? Number(form.slice(1)) / 8 : 1;
}

describe('the table', () => {
  test('every opcode is an operation, refused by name or refused by number', () => {
    expect(new Set(operations.map(({ opcode }) => opcode)).size).toBe(operations.length);
    expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length);
    for (let opcode = 0; opcode < 256; opcode++) {
      const row = operations.find((candidate) => candidate.opcode === opcode);
      const operands = (row?.operands ?? []).flatMap((form) => new Array<number>(operandSize(form)).fill(0));
      const result = evaluate(Uint8Array.of(opcode, ...operands));
      if (row === undefined) expect(result).toMatch(`unknown-operation: DW_OP 0x${opcode.toString(16)}`);
      else if (row.meaning.kind === 'refused') expect(result).toMatch(`refused-operation: DW_OP_${row.name}`);
      else
        expect(typeof result === 'string' ? result : '').not.toMatch(
          /unknown-operation|refused-operation|truncated/,
        );
    }
  });

  test('is how expressions are printed', () => {
    expect(printExpression(assemble('breg1', 0x78, 'entry_value', 1, 'reg1', 'plus', 'stack_value'))).toBe(
      'DW_OP_breg1 -8, DW_OP_entry_value(DW_OP_reg1), DW_OP_plus, DW_OP_stack_value',
    );
    expect(printExpression(assemble('const_type', 0x10, 2, 0xab, 1))).toBe('DW_OP_const_type 16 ab01');
    expect(printExpression(Uint8Array.of(2))).toBe('bytes 02');
  });
});
