/** Operands that several statements share. */
import { raise } from '../../base/problem.ts';
import type { AccessSize } from '../row.ts';
import type { Address, LineReader, Register } from './line-reader.ts';

/** After `*` or within a call: `(u32 *)`. */
export function parseType(reader: LineReader): { readonly sign: string; readonly size: AccessSize } {
  reader.expect('(');
  const type = reader.word('a type');
  const match = /^([us])(8|16|32|64)$/.exec(type);
  if (match === null) raise('bad-assembly', `'${type}' is no type of a memory access: u8 to u64, s8 to s32`);
  reader.expect('*');
  reader.expect(')');
  // The pattern allows only 8, 16, 32 and 64.
  return { sign: match[1] ?? 'u', size: (Number(match[2]) / 8) as AccessSize };
}

export function parseParenthesizedAddress(reader: LineReader): Address {
  reader.expect('(');
  const address = reader.address();
  reader.expect(')');
  return address;
}

/** The register a memory access of `size` bytes moves: `w` is as good as `r` up to 4 bytes. */
export function dataRegister(reader: LineReader, size: AccessSize): number {
  return (size === 8 ? reader.register(64) : reader.register()).number;
}

export function requireSame(found: Register, wanted: Register): void {
  if (found.number !== wanted.number) {
    raise('bad-assembly', `${found.text} has to be the register assigned to, ${wanted.text}`);
  }
}

export function requireWidth(register: Register, width: 32 | 64): void {
  if (register.width !== width)
    raise('bad-assembly', `${register.text} should be a register of ${width} bits`);
}
