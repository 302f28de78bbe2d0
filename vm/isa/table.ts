/**
 * THE instruction table: every instruction of RFC 9669 and those the kernel added to it (may_goto,
 * addr_space_cast, load_acquire, store_release). Decoder, encoder, printers, assembler and both engines are made
 * from it.
 */
import {
  aluClass,
  aluCode,
  atomicCode,
  ControlCode,
  endCode,
  fetchBit,
  InstructionClass,
  jumpClass,
  jumpCode,
  Mode,
  sizeBits,
  sizeLetters,
  Source,
} from './opcode.ts';
import type {
  AccessSize,
  AluOperation,
  AtomicOperation,
  FieldUses,
  InstructionRow,
  JumpOperation,
  Semantics,
  Width,
} from './row.ts';

type RowDraft = Omit<InstructionRow, 'id'>;

const widths = [64, 32] as const;
const operands = ['imm', 'reg'] as const;
const sizes = [1, 2, 4, 8] as const;

const unused: FieldUses = {
  dst: 'reserved',
  src: 'reserved',
  off: 'reserved',
  imm: 'reserved',
  immHigh: 'reserved',
};

function row(
  name: string,
  opcode: number,
  semantics: Semantics,
  uses: Partial<FieldUses>,
  selector?: InstructionRow['selector'],
): RowDraft {
  return { name, opcode, semantics, fields: { ...unused, ...uses }, ...(selector && { selector }) };
}

const operandUse = { imm: { imm: 'free' }, reg: { src: 'read' } } as const;
const sourceBit = { imm: Source.k, reg: Source.x } as const;

/** RFC 9669 §4.1. `off` tells signed division and sign-extending moves from their plain kin. */
function aluRow(
  operation: AluOperation,
  width: Width,
  operand: 'imm' | 'reg',
  off?: number,
  name = `${operation}${width}_${operand}`,
): RowDraft {
  const dst = operation.startsWith('mov') ? 'write' : 'modify';
  const uses: Partial<FieldUses> = { dst, ...operandUse[operand], ...(off !== undefined && { off: [off] }) };
  const opcode = aluClass[width] | aluCode[operation] | sourceBit[operand];
  const semantics: Semantics = { kind: 'alu', operation, width, operand };
  return row(name, opcode, semantics, uses, off === undefined ? undefined : 'off');
}

const plainAlu = ['add', 'sub', 'mul', 'or', 'and', 'lsh', 'rsh', 'xor', 'arsh'] as const;

function aluRows(width: Width): RowDraft[] {
  const binary = operands.flatMap((operand) => [
    ...plainAlu.map((operation) => aluRow(operation, width, operand)),
    ...(['div', 'mod'] as const).map((operation) => aluRow(operation, width, operand, 0)),
    ...(['sdiv', 'smod'] as const).map((operation) => aluRow(operation, width, operand, 1)),
  ]);
  const signExtensions = ([8, 16, 32] as const).filter((bits) => bits < width);
  const negOpcode = aluClass[width] | aluCode.neg;
  const neg: Semantics = { kind: 'alu', operation: 'neg', width, operand: 'none' };
  return [
    ...binary,
    row(`neg${width}`, negOpcode, neg, { dst: 'modify' }),
    aluRow('mov', width, 'imm'),
    aluRow('mov', width, 'reg', 0),
    ...signExtensions.map((bits) => aluRow(`movsx${bits}`, width, 'reg', bits, `movsx${bits}_${width}`)),
  ];
}

/** BPF_ADDR_SPACE_CAST: a 64-bit mov with off 1; imm is (to << 16 | from), of the address spaces 0 and 1. */
const addressSpaceCast = row(
  'addr_space_cast',
  InstructionClass.alu64 | aluCode.mov | Source.x,
  { kind: 'addr_space_cast' },
  { dst: 'write', src: 'read', off: [1], imm: [1, 0x10000] },
  'off',
);

