import { decodeUtf8 } from '../../../vm/base/byte-reader.ts';
import { toHex } from '../../../vm/base/bytes.ts';
import type { ValueFormat } from '../variable.ts';
import { sizeOf, type CArray, type CEnum, type CInteger, type CPointer } from '../../debug-info/c-type.ts';
import type { CStruct } from '../../debug-info/c-type.ts';
import { activeMembers } from './active-members.ts';
import { bytesIn, numberIn, textIn } from './display-format.ts';
import { bytesOf, elementOf, numberOf, placeMember, type Value } from './value.ts';

/** What of the machine a value's text may tell. */
export interface Surroundings {
  /** What an address points to; empty where that is not known. */
  describe(address: bigint): string;
  /** Up to the NUL; undefined where it is not readable text. */
  text(address: bigint): string | undefined;
  /** Undefined where not all bytes exist. */
  read(address: bigint, size: number): Uint8Array | undefined;
}

export interface Limits {
  /** Characters of a struct or array. */
  readonly length: number;
  readonly elements: number;
  /** Structs and arrays in one another. */
  readonly depth: number;
}

export const shortText: Limits = { length: 160, elements: 32, depth: 4 };
/** For copying. */
export const wholeText: Limits = { length: 1 << 20, elements: 1 << 16, depth: 32 };

export interface TextOptions extends ValueFormat {
  readonly surroundings: Surroundings;
  readonly limits: Limits;
}

export const unreadable = '<cannot be read>';

/** A value in one line, in the way of GDB. */
export function formatValue(value: Value, options: TextOptions): string {
  const { type } = value;
  const { as: format, surroundings } = options;
  if (format !== undefined) {
    const text = bytesIn(format, value, (address, size) => surroundings.read(address, size));
    if (text !== undefined) return text;
  }
  switch (type.kind) {
    case 'integer':
      return withNumber(value, (number) => integerText(type, number, options, value.bits?.size));
    case 'enum':
      return withNumber(value, (number) => enumText(type, number, options));
    case 'pointer':
      return withNumber(value, (number) => pointerText(type, number, options));
    case 'float':
      return floatText(value);
    case 'array':
      return arrayText(value, type, options);
    case 'struct':
      return structText(value, type, options);
    case 'function':
    case 'forward':
    case 'void':
      return value.storage.address === undefined ? '<no value>' : addressText(value.storage.address, options);
  }
}

function withNumber(value: Value, text: (number: bigint) => string): string {
  const number = numberOf(value);
  return number === undefined ? missing(value) : text(number);
}

/** What stands for a value whose bytes do not exist. */
function missing({ type, bits, storage }: Value): string {
  const size = bits === undefined ? (sizeOf(type) ?? 0) : Math.ceil((bits.offset + bits.size) / 8);
  return storage.gap?.(0, size) ?? unreadable;
}

/** Whether a struct or array is known in part. */
function hasSomeBytes({ type, storage }: Value): boolean {
  if (storage.gap === undefined) return false;
  const size = sizeOf(type) ?? 0;
  for (let offset = 0; offset < size; offset++) if (storage.read(offset, 1) !== undefined) return true;
  return false;
}

/** `0x10000000e <packet+14>` */
export function addressText(address: bigint, options: TextOptions): string {
  const description = options.surroundings.describe(address);
  return description === '' ? hexNumber(address) : `${hexNumber(address)} <${description}>`;
}

export function hexNumber(number: bigint): string {
  return `0x${number.toString(16)}`;
}

function integerText(
  type: CInteger,
  number: bigint,
  { hex, as: format }: ValueFormat,
  bits: number | undefined,
): string {
  const formatted = format && numberIn(format, number, bits ?? type.size * 8);
  if (formatted !== undefined) return formatted;
  if (type.form === 'bool' && (number === 0n || number === 1n)) return number === 1n ? 'true' : 'false';
  if (type.form === 'byte') return hexNumber(number).replace(/^0x(?=.$)/, '0x0');
  const text = hex ? hexNumber(BigInt.asUintN(bits ?? type.size * 8, number)) : `${number}`;
  if (type.form !== 'char' || number < 0x20n || number > 0x7en) return text;
  return `${text} ${quote(String.fromCharCode(Number(number)), "'")}`;
}

function enumText(type: CEnum, number: bigint, { hex, as: format }: ValueFormat): string {
  const formatted = format && format !== 'x' && numberIn(format, number, type.size * 8);
  if (typeof formatted === 'string') return formatted;
  const named = type.values.find(({ value }) => value === number)?.name;
  const digits = hex || format === 'x' ? hexNumber(BigInt.asUintN(type.size * 8, number)) : `${number}`;
  if (named === undefined) return digits;
  return hex || format === 'x' ? `${named} (${digits})` : named;
}

