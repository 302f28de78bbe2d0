/** How an operand is encoded (DWARF 5, 7.7.1). */
export type OperandForm =
  | 'u8'
  | 's8'
  | 'u16'
  | 's16'
  | 'u32'
  | 's32'
  | 'u64'
  | 's64'
  | 'uleb'
  | 'sleb'
  /** A ULEB128 length and as many bytes. */
  | 'block'
  /** The same with a length of one byte. */
  | 'block1';

export interface OperationRow {
  readonly opcode: number;
  /** Without `DW_OP_`. */
  readonly name: string;
  readonly operands: readonly OperandForm[];
  /** What it does; rows of one meaning share it, whatever their number or spelling. */
  readonly meaning: Meaning;
}

export type BinaryName =
  'and' | 'div' | 'minus' | 'mod' | 'mul' | 'or' | 'plus' | 'shl' | 'shr' | 'shra' | 'xor';
export type ComparisonName = 'eq' | 'ge' | 'gt' | 'le' | 'lt' | 'ne';

export type Meaning =
  | { readonly kind: 'address' | 'constant' | 'addressIndex' | 'constantIndex' | 'typedConstant' }
  | { readonly kind: 'literal'; readonly value: bigint }
  | { readonly kind: 'dup' | 'drop' | 'over' | 'pick' | 'swap' | 'rot' | 'nop' }
  | { readonly kind: 'abs' | 'neg' | 'not' | 'plusConstant' | 'convert' | 'reinterpret' }
  | { readonly kind: 'binary'; readonly operator: BinaryName }
  | { readonly kind: 'comparison'; readonly operator: ComparisonName }
  | { readonly kind: 'branch' | 'skip' }
  | { readonly kind: 'dereference' | 'dereferenceSize' | 'dereferenceType' }
  /** `number` undefined: the first operand. */
  | { readonly kind: 'register' | 'registerOffset'; readonly number: number | undefined }
  | { readonly kind: 'registerType' | 'frameBase' | 'entryValue' }
  | { readonly kind: 'piece' | 'bitPiece' | 'implicitValue' | 'stackValue' | 'implicitPointer' }
  /** Has no sense on this machine. */
  | { readonly kind: 'refused'; readonly reason: string };

const rows: OperationRow[] = [];

function add(opcode: number, name: string, meaning: Meaning, ...operands: OperandForm[]): void {
  rows.push({ opcode, name, operands, meaning });
}

function refuse(opcode: number, name: string, reason: string, ...operands: OperandForm[]): void {
  add(opcode, name, { kind: 'refused', reason }, ...operands);
}

const noOtherSpaces = 'there is one address space';
const noThreads = 'there are no thread-local variables';
const noOtherEntries = 'expressions of other debugging entries are not followed';