/** RFC 9669 §4.2. `imm` is the width. */
function byteSwapRows(): RowDraft[] {
  const kinds = [
    { order: 'le', name: 'le', opcode: InstructionClass.alu | endCode | Source.k },
    { order: 'be', name: 'be', opcode: InstructionClass.alu | endCode | Source.x },
    { order: 'swap', name: 'bswap', opcode: InstructionClass.alu64 | endCode | Source.k },
  ] as const;
  return kinds.flatMap(({ order, name, opcode }) =>
    ([16, 32, 64] as const).map((bits) =>
      row(`${name}${bits}`, opcode, { kind: 'byteswap', order, bits }, { dst: 'modify', imm: [bits] }, 'imm'),
    ),
  );
}

/** RFC 9669 §5.1 and §5.2. */
function loadStoreRows(size: AccessSize): RowDraft[] {
  const letter = sizeLetters[size];
  const bits = sizeBits[size];
  const load = { dst: 'write', src: 'read', off: 'free' } as const;
  const { ldx, st, stx } = InstructionClass;
  const rows = [
    row(`ldx${letter}`, ldx | Mode.mem | bits, { kind: 'load', size, signed: false }, load),
    row(
      `st${letter}`,
      st | Mode.mem | bits,
      { kind: 'store', size, operand: 'imm' },
      {
        dst: 'read',
        off: 'free',
        imm: 'free',
      },
    ),
    row(
      `stx${letter}`,
      stx | Mode.mem | bits,
      { kind: 'store', size, operand: 'reg' },
      {
        dst: 'read',
        src: 'read',
        off: 'free',
      },
    ),
  ];
  if (size === 8) return rows;
  return [...rows, row(`ldxs${letter}`, ldx | Mode.memsx | bits, { kind: 'load', size, signed: true }, load)];
}

/** RFC 9669 §5.3. `imm` is the operation, `dst` the base register. */
function atomicRow(operation: AtomicOperation, size: AccessSize, fetch: boolean, name: string): RowDraft {
  const imm = atomicCode[operation] | (fetch ? fetchBit : 0);
  const writesSource = fetch && operation !== 'cmpxchg';
  const uses: Partial<FieldUses> =
    operation === 'load_acquire'
      ? { dst: 'write', src: 'read' }
      : { dst: 'read', src: writesSource ? 'modify' : 'read' };
  return row(
    name,
    InstructionClass.stx | Mode.atomic | sizeBits[size],
    { kind: 'atomic', operation, fetch, size },
    { ...uses, off: 'free', imm: [imm] },
    'imm',
  );
}

function atomicRows(size: AccessSize): RowDraft[] {
  const bits = size * 8;
  const ordered = [
    atomicRow('load_acquire', size, false, `load_acquire${bits}`),
    atomicRow('store_release', size, false, `store_release${bits}`),
  ];
  if (size < 4) return ordered;
  const arithmetic = (['add', 'or', 'and', 'xor'] as const).flatMap((operation) => [
    atomicRow(operation, size, false, `lock_${operation}${bits}`),
    atomicRow(operation, size, true, `lock_fetch_${operation}${bits}`),
  ]);
  const exchanges = (['xchg', 'cmpxchg'] as const).map((operation) =>
    atomicRow(operation, size, true, `lock_${operation}${bits}`),
  );
  return [...arithmetic, ...exchanges, ...ordered];
}

/** RFC 9669 §4.3. */
function jumpRows(width: Width): RowDraft[] {
  // Object.keys knows no more than string; jumpCode has exactly these keys.
  const operations = Object.keys(jumpCode) as JumpOperation[];
  return operands.flatMap((operand) =>
    operations.map((operation) =>
      row(
        `j${operation}${width}_${operand}`,
        jumpClass[width] | jumpCode[operation] | sourceBit[operand],
        { kind: 'jump', operation, width, operand },
        { dst: 'read', off: 'free', ...operandUse[operand] },
      ),
    ),
  );
}

