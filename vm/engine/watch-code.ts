import type { AccessSize } from '../isa/row.ts';
import { watchTable } from '../machine/layout.ts';
import type { HandlerWork } from './interpreter/handlers.ts';
import { FunctionBuilder } from './wasm/function-builder.ts';
import { valueType, wasm } from './wasm/opcodes.ts';

/**
 * What code of the flavour `watch` does: before an access it compares the linear offset with a hull around everything
 * that is watched, one for reads and one for writes, then with the watched ranges one by one. All numbers are read from
 * a table in linear memory, so that other ranges need no other code. The table is zero while nothing runs.
 */

/** Offsets in the table. */
export const watchFields = {
  /** u32: not 0 where calls of the host leave the interpreter, for `Watches` to look at them. */
  armed: 0,
  /** u32: not 0 where a call of the host from compiled code has touched a watched range. */
  pending: 4,
  /** u32: ranges in use. */
  count: 8,
  /** u32: not 0 where the step from one callback to the next, in WebAssembly, touches nothing that is watched. */
  steps: 12,
  /** For each set of accesses: the lowest watched offset - 7, and the bytes from there to the end; none: 0. */
  hulls: 16,
  ranges: 48,
} as const;
/** A range: linear offsets of its first byte and of the end (u32 each), its accesses (u32). */
export const watchRow = { low: 0, high: 4, accesses: 8, sizeOf: 12 } as const;
/** Ranges the table has room for. */
export const mostWatchRows = 16;

/** Sets of accesses, as `WatchRange.access` names them. */
export const accessBits = { read: 1, write: 2, access: 3 } as const;
export type AccessBits = 1 | 2 | 3;

/** What an instruction does with memory by itself; undefined where that is nothing, or what JavaScript does for it. */
export function accessOfWork(
  work: HandlerWork,
): { readonly size: AccessSize; readonly accesses: AccessBits } | undefined {
  switch (work.kind) {
    case 'load':
      return { size: work.size, accesses: accessBits.read };
    case 'store':
      return { size: work.size, accesses: accessBits.write };
    case 'atomic': {
      const { operation, size } = work;
      if (operation === 'load_acquire') return { size, accesses: accessBits.read };
      return { size, accesses: operation === 'store_release' ? accessBits.write : accessBits.access };
    }
    default:
      return undefined;
  }
}

/** The first bytes of an access may lie so much below a range and still touch it. */
export const longestReach = 7;

export function hullAt(accesses: AccessBits): number {
  return watchTable + watchFields.hulls + 8 * accesses;
}

/**
 * Goes on where an access of `size` bytes at the offset in the local `linear` + `add` touches nothing that is watched;
 * otherwise does `touched`, which has to leave. `touches`: index of the function below.
 */
export function emitWatchTest(
  f: FunctionBuilder,
  linear: number,
  add: number,
  size: number,
  accesses: AccessBits,
  touches: number,
  touched: () => void,
): void {
  const pushOffset = (): void => {
    f.get(linear);
    if (add === 0) return;
    f.i32(add);
    f.op(wasm.i32_add);
  };
  const short = size <= longestReach + 1;
  if (short) {
    pushOffset();
    pushWord(f, hullAt(accesses));
    f.op(wasm.i32_sub);
    pushWord(f, hullAt(accesses) + 4);
    f.op(wasm.i32_lt_u);
    f.if();
  }
  pushOffset();
  f.i32(size);
  f.i32(accesses);
  f.call(touches);
  f.if();
  touched();
  f.end();
  if (short) f.end();
}

function pushWord(f: FunctionBuilder, at: number): void {
  f.i32(0);
  f.memory(wasm.i32_load, at);
}

/** (linear offset, size, accesses): 1 where a range of the table is touched so, else 0. */
export function buildTouches(): FunctionBuilder {
  const { i32 } = valueType;
  const f = new FunctionBuilder([i32, i32, i32], [i32]);
  const [from, size, accesses] = [0, 1, 2];
  const row = f.local(i32);
  const left = f.local(i32);
  const pushField = (field: number): void => {
    f.get(row);
    f.memory(wasm.i32_load, watchTable + watchFields.ranges + field);
  };
  pushWord(f, watchTable + watchFields.count);
  f.set(left);
  const none = f.block();
  const next = f.loop();
  f.get(left);
  f.op(wasm.i32_eqz);
  f.brIf(none);
  f.get(from);
  pushField(watchRow.high);
  f.op(wasm.i32_lt_u);
  f.get(from);
  f.get(size);
  f.op(wasm.i32_add);
  pushField(watchRow.low);
  f.op(wasm.i32_gt_u, wasm.i32_and);
  pushField(watchRow.accesses);
  f.get(accesses);
  f.op(wasm.i32_and);
  f.i32(0);
  f.op(wasm.i32_ne, wasm.i32_and);
  f.if();
  f.i32(1);
  f.op(wasm.return);
  f.end();
  f.get(row);
  f.i32(watchRow.sizeOf);
  f.op(wasm.i32_add);
  f.set(row);
  f.get(left);
  f.i32(1);
  f.op(wasm.i32_sub);
  f.set(left);
  f.br(next);
  f.end();
  f.end();
  f.i32(0);
  return f;
}