add(0x03, 'addr', { kind: 'address' }, 'u64');
add(0x06, 'deref', { kind: 'dereference' });
add(0x08, 'const1u', { kind: 'constant' }, 'u8');
add(0x09, 'const1s', { kind: 'constant' }, 's8');
add(0x0a, 'const2u', { kind: 'constant' }, 'u16');
add(0x0b, 'const2s', { kind: 'constant' }, 's16');
add(0x0c, 'const4u', { kind: 'constant' }, 'u32');
add(0x0d, 'const4s', { kind: 'constant' }, 's32');
add(0x0e, 'const8u', { kind: 'constant' }, 'u64');
add(0x0f, 'const8s', { kind: 'constant' }, 's64');
add(0x10, 'constu', { kind: 'constant' }, 'uleb');
add(0x11, 'consts', { kind: 'constant' }, 'sleb');
add(0x12, 'dup', { kind: 'dup' });
add(0x13, 'drop', { kind: 'drop' });
add(0x14, 'over', { kind: 'over' });
add(0x15, 'pick', { kind: 'pick' }, 'u8');
add(0x16, 'swap', { kind: 'swap' });
add(0x17, 'rot', { kind: 'rot' });
refuse(0x18, 'xderef', noOtherSpaces);
add(0x19, 'abs', { kind: 'abs' });
add(0x1a, 'and', { kind: 'binary', operator: 'and' });
add(0x1b, 'div', { kind: 'binary', operator: 'div' });
add(0x1c, 'minus', { kind: 'binary', operator: 'minus' });
add(0x1d, 'mod', { kind: 'binary', operator: 'mod' });
add(0x1e, 'mul', { kind: 'binary', operator: 'mul' });
add(0x1f, 'neg', { kind: 'neg' });
add(0x20, 'not', { kind: 'not' });
add(0x21, 'or', { kind: 'binary', operator: 'or' });
add(0x22, 'plus', { kind: 'binary', operator: 'plus' });
add(0x23, 'plus_uconst', { kind: 'plusConstant' }, 'uleb');
add(0x24, 'shl', { kind: 'binary', operator: 'shl' });
add(0x25, 'shr', { kind: 'binary', operator: 'shr' });
add(0x26, 'shra', { kind: 'binary', operator: 'shra' });
add(0x27, 'xor', { kind: 'binary', operator: 'xor' });
add(0x28, 'bra', { kind: 'branch' }, 's16');
add(0x29, 'eq', { kind: 'comparison', operator: 'eq' });
add(0x2a, 'ge', { kind: 'comparison', operator: 'ge' });
add(0x2b, 'gt', { kind: 'comparison', operator: 'gt' });
add(0x2c, 'le', { kind: 'comparison', operator: 'le' });
add(0x2d, 'lt', { kind: 'comparison', operator: 'lt' });
add(0x2e, 'ne', { kind: 'comparison', operator: 'ne' });
add(0x2f, 'skip', { kind: 'skip' }, 's16');
for (let n = 0; n < 32; n++) {
  add(0x30 + n, `lit${n}`, { kind: 'literal', value: BigInt(n) });
  add(0x50 + n, `reg${n}`, { kind: 'register', number: n });
  add(0x70 + n, `breg${n}`, { kind: 'registerOffset', number: n }, 'sleb');
}
add(0x90, 'regx', { kind: 'register', number: undefined }, 'uleb');
add(0x91, 'fbreg', { kind: 'frameBase' }, 'sleb');
add(0x92, 'bregx', { kind: 'registerOffset', number: undefined }, 'uleb', 'sleb');
add(0x93, 'piece', { kind: 'piece' }, 'uleb');
add(0x94, 'deref_size', { kind: 'dereferenceSize' }, 'u8');
refuse(0x95, 'xderef_size', noOtherSpaces, 'u8');
add(0x96, 'nop', { kind: 'nop' });
refuse(0x97, 'push_object_address', 'no object is being looked at');
refuse(0x98, 'call2', noOtherEntries, 'u16');
refuse(0x99, 'call4', noOtherEntries, 'u32');
refuse(0x9a, 'call_ref', noOtherEntries, 'u32');
refuse(0x9b, 'form_tls_address', noThreads);
refuse(0x9c, 'call_frame_cfa', 'BPF has no canonical frame address');
add(0x9d, 'bit_piece', { kind: 'bitPiece' }, 'uleb', 'uleb');
add(0x9e, 'implicit_value', { kind: 'implicitValue' }, 'block');
add(0x9f, 'stack_value', { kind: 'stackValue' });
add(0xa0, 'implicit_pointer', { kind: 'implicitPointer' }, 'u32', 'sleb');
add(0xa1, 'addrx', { kind: 'addressIndex' }, 'uleb');
add(0xa2, 'constx', { kind: 'constantIndex' }, 'uleb');
add(0xa3, 'entry_value', { kind: 'entryValue' }, 'block');
add(0xa4, 'const_type', { kind: 'typedConstant' }, 'uleb', 'block1');
add(0xa5, 'regval_type', { kind: 'registerType' }, 'uleb', 'uleb');
add(0xa6, 'deref_type', { kind: 'dereferenceType' }, 'u8', 'uleb');
refuse(0xa7, 'xderef_type', noOtherSpaces, 'u8', 'uleb');
add(0xa8, 'convert', { kind: 'convert' }, 'uleb');
add(0xa9, 'reinterpret', { kind: 'reinterpret' }, 'uleb');
// GCC's, from before DWARF 5 had them.
refuse(0xe0, 'GNU_push_tls_address', noThreads);
add(0xf0, 'GNU_uninit', { kind: 'nop' });
add(0xf2, 'GNU_implicit_pointer', { kind: 'implicitPointer' }, 'u32', 'sleb');
add(0xf3, 'GNU_entry_value', { kind: 'entryValue' }, 'block');
add(0xf4, 'GNU_const_type', { kind: 'typedConstant' }, 'uleb', 'block1');
add(0xf5, 'GNU_regval_type', { kind: 'registerType' }, 'uleb', 'uleb');
add(0xf6, 'GNU_deref_type', { kind: 'dereferenceType' }, 'u8', 'uleb');
add(0xf7, 'GNU_convert', { kind: 'convert' }, 'uleb');
add(0xf9, 'GNU_reinterpret', { kind: 'reinterpret' }, 'uleb');
refuse(0xfa, 'GNU_parameter_ref', noOtherEntries, 'u32');
add(0xfb, 'GNU_addr_index', { kind: 'addressIndex' }, 'uleb');
add(0xfc, 'GNU_const_index', { kind: 'constantIndex' }, 'uleb');
refuse(0xfd, 'GNU_variable_value', noOtherEntries, 'u32');

/** The operations of DWARF 5 and GCC's older ones, ascending by opcode. */
export const operations: readonly OperationRow[] = rows.sort((a, b) => a.opcode - b.opcode);

const byOpcode = new Map(operations.map((row) => [row.opcode, row]));

export function operationOf(opcode: number): OperationRow | undefined {
  return byOpcode.get(opcode);
}
