import { decoded, frames, stackSize, stacks, state, frame, watchTable } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import type { MapFunctions } from '../map-code/map-functions.ts';
import type { KnownTraversals } from '../map-code/traversal-code.ts';
import type { Operand } from '../semantics.ts';
import { watchFields } from '../watch-code.ts';
import { FunctionBuilder, type Label } from '../wasm/function-builder.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';
import type { BlockGraph } from './blocks.ts';
import type { ChunkPlan } from './flow.ts';
import type { CodeInstruction } from './instructions.ts';
import type { ChunkShape } from './loops.ts';

/**
 * What the code of a chunk returns where it is not the entry code (>= 0) of another one to go on in. Registers, ip and
 * budget are in the state block then.
 */
export const leaveReason = {
  /** At the first instruction of a block that has no entry, or that a breakpoint lies in. */
  elsewhere: -1,
  /** At an entry: the budget is too small for the longest way to the next one. */
  budget: -2,
  /** At an instruction that the interpreter has to perform; its block's cycles are spent from there to its end. */
  interpret: -3,
  /** As `interpret`, but the host has performed it, with a fault. */
  fault: -4,
  exited: -5,
  /** An exit has retired that was to be stopped after. */
  return: -6,
  /** What the host did has touched a watched range; the instruction has retired. */
  watch: -7,
} as const;

/** Functions of the host, in the order of their indices; each performs the instruction at state.ip, but for `arrive`, which says whether to stop there. */
export const compilerImports = ['callHelper', 'returnFromCallback', 'arrive'] as const;
export type CompilerImport = (typeof compilerImports)[number];

/** Where the tables that compiled code reads lie in linear memory. */
export interface CodeTables {
  /** s32 for each slot: the entry code of the block that begins there, or `leaveReason.elsewhere`. */
  readonly entries: number;
  /** u8 for each slot: not 0 where the block that begins there is to be left to the interpreter. */
  readonly flags: number;
}

export interface CompileOptions {
  /** Accesses that are known to be within bounds are not looked up in the region table. */
  readonly elide: boolean;
  /** First slots of the blocks that look at their flag. */
  readonly breakpoints: ReadonlySet<number>;
  /** Slots at which the host is asked whether to stop. Default: none. */
  readonly conditional?: ReadonlySet<number>;
  /** Accesses look at the watched ranges, and whatever helpers may touch is done by the host. Default: false. */
  readonly watch?: boolean;
}

export interface ChunkContext {
  readonly machine: Machine;
  readonly graph: BlockGraph;
  readonly shape: ChunkShape;
  /** Index of the chunk. */
  readonly chunk: number;
  readonly tables: CodeTables;
  readonly options: CompileOptions;
  readonly plan: ChunkPlan;
  readonly maps: MapFunctions;
  /** Those that the chunk steps through itself. */
  readonly traversals: KnownTraversals;
  /** Index of the function that watched accesses ask. */
  readonly touches: number;
}

/** An entry code: chunk × 2⁸ + block within the chunk. */
export const entryShift = 8;

const i64 = valueType.i64;
const i32 = valueType.i32;

/** The vocabulary of the compiler's parts: locals, places to branch to, and the ways out. */
export class ChunkWriter {
  readonly context: ChunkContext;
  readonly f = new FunctionBuilder([i32], [i32]);
  /** The block to go to, as index in the chunk, `pc` being its ip; -1 once it is reached. When leaving: what to return. */
  readonly resume = 0;
  readonly registers = Array.from({ length: 11 }, () => this.f.local(i64));
  readonly budget = this.f.local(i32);
  /** Linear offset of the current frame's stack. */
  readonly stack = this.f.local(i32);
  /** ip of the instruction at work, set before whatever may leave. */
  readonly pc = this.f.local(i32);
  readonly row = this.f.local(i32);
  /** Free for the exit of callbacks. */
  readonly index = this.f.local(i32);
  readonly element = this.f.local(i32);
  readonly offset = this.f.local(i32);
  readonly record = this.f.local(i32);
  readonly wide = this.f.local(i64);
  readonly old = this.f.local(i64);
  readonly #ranges: number[] = [];

  /** Stores everything and returns `resume`. */
  readonly leave: Label;
  readonly faulted: Label;
  readonly interpret: Label;
  readonly outOfBudget: Label;
  readonly elsewhere: Label;
  /** Dispatches to `resume`. */
  readonly top: Label;
  /** The exit at `pc`. */
  readonly exit: Label;
  /** Registers, ip and budget in memory are right: goes on there. */
  readonly moved: Label;

