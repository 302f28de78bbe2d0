/** The statements of the kernel's and LLVM's assembly: `r1 = *(u32 *)(r2 + 4)`, `if r1 > 5 goto pc+3`. */
import { raise } from '../../base/problem.ts';
import { sizeLetters } from '../opcode.ts';
import { aluOperators, atomicOperators, jumpOperators } from '../operators.ts';
import type { AccessSize, JumpOperation } from '../row.ts';
import { parseAtomicCall, parseStoreRelease } from './atomic.ts';
import { type CallNames, parseCall } from './call.ts';
import { type Draft, draft, withTarget } from './draft.ts';
import { type LineReader, ranges, type Register } from './line-reader.ts';
import { dataRegister, parseParenthesizedAddress, parseType, requireSame, requireWidth } from './operands.ts';
import { parsePseudoLoad, parseSymbolicImmediate, wideOperands } from './wide-immediate.ts';

const aluOperations = invert(aluOperators);
const jumpOperations = invert(jumpOperators);
const atomicOperations = invert(atomicOperators);

/** From `+=` to `add`. */
function invert<Name extends string>(operators: Readonly<Partial<Record<Name, string>>>): Map<string, Name> {
  // Object.entries widens the keys of a record to string.
  const entries = Object.entries(operators) as [Name, string][];
  return new Map(entries.map(([name, operator]) => [operator, name]));
}

/**
 * The statement, or undefined where the line is none (but perhaps a mnemonic). `opcode` is what the kernel's
 * style prints in front; it tells `(18) r1 = 0x5` from a mov.
 */
export function parseStatement(
  reader: LineReader,
  names: CallNames,
  opcode: number | undefined,
): Draft | undefined {
  const token = reader.peek();
  if (token.kind === 'register') return parseAssignment(reader, opcode);
  const second = reader.peek(1);
  switch (token.text) {
    case '*':
      return parseStore(reader);
    case 'lock':
      return second.text === '*' ? parseLock(reader) : undefined;
    case 'if':
      return parseConditionalJump(reader);
    case 'goto':
      reader.next();
      return withTarget(reader, 'goto', 'off');
    case 'gotol':
      reader.next();
      return withTarget(reader, 'gotol', 'imm');
    case 'may_goto':
      reader.next();
      return withTarget(reader, 'may_goto', 'off');
    case 'call':
    case 'callx':
      reader.next();
      return parseCall(reader, names);
    case 'exit':
      reader.next();
      return draft('exit');
    case 'store_release':
      return parseStoreRelease(reader);
    case 'ld_pseudo':
      return parsePseudoLoad(reader);
    default:
      return undefined;
  }
}

function parseAssignment(reader: LineReader, opcode: number | undefined): Draft {
  const dst = reader.register();
  const operator = reader.next().text;
  if (operator === '=') return parseValue(reader, dst, opcode);
  const operation = aluOperations.get(operator);
  if (operation === undefined) raise('bad-assembly', `'${operator}' is no operator`);
  return parseOperand(reader, operation, dst);
}

/** The right-hand side, a register of the same width or an immediate, of an ALU instruction. */
function parseOperand(reader: LineReader, operation: string, dst: Register): Draft {
  const name = `${operation}${dst.width}`;
  if (reader.peek().kind === 'register') {
    return draft(`${name}_reg`, { dst: dst.number, src: reader.register(dst.width).number });
  }
  // A 64-bit operation extends the sign of its immediate: 0xffffffff would not be what it says.
  const range = dst.width === 64 ? ranges.s32 : ranges.any32;
  return draft(`${name}_imm`, { dst: dst.number, imm: reader.integer32(range, 'an immediate') });
}

/** What may stand to the right of `r1 =`. */
function parseValue(reader: LineReader, dst: Register, opcode: number | undefined): Draft {
  const token = reader.peek();
  if (token.text === '*') return parseLoad(reader, dst);
  if (token.text === '(') return parseSignExtension(reader, dst);
  if (token.text === '-' && reader.peek(1).kind === 'register') {
    reader.next();
    requireSame(reader.register(dst.width), dst);
    return draft(`neg${dst.width}`, { dst: dst.number });
  }
  if (token.kind === 'word') return parseNamedValue(reader, dst);
  if (reader.startsNumber() && (opcode === 0x18 || endsWithLl(reader))) {
    requireWidth(dst, 64);
    const value = reader.integer(ranges.any64, 'an immediate');
    reader.accept('ll');
    return draft('lddw_imm', { dst: dst.number, ...wideOperands(value) });
  }
  return parseOperand(reader, 'mov', dst);
}

/** `5 ll`, `-5 ll`: LLVM's mark of a 64-bit immediate. */
function endsWithLl(reader: LineReader): boolean {
  return reader.peek(reader.peek().kind === 'number' ? 1 : 2).text === 'll';
}

function parseSignExtension(reader: LineReader, dst: Register): Draft {
  reader.expect('(');
  const type = reader.word('s8, s16 or s32');
  const bits = /^s(8|16|32)$/.exec(type)?.[1];
  if (bits === undefined || Number(bits) >= dst.width) {
    raise('bad-assembly', `${type} is no type that extends to ${dst.width} bits`);
  }
  reader.expect(')');
  return draft(`movsx${bits}_${dst.width}`, { dst: dst.number, src: reader.register(dst.width).number });
}

