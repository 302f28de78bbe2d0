import { wasm } from '../wasm/opcodes.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import type { Guard } from './values.ts';

/**
 * Makes sure, in front of a loop, of what code in the loop takes for granted. On the ways of the code it always holds;
 * not where the loop is entered with registers that somebody has edited: that is left to the interpreter.
 */
export function writeGuards(w: ChunkWriter, guards: readonly Guard[], headerSlot: number): void {
  const { f } = w;
  guards.forEach(({ register, value }, index) => {
    const { start, offset } = value;
    f.get(w.register(register));
    if (start.kind === 'stack') {
      f.get(w.register(10));
      f.i64(BigInt(start.at + offset));
      f.op(wasm.i64_add);
    } else {
      const { id, start: low } = start.region ?? { id: 0, start: 0 };
      f.i64((BigInt(id) << 32n) + BigInt(low + start.at + offset));
    }
    f.op(wasm.i64_ne);
    if (index > 0) f.op(wasm.i32_or);
  });
  f.if();
  // Entered from elsewhere, `pc` is already where it was to go.
  f.get(w.resume);
  f.i32(0);
  f.op(wasm.i32_lt_s);
  f.if();
  w.setPc(headerSlot);
  f.end();
  f.br(w.elsewhere);
  f.end();
}
