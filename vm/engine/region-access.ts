import { frame, regionTable } from '../machine/layout.ts';
import { regionRow } from '../memory/regions.ts';
import type { FunctionBuilder, Label } from './wasm/function-builder.ts';
import { wasm } from './wasm/opcodes.ts';

/** What both engines do with the region table, as WebAssembly. Names of locals, all but `address` are i32. */
export interface RegionLocals {
  /** i64. */
  readonly address: number;
  /** The row of the address's region, relative to the table. */
  readonly row: number;
  readonly offset: number;
}

/**
 * Leaves the offset of `size` bytes within their region in `offset`, or goes to `refused` where one of `limits`
 * (fields of the row) does not allow them. Address and row are set.
 */
export function emitRegionCheck(
  f: FunctionBuilder,
  { address, row, offset }: RegionLocals,
  size: number,
  limits: readonly number[],
  refused: Label,
): void {
  const pushRow = (field: number): void => pushRowField(f, row, field);
  f.get(address);
  f.op(wasm.i32_wrap_i64);
  pushRow(regionRow.start);
  f.op(wasm.i32_sub);
  f.tee(offset);
  pushRow(regionRow.size);
  f.op(wasm.i32_ge_u);
  f.brIf(refused);
  f.get(offset);
  pushRow(regionRow.slotMask);
  f.op(wasm.i32_and);
  f.i32(size);
  f.op(wasm.i32_add);
  limits.forEach((limit, index) => {
    pushRow(limit);
    // Limits of one row are the same number or 0, so that "and" gives the smaller one.
    if (index > 0) f.op(wasm.i32_and);
  });
  f.op(wasm.i32_gt_u);
  f.brIf(refused);
}

export function pushRowField(f: FunctionBuilder, row: number, field: number): void {
  f.get(row);
  f.memory(wasm.i32_load, regionTable + field);
}

/** Brings the stack of the frame whose record is in the local `record` to life, or ends it. */
export function emitStackLimits(f: FunctionBuilder, record: number, limit: number): void {
  for (const field of [regionRow.readLimit, regionRow.writeLimit]) {
    f.get(record);
    f.memory(wasm.i32_load, frame.stackRow);
    f.i32(limit);
    f.memory(wasm.i32_store, field);
  }
}
