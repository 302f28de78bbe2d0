import { toHex } from '../../../vm/base/bytes.ts';
import { decodeExpression, type Operation } from './decode.ts';

/** `DW_OP_breg1 -8, DW_OP_stack_value`; what cannot be decoded as bytes. */
export function printExpression(bytes: Uint8Array): string {
  const decoded = decodeExpression(bytes);
  return decoded.ok ? decoded.value.map(printOperation).join(', ') : `bytes ${toHex(bytes)}`;
}

export function printOperation({ row, operands, block }: Operation): string {
  const { kind } = row.meaning;
  if (kind === 'entryValue') return `DW_OP_${row.name}(${printExpression(block ?? new Uint8Array())})`;
  const shown = block === undefined ? operands : operands.slice(0, -1);
  return [`DW_OP_${row.name}`, ...shown, ...(block === undefined ? [] : [toHex(block)])].join(' ');
}