/** RFC 9669 §4.3.1 and §4.3.2; kfunc calls carry the index of their BTF in `off`. */
function controlRows(): RowDraft[] {
  const { jmp, jmp32 } = InstructionClass;
  const call = jmp | ControlCode.call;
  return [
    row('goto', jmp | ControlCode.ja, { kind: 'goto', displacement: 'off' }, { off: 'free' }),
    row('gotol', jmp32 | ControlCode.ja, { kind: 'goto', displacement: 'imm' }, { imm: 'free' }),
    row('call_helper', call, { kind: 'call', target: 'helper' }, { src: [0], imm: 'free' }, 'src'),
    row('call_subprogram', call, { kind: 'call', target: 'subprogram' }, { src: [1], imm: 'free' }, 'src'),
    row('call_kfunc', call, { kind: 'call', target: 'kfunc' }, { src: [2], off: 'free', imm: 'free' }, 'src'),
    // GCC's and (since version 19) LLVM's encoding; the kernel itself refuses the opcode.
    row('callx', call | Source.x, { kind: 'call', target: 'register' }, { dst: 'read' }),
    row('exit', jmp | ControlCode.exit, { kind: 'exit' }, {}),
    // src 0 is BPF_MAY_GOTO, the only condition of BPF_JCOND.
    row('may_goto', jmp | ControlCode.jcond, { kind: 'may_goto' }, { src: [0], off: 'free' }, 'src'),
  ];
}

/** RFC 9669 §5.4: BPF_PSEUDO_* in `src`, in this order from 0. `high`: the second half of the immediate is used. */
const wideImmediates = [
  { value: 'imm', high: true },
  { value: 'map_fd', high: false },
  { value: 'map_value', high: true },
  { value: 'btf_id', high: true },
  { value: 'func', high: false },
  { value: 'map_idx', high: false },
  { value: 'map_idx_value', high: true },
] as const;

function wideImmediateRows(): RowDraft[] {
  return wideImmediates.map(({ value, high }, src) =>
    row(
      `lddw_${value}`,
      InstructionClass.ld | Mode.imm | sizeBits[8],
      { kind: 'lddw', value },
      { dst: 'write', src: [src], imm: 'free', immHigh: high ? 'free' : 'reserved' },
      'src',
    ),
  );
}

/** RFC 9669 §5.5. */
function packetLoadRows(): RowDraft[] {
  return ([1, 2, 4] as const).flatMap((size) => {
    const letter = sizeLetters[size];
    const opcode = InstructionClass.ld | sizeBits[size];
    return [
      row(`ldabs${letter}`, opcode | Mode.abs, { kind: 'packet_load', mode: 'abs', size }, { imm: 'free' }),
      row(
        `ldind${letter}`,
        opcode | Mode.ind,
        { kind: 'packet_load', mode: 'ind', size },
        {
          src: 'read',
          imm: 'free',
        },
      ),
    ];
  });
}

export const instructionTable: readonly InstructionRow[] = [
  ...widths.flatMap(aluRows),
  addressSpaceCast,
  ...byteSwapRows(),
  ...sizes.flatMap(loadStoreRows),
  ...sizes.flatMap(atomicRows),
  ...widths.flatMap(jumpRows),
  ...controlRows(),
  ...wideImmediateRows(),
  ...packetLoadRows(),
].map((draft, id) => ({ id, ...draft }));

const rowsByName = new Map(instructionTable.map((entry) => [entry.name, entry]));

export function findRow(name: string): InstructionRow | undefined {
  return rowsByName.get(name);
}

/** The rows of one opcode byte: none, one, or several told apart by their selector. */
export function rowsOfOpcode(opcode: number): readonly InstructionRow[] {
  return instructionTable.filter((entry) => entry.opcode === opcode);
}
