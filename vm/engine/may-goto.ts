import { frame } from '../machine/layout.ts';
import type { FunctionBuilder } from './wasm/function-builder.ts';
import { wasm } from './wasm/opcodes.ts';

/**
 * Rounds that the loops of one activation of a function may take altogether: BPF_MAX_LOOPS of include/linux/bpf.h, the
 * count that the verifier plants in the function's frame (do_misc_fixups in kernel/bpf/verifier.c). Where a JIT can
 * measure time (x86_64 since Linux 6.15), the kernel ends the loops after 250 ms instead, at another round each time.
 */
export const mostRounds = 8 << 20;

/**
 * Pushes 1 where may_goto jumps, because the frame's rounds are used up, or counts one more and pushes 0. A frame's
 * count is of the activation that began at its `mayGotoCycle`: functions that have no may_goto do nothing for it.
 * `record`: local with the frame's record; `rounds`: an i32 local, overwritten.
 */
export function emitMayGoto(f: FunctionBuilder, record: number, rounds: number): void {
  const pushCycle = (field: number): void => {
    f.get(record);
    f.memory(wasm.i64_load, field);
  };
  pushCycle(frame.mayGotoCycle);
  pushCycle(frame.entryCycle);
  f.op(wasm.i64_ne);
  f.if();
  f.get(record);
  pushCycle(frame.entryCycle);
  f.memory(wasm.i64_store, frame.mayGotoCycle);
  f.get(record);
  f.i32(0);
  f.memory(wasm.i32_store, frame.mayGotoRounds);
  f.end();
  f.get(record);
  f.get(record);
  f.memory(wasm.i32_load, frame.mayGotoRounds);
  f.tee(rounds);
  f.get(rounds);
  f.i32(mostRounds);
  f.op(wasm.i32_lt_u, wasm.i32_add);
  f.memory(wasm.i32_store, frame.mayGotoRounds);
  f.get(rounds);
  f.i32(mostRounds);
  f.op(wasm.i32_ge_u);
}
