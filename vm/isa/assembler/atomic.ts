/** Atomic operations that read like calls: `r2 = atomic_fetch_add((u64 *)(r1 + 4), r2)`. */
import { raise } from '../../base/problem.ts';
import type { AccessSize } from '../row.ts';
import { type Draft, draft } from './draft.ts';
import type { Address, LineReader, Register } from './line-reader.ts';
import { dataRegister, parseParenthesizedAddress, parseType, requireSame } from './operands.ts';

/** LLVM's `xchg_64(r1 + 4, r2)`, `cmpxchg32_32(r1 + 4, w0, w2)`. */
const llvmExchange = /^(xchg|cmpxchg)(_64|32_32)$/;
/** `atomic_fetch_add` of both; `atomic_xchg`, `atomic64_fetch_add` and so on of the kernel. */
const atomicCall = /^atomic(64)?_(fetch_(?:add|or|and|xor)|xchg|cmpxchg)$/;

/** Undefined where no atomic operation begins here. */
export function parseAtomicCall(reader: LineReader, dst: Register): Draft | undefined {
  const { text } = reader.peek();
  if (text === 'load_acquire') return parseLoadAcquire(reader, dst);
  const llvm = llvmExchange.exec(text);
  if (llvm !== null) {
    reader.next();
    reader.expect('(');
    return parseArguments(reader, dst, llvm[1] ?? '', reader.address(), llvm[2] === '_64' ? 8 : 4);
  }
  const call = atomicCall.exec(text);
  if (call === null) return undefined;
  reader.next();
  reader.expect('(');
  const { address, size } = parsePointer(reader);
  if (size < 4 || (call[1] !== undefined && size !== 8)) {
    raise('bad-assembly', `${text} is not on a u${size * 8}`);
  }
  return parseArguments(reader, dst, call[2] ?? '', address, size);
}

/** What follows the address. The old value goes to r0 for cmpxchg, to the operand for all others. */
function parseArguments(
  reader: LineReader,
  dst: Register,
  operation: string,
  { base, off }: Address,
  size: AccessSize,
): Draft {
  reader.expect(',');
  if (operation === 'cmpxchg') {
    requireSame(dst, reader.peek().kind === 'register' ? reader.register() : dst);
    if (dst.number !== 0)
      raise('bad-assembly', `cmpxchg compares with r0 and returns in r0, not ${dst.text}`);
    reader.expect(',');
  }
  const operand = reader.peek();
  const src = dataRegister(reader, size);
  if (operation !== 'cmpxchg' && src !== dst.number) {
    raise('bad-assembly', `the old value goes to ${operand.text}, not to ${dst.text}`);
  }
  reader.expect(')');
  return draft(`lock_${operation}${size * 8}`, { dst: base, src, off });
}

function parsePointer(reader: LineReader): { readonly address: Address; readonly size: AccessSize } {
  const { sign, size } = parseType(reader);
  if (sign === 's') raise('bad-assembly', 'atomic operations have no signed types');
  return { address: parseParenthesizedAddress(reader), size };
}

function parseLoadAcquire(reader: LineReader, dst: Register): Draft {
  reader.expect('load_acquire');
  reader.expect('(');
  const { address, size } = parsePointer(reader);
  reader.expect(')');
  return draft(`load_acquire${size * 8}`, { dst: dst.number, src: address.base, off: address.off });
}

export function parseStoreRelease(reader: LineReader): Draft {
  reader.expect('store_release');
  reader.expect('(');
  const { address, size } = parsePointer(reader);
  reader.expect(',');
  const src = dataRegister(reader, size);
  reader.expect(')');
  return draft(`store_release${size * 8}`, { dst: address.base, src, off: address.off });
}
