import { outcome } from '../../machine/helper.ts';
import {
  frame,
  frameKinds,
  maximumFrames,
  stackSize,
  stacks,
  state,
  watchTable,
} from '../../machine/layout.ts';
import { emitStackLimits } from '../region-access.ts';
import { watchFields } from '../watch-code.ts';
import { wasm } from '../wasm/opcodes.ts';
import { movesControl } from './blocks.ts';
import { compilerImports, leaveReason, type ChunkWriter } from './chunk-writer.ts';
import { stepResult, writeStep, type StepPlaces } from '../map-code/traversal-code.ts';
import type { Label } from '../wasm/function-builder.ts';
import { mapHelperNames } from '../map-code/map-functions.ts';
import { emitArrayLookup } from '../map-code/lookup-code.ts';
import { pushAddress } from './access.ts';
import type { AccessPlan } from './access-plan.ts';
import type { CodeInstruction } from './instructions.ts';

/** Calls and exits; the frames are those that the interpreter makes. */

/** The call at the end of a block, up to the jump to the callee. A frame too many is left to the interpreter. */
export function writeCallSubprogram(w: ChunkWriter, { slot, next, target }: CodeInstruction): void {
  const { f } = w;
  if (target === undefined) throw new Error('a call without a target');
  w.setPc(slot);
  f.get(w.stack);
  f.i32(stacks + (maximumFrames - 1) * stackSize);
  f.op(wasm.i32_ge_u);
  f.brIf(w.interpret);
  f.get(w.stack);
  f.i32(stackSize);
  f.op(wasm.i32_add);
  f.set(w.stack);
  w.pushRecord();
  f.set(w.record);
  w.storeState(state.depth, () => w.pushDepth());
  storeField(w, frame.kind, frameKinds.indexOf('subprogram'));
  storeField(w, frame.callIp, w.ipOf(slot));
  storeField(w, frame.entryIp, w.ipOf(target));
  storeField(w, frame.returnIp, w.ipOf(next));
  for (let i = 0; i < 5; i++) {
    f.get(w.record);
    f.get(w.register(6 + i));
    f.memory(wasm.i64_store, frame.saved + 8 * i);
  }
  storeEntryCycle(w);
  f.get(w.record);
  f.memory(wasm.i64_load, frame.stackTop);
  f.set(w.register(10));
  emitStackLimits(f, w.record, stackSize);
}

/** The call, or the exit of the callback before, has retired: the function begins at cycle sliceEnd - budget. */
function storeEntryCycle(w: ChunkWriter): void {
  const { f } = w;
  f.get(w.record);
  f.i32(0);
  f.memory(wasm.i64_load, state.sliceEnd);
  f.get(w.budget);
  f.op(wasm.i64_extend_i32_s, wasm.i64_sub);
  f.memory(wasm.i64_store, frame.entryCycle);
}

function storeField(w: ChunkWriter, field: number, value: number): void {
  w.f.get(w.record);
  w.f.i32(value);
  w.f.memory(wasm.i32_store, field);
}

/** What every exit of the chunk does, `pc` at the exit. Who holds references leaves it to the interpreter. */
export function writeExitFrame(w: ChunkWriter): void {
  const { f } = w;
  w.pushState(state.references);
  f.brIf(w.interpret);
  f.get(w.stack);
  f.i32(stacks);
  f.op(wasm.i32_eq);
  f.if();
  w.leaveFor(leaveReason.exited);
  f.end();
  w.pushRecord();
  f.tee(w.record);
  f.memory(wasm.i32_load, frame.kind);
  f.i32(frameKinds.indexOf('callback'));
  f.op(wasm.i32_eq);
  f.if();
  writeExitCallback(w);
  f.end();
  for (let i = 0; i < 5; i++) {
    f.get(w.record);
    f.memory(wasm.i64_load, frame.saved + 8 * i);
    f.set(w.register(6 + i));
  }
  f.get(w.record);
  f.memory(wasm.i32_load, frame.returnIp);
  f.set(w.pc);
  emitStackLimits(f, w.record, 0);
  w.pushDepth();
  f.set(w.offset);
  f.get(w.stack);
  f.i32(stackSize);
  f.op(wasm.i32_sub);
  f.set(w.stack);
  w.storeState(state.depth, () => w.pushDepth());
  pushStopAfterExit(w);
  f.if();
  w.leaveFor(leaveReason.return);
  f.end();
  w.goToPc();
}

/** Falls through where the frame of the callback, whose record is in `record`, is to be popped. */
function writeExitCallback(w: ChunkWriter): void {
  const { f } = w;
  if (w.context.options.watch === true) {
    w.pushState(watchTable + watchFields.steps);
    f.op(wasm.i32_eqz);
    f.if();
    writeReturnToHost(w);
    f.end();
  }
  const pop = f.block();
  const next = f.block();
  const { traversals } = w.context;
  if (traversals.loop || traversals.maps.length > 0) {
    const places: StepPlaces = {
      f,
      record: w.record,
      scratch: [w.offset, w.row, w.index, w.element],
      pushR0: () => f.get(w.register(0)),
      setRegister: (number, push) => {
        push();
        f.set(w.register(number));
      },
      next: () => f.br(next),
      done: () => f.br(pop),
    };
    writeStep(places, traversals);
  }
  writeStepByCall(w, next, pop);
  writeReturnToHost(w);
  f.end();
  writeNextCallback(w);
  f.end();
}

