import { toHexPairs } from '../../listing/hex-pairs.ts';
import { sizeOf } from '../../debug-info/c-type.ts';
import type { DisplayFormat } from '../variable.ts';
import { bytesOf, numberOf, type Value } from './value.ts';

/** What may stand after the comma of an expression. */
export const displayFormats: Readonly<
  Record<string, { readonly format: DisplayFormat; readonly meaning: string } | undefined>
> = {
  x: { format: 'x', meaning: 'hexadecimal' },
  d: { format: 'd', meaning: 'decimal' },
  u: { format: 'u', meaning: 'unsigned' },
  o: { format: 'o', meaning: 'octal' },
  b: { format: 'b', meaning: 'binary' },
  c: { format: 'c', meaning: 'character' },
  s: { format: 's', meaning: 'text' },
  ip: { format: 'ip', meaning: 'IP address' },
  mac: { format: 'mac', meaning: 'MAC address' },
  xb: { format: 'bytes', meaning: 'bytes' },
  'hex-bytes': { format: 'bytes', meaning: 'bytes' },
};

/** A number of `bits` bits in one of the formats for numbers; undefined for the others. */
export function numberIn(format: DisplayFormat, number: bigint, bits: number): string | undefined {
  const unsigned = BigInt.asUintN(bits, number);
  switch (format) {
    case 'x':
      return `0x${unsigned.toString(16)}`;
    case 'd':
      return `${number}`;
    case 'u':
      return `${unsigned}`;
    case 'o':
      return unsigned === 0n ? '0' : `0${unsigned.toString(8)}`;
    case 'b':
      return `0b${unsigned.toString(2)}`;
    case 'c':
      return `${number} ${quotedCharacter(Number(BigInt.asUintN(8, number)))}`;
    case 's':
    case 'ip':
    case 'mac':
    case 'bytes':
      return undefined;
  }
}

const escapes: Readonly<Record<number, string | undefined>> = {
  0: '\\0',
  9: '\\t',
  10: '\\n',
  13: '\\r',
  39: "\\'",
  92: '\\\\',
};

function quotedCharacter(byte: number): string {
  return `'${characterText(byte)}'`;
}

/** As it stands between quotes in C. */
function characterText(byte: number): string {
  const escape = escapes[byte];
  if (escape !== undefined) return escape;
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** Bytes up to the first NUL as a string of C. */
export function textIn(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  const text = Array.from(bytes.subarray(0, nul < 0 ? bytes.length : nul), (byte) =>
    byte === 0x22 ? '\\"' : byte === 0x27 ? "'" : characterText(byte),
  );
  return `"${text.join('')}"`;
}

/**
 * The bytes of a value in a format for bytes, in the order in which they lie in memory: IP addresses are kept in network
 * order. Pointers are followed to what such an address fits in. Undefined where the format does not fit.
 */
export function bytesIn(
  format: DisplayFormat,
  value: Value,
  read: (address: bigint, size: number) => Uint8Array | undefined,
): string | undefined {
  switch (format) {
    case 'bytes': {
      const bytes = value.bits === undefined ? bytesOf(value) : undefined;
      return bytes && toHexPairs(bytes);
    }
    case 'mac': {
      const bytes = addressed(value, [6], read);
      return bytes && toHexPairs(bytes).replaceAll(' ', ':');
    }
    case 'ip': {
      const bytes = addressed(value, [4, 16], read);
      if (bytes === undefined) return undefined;
      return bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes);
    }
    case 'x':
    case 'd':
    case 'u':
    case 'o':
    case 'b':
    case 'c':
    case 's':
      return undefined;
  }
}

/** The bytes of a value of one of `sizes`, or of what a pointer points to: single bytes and void are the first of so many. */
function addressed(
  value: Value,
  sizes: readonly number[],
  read: (address: bigint, size: number) => Uint8Array | undefined,
): Uint8Array | undefined {
  const { type, bits } = value;
  if (bits !== undefined) return undefined;
  if (type.kind !== 'pointer') {
    const size = sizeOf(type);
    return size !== undefined && sizes.includes(size) ? bytesOf(value) : undefined;
  }
  const target = type.target();
  const size = target.kind === 'void' ? 1 : (sizeOf(target) ?? 0);
  const wanted = size === 1 ? sizes[0] : sizes.find((candidate) => candidate === size);
  const address = numberOf(value);
  return wanted === undefined || address === undefined ? undefined : read(address, wanted);
}

/** RFC 5952: the longest run of zero groups, of at least two, is `::`. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return `::ffff:${bytes.subarray(12).join('.')}`;
  let start = -1;
  let longest = 1;
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > longest) [start, longest] = [at, length];
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return start < 0 ? text(0, 8) : `${text(0, start)}::${text(start + longest, 8)}`;
}
