import { ByteReader } from '../../../vm/base/byte-reader.ts';
import { readUnsigned } from '../../../vm/base/bytes.ts';
import { attempt, raise, type Place, type Result } from '../../../vm/base/problem.ts';
import { operationOf, type OperandForm, type OperationRow } from './operations.ts';

/** One operation of an expression. */
export interface Operation {
  readonly row: OperationRow;
  /** Bytes from the start of the expression. */
  readonly offset: number;
  /** Of the operation that follows. */
  readonly next: number;
  /** In the order of the row; of a block its length. */
  readonly operands: readonly bigint[];
  /** Of operations that have one. */
  readonly block: Uint8Array | undefined;
}

/** The operations of a DWARF expression. Problems: `unknown-operation`, `truncated`. */
export function decodeExpression(bytes: Uint8Array, place: Place = {}): Result<readonly Operation[]> {
  return attempt(() => {
    const reader = new ByteReader(bytes, place);
    const found: Operation[] = [];
    for (let offset = 0; offset < bytes.length;) {
      const operation = readOperation(reader, offset);
      found.push(operation);
      offset = operation.next;
    }
    return found;
  });
}

function readOperation(reader: ByteReader, offset: number): Operation {
  const opcode = reader.u8(offset);
  const row =
    operationOf(opcode) ??
    raise('unknown-operation', `DW_OP 0x${opcode.toString(16)} is no known operation`, reader.at(offset));
  const operands: bigint[] = [];
  let block: Uint8Array | undefined;
  let next = offset + 1;
  for (const form of row.operands) {
    const operand = readOperand(reader, next, form);
    operands.push(operand.value);
    ({ next } = operand);
    if (form !== 'block' && form !== 'block1') continue;
    block = reader.slice(next, Number(operand.value), `the block of DW_OP_${row.name}`);
    next += block.length;
  }
  return { row, offset, next, operands, block };
}

function readOperand(
  reader: ByteReader,
  offset: number,
  form: OperandForm,
): { readonly value: bigint; readonly next: number } {
  switch (form) {
    case 'uleb':
    case 'block':
      return readLeb(reader, offset, false);
    case 'sleb':
      return readLeb(reader, offset, true);
    case 'block1':
      return { value: BigInt(reader.u8(offset)), next: offset + 1 };
    default: {
      const size = fixedSizes[form];
      const bits = readUnsigned(reader.slice(offset, size, 'an operand'));
      const value = form.startsWith('s') ? BigInt.asIntN(size * 8, bits) : bits;
      return { value, next: offset + size };
    }
  }
}

const fixedSizes = { u8: 1, s8: 1, u16: 2, s16: 2, u32: 4, s32: 4, u64: 8, s64: 8 } as const;

/** No number of a debugging entry needs more. */
const longestLeb = 16;

/** An unsigned LEB128 number, and the offset behind it. Raises. */
export function readUleb(
  reader: ByteReader,
  offset: number,
): { readonly value: bigint; readonly next: number } {
  return readLeb(reader, offset, false);
}

function readLeb(
  reader: ByteReader,
  start: number,
  signed: boolean,
): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let length = 1; length <= longestLeb; length++) {
    const byte = reader.u8(start + length - 1, 'a LEB128 number');
    value |= BigInt(byte & 0x7f) << BigInt(7 * (length - 1));
    if (byte < 0x80)
      return { value: signed ? BigInt.asIntN(7 * length, value) : value, next: start + length };
  }
  return raise('bad-number', `a LEB128 number is longer than ${longestLeb} bytes`, reader.at(start));
}