/** As `writeStep`, by the function for all of them: arguments and results are in the state block. */
function writeStepByCall(w: ChunkWriter, next: Label, pop: Label): void {
  const { f } = w;
  w.storeRegisters(0, 0);
  f.call(w.context.maps.step);
  f.tee(w.row);
  f.i32(stepResult.done);
  f.op(wasm.i32_eq);
  f.if();
  w.loadRegisters(0, 0);
  f.br(pop);
  f.end();
  f.get(w.row);
  f.if();
  w.loadRegisters(1, 2);
  f.get(w.row);
  f.i32(stepResult.element);
  f.op(wasm.i32_eq);
  f.if();
  w.loadRegisters(3, 4);
  f.end();
  f.br(next);
  f.end();
}

/** The next callback of the frame whose record is in `record` begins. */
function writeNextCallback(w: ChunkWriter): void {
  const { f } = w;
  storeEntryCycle(w);
  f.get(w.record);
  f.memory(wasm.i32_load, frame.entryIp);
  f.set(w.pc);
  w.pushDepth();
  f.set(w.offset);
  pushStopAfterExit(w);
  f.if();
  w.leaveFor(leaveReason.return);
  f.end();
  w.goToPc();
}

/** The host decides how the traversal goes on; everything is in memory before and after. */
function writeReturnToHost(w: ChunkWriter): void {
  const { f } = w;
  w.pushDepth();
  f.set(w.offset);
  w.storeRegisters(0, 10);
  w.storeState(state.ip, () => f.get(w.pc));
  w.storeState(state.budget, () => w.pushBudgetBefore(1));
  f.call(compilerImports.indexOf('returnFromCallback'));
  f.i32(outcome.fault);
  f.op(wasm.i32_eq);
  f.brIf(w.faulted);
  w.storeState(state.budget, () => f.get(w.budget));
  pushStopAfterExit(w);
  f.if();
  f.i32(leaveReason.return);
  f.op(wasm.return);
  f.end();
  f.br(w.moved);
}

/** Pushes whether to stop, `offset` being the depth of the frame that has exited. */
function pushStopAfterExit(w: ChunkWriter): void {
  const { f } = w;
  f.get(w.offset);
  w.pushState(state.stopAfterExit);
  f.op(wasm.i32_le_s);
  w.pushState(state.depth);
  w.pushState(state.stopAtDepth);
  f.op(wasm.i32_le_s, wasm.i32_or);
}

/** The function that performs the call of a helper: WebAssembly's own for maps, where no one watches. */
function helperFunction({ context }: ChunkWriter, { work }: CodeInstruction): number {
  const own = mapHelperNames.find((name) => name === work.kind);
  return own === undefined || context.options.watch === true
    ? compilerImports.indexOf('callHelper')
    : context.maps.helpers[own];
}

/** `left`: cycles of the block from this call to its end. r1 to r5 stay as they are. */
export function writeCallHelper(w: ChunkWriter, instruction: CodeInstruction, left: number): void {
  const { f } = w;
  const all = movesControl(w.context.machine, instruction);
  w.setPc(instruction.slot);
  if (all) w.storeRegisters(0, 10);
  else w.storeRegisters(1, 5);
  w.storeState(state.ip, () => f.get(w.pc));
  w.storeState(state.budget, () => w.pushBudgetBefore(left));
  f.call(helperFunction(w, instruction));
  f.tee(w.offset);
  f.if();
  f.get(w.offset);
  f.i32(outcome.fault);
  f.op(wasm.i32_eq);
  f.brIf(w.faulted);
  if (!all) w.storeRegisters(6, 10);
  w.storeState(state.budget, () => w.pushBudgetBefore(left - 1));
  f.br(w.moved);
  f.end();
  w.loadRegisters(0, 0);
}

/** A call of bpf_map_lookup_elem; `map` and `key` where it is known which one is looked up in. */
export function writeLookup(
  w: ChunkWriter,
  instruction: CodeInstruction,
  key: AccessPlan | undefined,
  map: number | undefined,
  left: number,
): void {
  const { f, context } = w;
  const lookup = map === undefined ? undefined : context.maps.lookups.get(map);
  const target = map === undefined ? undefined : context.machine.maps[map];
  const layout = target?.layout;
  if (key === undefined || lookup === undefined || layout === undefined)
    return writeCallHelper(w, instruction, left);
  const add = pushAddress(w, instruction, key, target?.linked.definition.keySize);
  if (layout.kind === 'array') {
    f.memory(wasm.i32_load, add);
    f.set(w.offset);
    emitArrayLookup(f, layout, w.offset);
  } else {
    f.i32(add);
    f.op(wasm.i32_add);
    f.call(lookup);
  }
  f.set(w.register(0));
}
