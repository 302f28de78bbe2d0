import type { AccessSize, Semantics } from '../../isa/row.ts';
import { decoded } from '../../machine/layout.ts';
import { maximumRegions, regionRow } from '../../memory/regions.ts';
import { emitRegionCheck, pushRowField } from '../region-access.ts';
import { emitAtomicResult, loads, stores } from '../semantics.ts';
import { wasm } from '../wasm/opcodes.ts';
import type { InterpreterWriter } from './writer.ts';

/** Loads, stores and atomics. What the region table does not allow goes the slow way, where faults are made. */

export function writeLoad(w: InterpreterWriter, size: AccessSize, signed: boolean): void {
  checkAccess(w, size, [regionRow.readLimit]);
  w.setDst(() => {
    w.f.get(w.offset);
    w.f.memory(loads[signed ? 'signed' : 'unsigned'][size]);
  });
  w.advance();
}

export function writeStore(w: InterpreterWriter, size: AccessSize): void {
  checkAccess(w, size, [regionRow.writeLimit]);
  w.f.get(w.offset);
  w.operand.push64();
  w.f.memory(stores[size]);
  w.advance();
}

type Atomic = Extract<Semantics, { kind: 'atomic' }>;

export function writeAtomic(w: InterpreterWriter, { operation, fetch, size }: Atomic): void {
  const { f } = w;
  if (operation === 'load_acquire') return writeLoad(w, size, false);
  if (operation === 'store_release') return writeStore(w, size);
  if (size !== 4 && size !== 8) throw new Error(`no atomic ${operation} of ${size} bytes`);
  checkAccess(w, size, [regionRow.readLimit, regionRow.writeLimit]);
  f.get(w.offset);
  f.memory(loads.unsigned[size]);
  f.set(w.old);
  f.get(w.offset);
  emitAtomicResult(f, operation, w.old, w.operand, w.r0, size);
  f.memory(stores[size]);
  if (operation === 'cmpxchg') {
    f.i32(0);
    f.get(w.old);
    f.memory(wasm.i64_store, 0);
  } else if (fetch) {
    f.get(w.ip);
    f.memory(wasm.i32_load, decoded.operand);
    f.get(w.old);
    f.memory(wasm.i64_store);
  }
  w.strict?.noteRegisters();
  w.advance();
}

/** Leaves the linear offset of the access in `offset`; `limits` are the fields of the region's row that must allow it. */
function checkAccess(w: InterpreterWriter, size: AccessSize, limits: readonly number[]): void {
  const { f } = w;
  f.get(w.ip);
  f.memory(wasm.i32_load, decoded.address);
  f.memory(wasm.i64_load);
  f.get(w.ip);
  f.memory(wasm.i64_load32_s, decoded.off);
  f.op(wasm.i64_add);
  f.tee(w.wide);
  f.i64(32n);
  f.op(wasm.i64_shr_u, wasm.i32_wrap_i64);
  f.tee(w.row);
  f.i32(maximumRegions);
  f.op(wasm.i32_ge_u);
  f.brIf(w.slow);
  f.get(w.row);
  f.i32(regionRow.shift);
  f.op(wasm.i32_shl);
  f.set(w.row);
  const locals = { address: w.wide, row: w.row, offset: w.offset };
  emitRegionCheck(f, locals, size, limits, w.slow);
  pushRowField(f, w.row, regionRow.base);
  f.get(w.offset);
  f.op(wasm.i32_add);
  f.set(w.offset);
  w.strict?.accessStack(w.offset, size, limits.includes(regionRow.readLimit), w.slow);
  const written = limits.includes(regionRow.writeLimit);
  w.watchAccess(w.offset, size, limits.length === 2 ? 3 : written ? 2 : 1);
}