  /** `body`: the code of all blocks, `exitFrame`: what `exit` does; neither falls off its end. */
  constructor(context: ChunkContext, body: (w: ChunkWriter) => void, exitFrame: (w: ChunkWriter) => void) {
    this.context = context;
    const { f } = this;
    this.#enter();
    this.leave = f.block();
    this.elsewhere = f.block();
    this.outOfBudget = f.block();
    this.faulted = f.block();
    this.interpret = f.block();
    this.top = f.loop();
    this.moved = f.block();
    this.exit = f.block();
    body(this);
    f.op(wasm.unreachable);
    f.end();
    exitFrame(this);
    f.op(wasm.unreachable);
    f.end();
    if (context.options.watch === true) this.#returnWherePending();
    this.pushState(state.ip);
    this.#pushEntryOf();
    f.op(wasm.return);
    f.end();
    f.op(wasm.unreachable);
    for (const reason of ['interpret', 'fault', 'budget', 'elsewhere'] as const) {
      f.end();
      this.leaveFor(leaveReason[reason]);
    }
    f.end();
    this.storeRegisters(0, 10);
    this.storeState(state.ip, () => f.get(this.pc));
    this.storeState(state.budget, () => f.get(this.budget));
    f.get(this.resume);
  }

  #enter(): void {
    const { f } = this;
    this.loadRegisters(0, 10);
    this.pushState(state.ip);
    f.set(this.pc);
    this.pushState(state.budget);
    f.set(this.budget);
    this.pushState(state.depth);
    f.i32(Math.log2(stackSize));
    f.op(wasm.i32_shl);
    f.i32(stacks);
    f.op(wasm.i32_add);
    f.set(this.stack);
  }

  #returnWherePending(): void {
    const { f } = this;
    this.pushState(watchTable + watchFields.pending);
    f.if();
    f.i32(leaveReason.watch);
    f.op(wasm.return);
    f.end();
  }

  leaveFor(reason: number): void {
    this.f.i32(reason);
    this.f.set(this.resume);
    this.f.br(this.leave);
  }

  /** Local number `index` for the linear offset of a checked range. */
  rangeLocal(index: number): number {
    return (this.#ranges[index] ??= this.f.local(i32));
  }

  register(number: number): number {
    return this.registers[number] ?? this.registers[0] ?? 0;
  }

  registerOperand(number: number): Operand {
    const local = this.register(number);
    return {
      push64: () => this.f.get(local),
      push32: () => {
        this.f.get(local);
        this.f.op(wasm.i32_wrap_i64);
      },
    };
  }

  immediateOperand(constant: number): Operand {
    return { push64: () => this.f.i64Small(constant), push32: () => this.f.i32(constant), constant };
  }

  secondOperand({ src, immediate }: CodeInstruction): Operand {
    return src === undefined ? this.immediateOperand(immediate) : this.registerOperand(src);
  }

  loadRegisters(first: number, last: number): void {
    for (let register = first; register <= last; register++) {
      this.f.i32(0);
      this.f.memory(wasm.i64_load, state.registers + 8 * register);
      this.f.set(this.register(register));
    }
  }

  storeRegisters(first: number, last: number): void {
    for (let register = first; register <= last; register++) {
      this.f.i32(0);
      this.f.get(this.register(register));
      this.f.memory(wasm.i64_store, state.registers + 8 * register);
    }
  }

  pushState(offset: number): void {
    this.f.i32(0);
    this.f.memory(wasm.i32_load, offset);
  }

  storeState(offset: number, push: () => void): void {
    this.f.i32(0);
    push();
    this.f.memory(wasm.i32_store, offset);
  }

  /** Pushes the budget as it is before the last `cycles` of the block are retired. */
  pushBudgetBefore(cycles: number): void {
    const { f } = this;
    f.get(this.budget);
    if (cycles === 0) return;
    f.i32(cycles);
    f.op(wasm.i32_add);
  }

  /** The number of the current frame: depth. */
  pushDepth(): void {
    const { f } = this;
    f.get(this.stack);
    f.i32(stacks);
    f.op(wasm.i32_sub);
    f.i32(Math.log2(stackSize));
    f.op(wasm.i32_shr_u);
  }

  /** Linear offset of the current frame's record. */
  pushRecord(): void {
    const { f } = this;
    f.get(this.stack);
    f.i32(stacks);
    f.op(wasm.i32_sub);
    f.i32(Math.log2(stackSize / frame.sizeOf));
    f.op(wasm.i32_shr_u);
    f.i32(frames);
    f.op(wasm.i32_add);
  }

  ipOf(slot: number): number {
    return this.context.machine.code.ipOfSlot(slot);
  }

  setPc(slot: number): void {
    this.f.i32(this.ipOf(slot));
    this.f.set(this.pc);
  }

  /** Replaces an ip on the stack by the entry code of the block that begins there. */
  #pushEntryOf(): void {
    const { f, context } = this;
    f.i32(context.machine.code.base);
    f.op(wasm.i32_sub);
    f.i32(decoded.shift - 2);
    f.op(wasm.i32_shr_u);
    f.memory(wasm.i32_load, context.tables.entries);
  }

  /** Goes on at the block that begins at `pc`. */
  goToPc(): void {
    const { f, context } = this;
    f.get(this.pc);
    this.#pushEntryOf();
    f.tee(this.resume);
    f.i32(entryShift);
    f.op(wasm.i32_shr_u);
    f.i32(context.chunk);
    f.op(wasm.i32_ne);
    f.brIf(this.leave);
    f.get(this.resume);
    f.i32((1 << entryShift) - 1);
    f.op(wasm.i32_and);
    f.set(this.resume);
    f.br(this.top);
  }
}
