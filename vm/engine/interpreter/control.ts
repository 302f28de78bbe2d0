import type { Semantics } from '../../isa/row.ts';
import {
  decoded,
  frame,
  frameKinds,
  frames,
  maximumFrames,
  stackSize,
  state,
  watchTable,
} from '../../machine/layout.ts';
import { emitMayGoto } from '../may-goto.ts';
import { emitCondition } from '../semantics.ts';
import { emitStackLimits } from '../region-access.ts';
import { wasm } from '../wasm/opcodes.ts';
import { stepResult } from '../map-code/traversal-code.ts';
import { watchFields } from '../watch-code.ts';
import { exitReason, hostImports, type InterpreterWriter } from './writer.ts';

/** Jumps, calls, exits and breakpoints. */

export function writeJump(w: InterpreterWriter, jump: Extract<Semantics, { kind: 'jump' }>): void {
  const { f } = w;
  emitCondition(f, jump.operation, jump.width, w.dst, w.operand);
  goToTargetIf(w);
}

/** Pops the condition. A branch, which processors foresee, and no `select`, which they have to wait for. */
function goToTargetIf(w: InterpreterWriter): void {
  const { f } = w;
  f.if();
  w.pushTarget();
  f.set(w.ip);
  f.br(w.next);
  f.end();
  w.advance();
}

export function writeMayGoto(w: InterpreterWriter): void {
  const { f } = w;
  w.pushState(state.depth);
  f.set(w.offset);
  pushRecord(w, w.offset);
  f.set(w.row);
  emitMayGoto(f, w.row, w.offset);
  goToTargetIf(w);
}

export function writeGoto(w: InterpreterWriter): void {
  w.pushTarget();
  w.f.set(w.ip);
  w.f.br(w.next);
}

/** Pushes a frame: r6 to r10 saved, a fresh stack alive. One frame too many goes the slow way, which makes the fault. */
export function writeCallSubprogram(w: InterpreterWriter): void {
  const { f } = w;
  w.pushState(state.depth);
  f.i32(maximumFrames - 1);
  f.op(wasm.i32_ge_u);
  f.brIf(w.slow);
  w.pushState(state.depth);
  f.i32(1);
  f.op(wasm.i32_add);
  f.set(w.offset);
  w.storeState(state.depth, w.offset);
  pushRecord(w, w.offset);
  f.set(w.row);
  storeField(w, frame.kind, () => f.i32(frameKinds.indexOf('subprogram')));
  storeField(w, frame.callIp, () => f.get(w.ip));
  storeField(w, frame.entryIp, () => w.pushTarget());
  storeField(w, frame.returnIp, () => {
    f.get(w.ip);
    f.i32(decoded.sizeOf);
    f.op(wasm.i32_add);
  });
  for (let i = 0; i < 5; i++) {
    f.get(w.row);
    f.i32(0);
    f.memory(wasm.i64_load, state.registers + 48 + 8 * i);
    f.memory(wasm.i64_store, frame.saved + 8 * i);
  }
  storeEntryCycle(w);
  f.i32(0);
  f.get(w.row);
  f.memory(wasm.i64_load, frame.stackTop);
  f.memory(wasm.i64_store, state.registers + 80);
  emitStackLimits(f, w.row, stackSize);
  w.strict?.enterSubprogram(w.offset);
  w.pushTarget();
  f.set(w.ip);
  f.br(w.next);
}

/** The call retires on entry: the callee begins at cycle sliceEnd - budget. */
function storeEntryCycle(w: InterpreterWriter): void {
  const { f } = w;
  f.get(w.row);
  f.i32(0);
  f.memory(wasm.i64_load, state.sliceEnd);
  f.get(w.budget);
  f.op(wasm.i64_extend_i32_s, wasm.i64_sub);
  f.memory(wasm.i64_store, frame.entryCycle);
}

