/**
 * The dialect of uBPF and bpf_conformance: `mov %r0, 1`, `ldxw %r0, [%r1+4]`, `lock fetch add [%r10-8], %r1`.
 * Mnemonics without a width are of 64 bits; the `%` may be left out.
 */
import { raise } from '../../base/problem.ts';
import { findRow } from '../table.ts';
import { type Draft, draft, withTarget } from './draft.ts';
import { type Address, type LineReader, ranges } from './line-reader.ts';
import { wideOperands } from './wide-immediate.ts';

/** Undefined where the line does not begin with a mnemonic. */
export function parseMnemonic(reader: LineReader): Draft | undefined {
  const { kind, text } = reader.peek();
  if (kind !== 'word') return undefined;
  for (const form of forms) {
    const match = form.pattern.exec(text);
    if (match === null) continue;
    reader.next();
    const parsed = form.parse(reader, match[1] ?? '', match[2] ?? '');
    if (parsed !== undefined) return parsed;
    raise('bad-assembly', `there is no instruction ${text} with these operands`);
  }
  return undefined;
}

interface Form {
  readonly pattern: RegExp;
  /** Gets the groups of the pattern; undefined where the table has no such instruction. */
  readonly parse: (reader: LineReader, first: string, second: string) => Draft | undefined;
}

const forms: readonly Form[] = [
  { pattern: /^lock$/, parse: parseLock },
  { pattern: /^lddw$/, parse: parseWideLoad },
  { pattern: /^ja$/, parse: (reader) => withTarget(reader, 'goto', 'off') },
  { pattern: /^ja32$/, parse: (reader) => withTarget(reader, 'gotol', 'imm') },
  { pattern: /^(le|be|bswap|swap)(16|32|64)$/, parse: parseByteSwap },
  { pattern: /^movsx(8|16|32)(32|64)$/, parse: parseSignExtension },
  { pattern: /^neg(32|64)?$/, parse: (reader, width) => draft(`neg${width || '64'}`, { dst: reg(reader) }) },
  { pattern: /^ldx(s?(?:b|h|w|dw))$/, parse: parseLoad },
  { pattern: /^st(x?)(b|h|w|dw)$/, parse: parseStore },
  { pattern: /^ldabs(b|h|w)$/, parse: (reader, size) => draft(`ldabs${size}`, { imm: immediate(reader) }) },
  { pattern: /^ldind(b|h|w)$/, parse: parseIndirectPacketLoad },
  { pattern: /^j([a-z]+)(32)?$/, parse: parseJump },
  { pattern: /^([a-z]+?)(32|64)?$/, parse: parseAlu },
];

function reg(reader: LineReader): number {
  return reader.register(64).number;
}

function immediate(reader: LineReader): number {
  return reader.integer32(ranges.any32, 'an immediate');
}

/** `[%r1+4]` */
function memory(reader: LineReader): Address {
  reader.expect('[');
  const address = reader.address();
  reader.expect(']');
  return address;
}

/** A register or an immediate, and with it the last part of the row's name. */
function operand(
  reader: LineReader,
): { readonly suffix: 'reg'; readonly src: number } | { readonly suffix: 'imm'; readonly imm: number } {
  reader.expect(',');
  return reader.peek().kind === 'register'
    ? { suffix: 'reg', src: reg(reader) }
    : { suffix: 'imm', imm: immediate(reader) };
}

function known(name: string): boolean {
  return findRow(name) !== undefined;
}

function parseAlu(reader: LineReader, operation: string, width: string): Draft | undefined {
  const name = `${operation}${width || '64'}`;
  if (!known(`${name}_imm`)) return undefined;
  const dst = reg(reader);
  const { suffix, ...value } = operand(reader);
  return draft(`${name}_${suffix}`, { dst, ...value });
}

function parseJump(reader: LineReader, operation: string, width: string): Draft | undefined {
  const name = `j${operation}${width || '64'}`;
  if (!known(`${name}_imm`)) return undefined;
  const dst = reg(reader);
  const { suffix, ...value } = operand(reader);
  reader.expect(',');
  return withTarget(reader, `${name}_${suffix}`, 'off', { dst, ...value });
}

function parseByteSwap(reader: LineReader, order: string, bits: string): Draft {
  return draft(`${order === 'swap' ? 'bswap' : order}${bits}`, { dst: reg(reader) });
}

function parseSignExtension(reader: LineReader, from: string, to: string): Draft | undefined {
  const name = `movsx${from}_${to}`;
  if (!known(name)) return undefined;
  const dst = reg(reader);
  reader.expect(',');
  return draft(name, { dst, src: reg(reader) });
}

function parseWideLoad(reader: LineReader): Draft {
  const dst = reg(reader);
  reader.expect(',');
  return draft('lddw_imm', { dst, ...wideOperands(reader.integer(ranges.any64, 'an immediate')) });
}

function parseLoad(reader: LineReader, size: string): Draft | undefined {
  if (!known(`ldx${size}`)) return undefined;
  const dst = reg(reader);
  reader.expect(',');
  const { base, off } = memory(reader);
  return draft(`ldx${size}`, { dst, src: base, off });
}

function parseStore(reader: LineReader, x: string, size: string): Draft {
  const { base, off } = memory(reader);
  reader.expect(',');
  const value = x === 'x' ? { src: reg(reader) } : { imm: immediate(reader) };
  return draft(`st${x}${size}`, { dst: base, off, ...value });
}

function parseIndirectPacketLoad(reader: LineReader, size: string): Draft {
  const src = reg(reader);
  reader.expect(',');
  return draft(`ldind${size}`, { src, imm: immediate(reader) });
}

/** After `lock`: an operation, perhaps with `fetch` before it and `32` behind it. */
function parseLock(reader: LineReader): Draft {
  const fetch = reader.accept('fetch') ? 'fetch_' : '';
  const word = reader.word('an atomic operation');
  const match = /^([a-z]+)(32)?$/.exec(word);
  const name = `lock_${fetch}${match?.[1] ?? ''}${match?.[2] ?? '64'}`;
  if (!known(name)) raise('bad-assembly', `there is no atomic operation '${fetch.replace('_', ' ')}${word}'`);
  const { base, off } = memory(reader);
  reader.expect(',');
  return draft(name, { dst: base, off, src: reg(reader) });
}
