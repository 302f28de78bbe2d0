/** The immediates of lddw other than plain numbers: maps, global data, kernel symbols, functions. */
import type { Operands } from '../encode.ts';
import { instructionTable } from '../table.ts';
import { type Draft, draft, withTarget } from './draft.ts';
import { type LineReader, ranges, type Register } from './line-reader.ts';
import { requireWidth } from './operands.ts';

/** The halves of a 64-bit immediate. */
export function wideOperands(value: bigint): Operands {
  return { imm: Number(BigInt.asIntN(32, value)), immHigh: Number(BigInt.asIntN(32, value >> 32n)) };
}

/** `map[fd:3]`, `map[idx:3][0]+8`, `ksym[btf_id:3,fd:1]`, `subprog[+3]` or `subprog[label]`. */
export function parseSymbolicImmediate(reader: LineReader, dst: Register): Draft {
  requireWidth(dst, 64);
  switch (reader.peek().text) {
    case 'map':
      return parseMap(reader, dst.number);
    case 'ksym':
      return parseKernelSymbol(reader, dst.number);
    case 'subprog': {
      reader.expect('subprog');
      reader.expect('[');
      const parsed = withTarget(reader, 'lddw_func', 'imm', { dst: dst.number });
      reader.expect(']');
      return parsed;
    }
    default:
      return reader.unexpected('a value');
  }
}

function parseMap(reader: LineReader, dst: number): Draft {
  reader.expect('map');
  reader.expect('[');
  const kind = reader.accept('idx') ? 'map_idx' : 'map_fd';
  if (kind === 'map_fd') reader.expect('fd');
  reader.expect(':');
  const imm = reader.integer32(ranges.any32, 'a map');
  reader.expect(']');
  if (!reader.accept('[')) return draft(`lddw_${kind}`, { dst, imm });
  reader.expect('0');
  reader.expect(']');
  const immHigh = reader.integer32(ranges.any32, 'an offset into the value');
  return draft(kind === 'map_fd' ? 'lddw_map_value' : 'lddw_map_idx_value', { dst, imm, immHigh });
}

function parseKernelSymbol(reader: LineReader, dst: number): Draft {
  reader.expect('ksym');
  reader.expect('[');
  reader.expect('btf_id');
  reader.expect(':');
  const imm = reader.integer32(ranges.any32, 'a BTF id');
  let immHigh = 0;
  if (reader.accept(',')) {
    reader.expect('fd');
    reader.expect(':');
    immHigh = reader.integer32(ranges.any32, 'a BTF file descriptor');
  }
  reader.expect(']');
  return draft('lddw_btf_id', { dst, imm, immHigh });
}

/** LLVM's `ld_pseudo r1, 0x2, 0x3`: register, `src` field, 64-bit immediate. */
export function parsePseudoLoad(reader: LineReader): Draft {
  reader.expect('ld_pseudo');
  const dst = reader.register(64).number;
  reader.expect(',');
  const lddw = instructionTable.filter(({ semantics }) => semantics.kind === 'lddw');
  const src = reader.integer32({ min: 0n, max: BigInt(lddw.length - 1) }, 'the kind of a pseudo load');
  reader.expect(',');
  const row = lddw.find(({ fields }) => typeof fields.src !== 'string' && fields.src.includes(src));
  const operands = { dst, ...wideOperands(reader.integer(ranges.any64, 'an immediate')) };
  return row === undefined ? reader.unexpected('the kind of a pseudo load') : { row, operands };
}