/** `be16 r1`, `addr_space_cast(…)`, `atomic_fetch_add(…)`, `map[fd:3]`. */
function parseNamedValue(reader: LineReader, dst: Register): Draft {
  const { text } = reader.peek();
  const swap = /^(?:le|be|bswap)(?:16|32|64)$/.exec(text)?.[0];
  if (swap !== undefined) {
    reader.next();
    requireWidth(dst, 64);
    requireSame(reader.register(64), dst);
    return draft(swap, { dst: dst.number });
  }
  if (text === 'addr_space_cast') return parseAddressSpaceCast(reader, dst);
  return parseAtomicCall(reader, dst) ?? parseSymbolicImmediate(reader, dst);
}

function parseAddressSpaceCast(reader: LineReader, dst: Register): Draft {
  const space = { min: 0n, max: 0xffffn };
  requireWidth(dst, 64);
  reader.expect('addr_space_cast');
  reader.expect('(');
  const src = reader.register(64).number;
  reader.expect(',');
  const to = reader.integer32(space, 'an address space');
  reader.expect(',');
  const from = reader.integer32(space, 'an address space');
  reader.expect(')');
  return draft('addr_space_cast', { dst: dst.number, src, imm: (to << 16) | from });
}

function parseLoad(reader: LineReader, dst: Register): Draft {
  reader.expect('*');
  const { sign, size } = parseType(reader);
  if (reader.accept('skb')) return parsePacketLoad(reader, dst, sign, size);
  const { base, off } = parseParenthesizedAddress(reader);
  if (sign === 's' && size === 8) raise('bad-assembly', 'there is no load of s64: u64 is the same');
  if (dst.width === 32 && (sign === 's' || size === 8)) {
    raise('bad-assembly', `a load of ${sign}${size * 8} writes all 64 bits: r${dst.number}, not ${dst.text}`);
  }
  return draft(`ldx${sign === 's' ? 's' : ''}${sizeLetters[size]}`, { dst: dst.number, src: base, off });
}

/** `skb[4]`, `skb[r3 + 4]`. */
function parsePacketLoad(reader: LineReader, dst: Register, sign: string, size: AccessSize): Draft {
  if (dst.text !== 'r0' || sign === 's' || size === 8) {
    raise('bad-assembly', 'a packet load is a u8, u16 or u32 and goes to r0');
  }
  reader.expect('[');
  let parsed: Draft;
  if (reader.peek().kind === 'register') {
    const src = reader.register(64).number;
    const imm = reader.peek().text === ']' ? 0 : parseIndex(reader);
    parsed = draft(`ldind${sizeLetters[size]}`, { src, imm });
  } else {
    parsed = draft(`ldabs${sizeLetters[size]}`, { imm: reader.integer32(ranges.s32, 'an offset') });
  }
  reader.expect(']');
  return parsed;
}

/** `+ 4`, `- 4`; the kernel writes `+ -4`. */
function parseIndex(reader: LineReader): number {
  if (reader.peek().text === '+' && reader.peek(1).text === '-') reader.next();
  return reader.integer32(ranges.s32, 'an offset');
}

function parseStore(reader: LineReader): Draft {
  reader.expect('*');
  const { sign, size } = parseType(reader);
  const { base, off } = parseParenthesizedAddress(reader);
  if (sign === 's') raise('bad-assembly', 'stores have no signed types');
  reader.expect('=');
  if (reader.peek().kind !== 'register') {
    const imm = reader.integer32(size === 8 ? ranges.s32 : ranges.any32, 'an immediate');
    return draft(`st${sizeLetters[size]}`, { dst: base, off, imm });
  }
  const src = dataRegister(reader, size);
  return draft(`stx${sizeLetters[size]}`, { dst: base, off, src });
}

/** `lock *(u64 *)(r1 + 4) += r2`. */
function parseLock(reader: LineReader): Draft {
  reader.expect('lock');
  reader.expect('*');
  const { sign, size } = parseType(reader);
  const { base, off } = parseParenthesizedAddress(reader);
  const operator = reader.next().text;
  const operation = atomicOperations.get(operator);
  if (operation === undefined) raise('bad-assembly', `'${operator}' is no atomic operation`);
  if (sign === 's' || size < 4) raise('bad-assembly', 'atomic operations are on u32 or u64');
  return draft(`lock_${operation}${size * 8}`, { dst: base, off, src: dataRegister(reader, size) });
}

function parseConditionalJump(reader: LineReader): Draft {
  reader.expect('if');
  const dst = reader.register();
  const operator = reader.next().text;
  const operation: JumpOperation | undefined = jumpOperations.get(operator);
  if (operation === undefined) raise('bad-assembly', `'${operator}' is no comparison`);
  const name = `j${operation}${dst.width}`;
  if (reader.peek().kind === 'register') {
    const src = reader.register(dst.width).number;
    reader.expect('goto');
    return withTarget(reader, `${name}_reg`, 'off', { dst: dst.number, src });
  }
  const imm = reader.integer32(ranges.any32, 'an immediate');
  reader.expect('goto');
  return withTarget(reader, `${name}_imm`, 'off', { dst: dst.number, imm });
}
