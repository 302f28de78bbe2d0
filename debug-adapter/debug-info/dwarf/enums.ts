import type { CEnum } from '../c-type.ts';
import { DW_AT, DW_ATE, DW_TAG } from './constants.ts';
import type { Die } from './die.ts';

/** An enumeration but for its spelling. */
export function enumType(die: Die): Omit<CEnum, 'declare'> {
  const size = die.constant(DW_AT.byte_size) ?? 4;
  const enumerators = die.children().filter(({ tag }) => tag === DW_TAG.enumerator);
  const signed = isSigned(die, enumerators);
  const bits = Math.min(size, 16) * 8;
  const cut = (value: bigint): bigint => (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
  const values = enumerators.map((enumerator) => ({
    name: enumerator.string(DW_AT.name) ?? '',
    value: cut(enumerator.bigint(DW_AT.const_value) ?? 0n),
  }));
  return { kind: 'enum', size, signed, values };
}

/** By the integer type below it; GCC may give its encoding instead. */
function isSigned(die: Die, enumerators: readonly Die[]): boolean {
  const encoded = die.has(DW_AT.encoding) ? die : die.reference(DW_AT.type);
  const encoding = encoded?.number(DW_AT.encoding);
  if (encoding !== undefined) return encoding === DW_ATE.signed || encoding === DW_ATE.signed_char;
  return enumerators.some((enumerator) => (enumerator.bigint(DW_AT.const_value) ?? 0n) < 0n);
}