function pointerText(type: CPointer, address: bigint, options: TextOptions): string {
  const { as: format, surroundings } = options;
  const formatted = format && format !== 'x' && numberIn(format, address, 64);
  if (typeof formatted === 'string') return formatted;
  if (format === 's') {
    const pointed = surroundings.text(address);
    if (pointed !== undefined) return quote(pointed, '"');
  }
  const text = addressText(address, options);
  const target = type.target();
  if (target.kind !== 'integer' || target.form !== 'char') return text;
  const string = options.surroundings.text(address);
  return string === undefined ? text : `${text} ${quote(string, '"')}`;
}

function floatText(value: Value): string {
  const bytes = bytesOf(value);
  if (bytes === undefined) return missing(value);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return `${view.getFloat32(0, true)}`;
  return bytes.length === 8 ? `${view.getFloat64(0, true)}` : `0x${toHex(bytes.slice().reverse())}`;
}

function structText(value: Value, type: CStruct, options: TextOptions): string {
  if (bytesOf(value) === undefined && !hasSomeBytes(value)) return missing(value);
  const { members, variant } = activeMembers(value, type);
  if (variant !== undefined && 'problem' in variant) return `<${variant.problem}>`;
  const tuple = variant !== undefined && members.every(({ name }, index) => name === `__${index}`);
  const item = (index: number, inner: TextOptions): string => {
    const member = members[index];
    if (member === undefined) return '';
    const text = formatValue(placeMember(value, member), inner);
    return tuple ? text : `${member.name} = ${text}`;
  };
  if (variant === undefined) return braced(members.length, options, item);
  if (members.length === 0) return variant.name;
  return tuple
    ? variant.name + braced(members.length, options, item, '()')
    : `${variant.name} ${braced(members.length, options, item)}`;
}

function arrayText(value: Value, type: CArray, options: TextOptions): string {
  const { element, count } = type;
  const shown = Math.min(count, options.limits.elements);
  const size = sizeOf(element) ?? 0;
  const whole = value.storage.read(0, shown * size) !== undefined;
  if (!whole && !hasSomeBytes(value)) return missing(value);
  const { as: format } = options;
  const asNumbers = format !== undefined && format !== 's';
  if (whole && element.kind === 'integer' && element.size === 1 && !asNumbers) {
    const bytes = value.storage.read(0, count) ?? new Uint8Array();
    if (format === 's') return clip(textIn(bytes), options.limits.length);
    if (element.form === 'byte') return byteText(bytes, options.limits);
    const text = element.form === 'char' ? stringIn(bytes) : undefined;
    if (text !== undefined) return clip(quote(text, '"'), options.limits.length);
  }
  return braced(count, options, (index, inner) => formatValue(elementOf(value, type, index), inner));
}

/** `{a, b, ...}`, cut where it gets too long. */
function braced(
  count: number,
  options: TextOptions,
  item: (index: number, inner: TextOptions) => string,
  braces: '{}' | '()' = '{}',
): string {
  const { limits } = options;
  const [open, close] = braces;
  if (count === 0) return braces;
  if (limits.depth <= 0) return `${open}...${close}`;
  let text = '';
  for (let index = 0; index < count; index++) {
    const separator = index === 0 ? '' : ', ';
    if (index >= limits.elements || text.length >= limits.length)
      return `${open}${text}${separator}...${close}`;
    const rest = Math.max(limits.length - text.length, 0);
    const inner = { ...options, limits: { ...limits, length: rest, depth: limits.depth - 1 } };
    text += separator + item(index, inner);
  }
  return `${open}${text}${close}`;
}

/** `02 00 1f ...` */
export function byteText(bytes: Uint8Array, { elements }: Limits): string {
  const shown = Array.from(bytes.subarray(0, elements), (byte) => byte.toString(16).padStart(2, '0'));
  return bytes.length > elements ? `${shown.join(' ')} ...` : shown.join(' ');
}

/** What stands for bytes that are no UTF-8. */
const replacementCharacter = '\ufffd';

/** The text of a char array: printable up to its first NUL, and nothing but NULs from there on. */
export function stringIn(bytes: Uint8Array): string | undefined {
  const nul = bytes.indexOf(0);
  const length = nul < 0 ? bytes.length : nul;
  if (bytes.subarray(length).some((byte) => byte !== 0)) return undefined;
  const text = bytes.subarray(0, length);
  if (!text.every(isTextByte)) return undefined;
  const decoded = decodeUtf8(text);
  return decoded.includes(replacementCharacter) ? undefined : decoded;
}

export function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte !== 0x7f) || byte === 9 || byte === 10 || byte === 13;
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

export function quote(text: string, mark: '"' | "'"): string {
  const inner = text.replace(/[\n\r\t\\"']/g, (character) =>
    character === mark ? `\\${mark}` : (escapes[character] ?? character),
  );
  return mark + inner + mark;
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}...`;
}