/** An exit; while the program holds references, the host looks whether it may. */
export function writeCheckedExit(w: InterpreterWriter): void {
  w.pushState(state.references);
  w.f.brIf(w.slow);
  writeExit(w);
}

export function writeExit(w: InterpreterWriter): void {
  const { f } = w;
  w.pushState(state.depth);
  f.tee(w.handler);
  f.op(wasm.i32_eqz);
  f.if();
  w.leave(exitReason.exited, w.exit);
  f.end();
  pushRecord(w, w.handler);
  f.tee(w.row);
  f.memory(wasm.i32_load, frame.kind);
  f.i32(frameKinds.indexOf('callback'));
  f.op(wasm.i32_eq);
  f.if();
  writeExitCallback(w);
  f.end();
  for (let i = 0; i < 5; i++) {
    f.i32(0);
    f.get(w.row);
    f.memory(wasm.i64_load, frame.saved + 8 * i);
    f.memory(wasm.i64_store, state.registers + 48 + 8 * i);
  }
  f.get(w.row);
  f.memory(wasm.i32_load, frame.returnIp);
  f.set(w.ip);
  f.get(w.handler);
  f.i32(1);
  f.op(wasm.i32_sub);
  f.set(w.offset);
  w.storeState(state.depth, w.offset);
  emitStackLimits(f, w.row, 0);
  w.strict?.leaveSubprogram(w.handler);
  stopAfterExit(w);
}

/** `row` holds the record of the callback's frame, `handler` its depth. Falls through where the frame is to be popped. */
function writeExitCallback(w: InterpreterWriter): void {
  const { f } = w;
  const pop = f.block();
  if (!w.flavour.strict) {
    if (w.flavour.watch) {
      w.pushState(watchTable + watchFields.steps);
      f.if();
    }
    f.call(hostImports.indexOf('step'));
    f.tee(w.offset);
    f.if();
    f.get(w.offset);
    f.i32(stepResult.done);
    f.op(wasm.i32_eq);
    f.brIf(pop);
    storeEntryCycle(w);
    f.get(w.row);
    f.memory(wasm.i32_load, frame.entryIp);
    f.set(w.ip);
    stopAfterExit(w);
    f.end();
    if (w.flavour.watch) f.end();
  }
  w.callHost('returnFromCallback', () => stopAfterExit(w));
  f.end();
}

/** An exit has retired; `handler` holds the depth of the frame that exited. Stops where that was asked for. */
function stopAfterExit(w: InterpreterWriter): void {
  const { f } = w;
  f.get(w.handler);
  w.pushState(state.stopAfterExit);
  f.op(wasm.i32_le_s);
  w.pushState(state.depth);
  w.pushState(state.stopAtDepth);
  f.op(wasm.i32_le_s, wasm.i32_or);
  f.if();
  w.leave(exitReason.return, w.exit);
  f.end();
  f.br(w.next);
}

/**
 * Stops before the instruction where the host says so, else goes on with the handler that the breakpoint stands for in
 * `handler`. Who passes a breakpoint puts that back.
 */
export function writeBreakpoint(w: InterpreterWriter): void {
  const { f } = w;
  w.storeState(state.ip, w.ip);
  f.i32(0);
  f.get(w.budget);
  f.i32(1);
  f.op(wasm.i32_add);
  f.memory(wasm.i32_store, state.budget);
  f.call(hostImports.indexOf('arrive'));
  f.if();
  w.leave(exitReason.breakpoint, w.abort);
  f.end();
  f.get(w.ip);
  f.memory(wasm.i32_load16_u, decoded.original);
  f.set(w.handler);
}

function pushRecord(w: InterpreterWriter, depth: number): void {
  w.f.get(depth);
  w.f.i32(Math.log2(frame.sizeOf));
  w.f.op(wasm.i32_shl);
  w.f.i32(frames);
  w.f.op(wasm.i32_add);
}

function storeField(w: InterpreterWriter, field: number, push: () => void): void {
  w.f.get(w.row);
  push();
  w.f.memory(wasm.i32_store, field);
}
