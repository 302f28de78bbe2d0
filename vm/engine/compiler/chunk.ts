import { state } from '../../machine/layout.ts';
import { emitMayGoto } from '../may-goto.ts';
import { emitCondition } from '../semantics.ts';
import type { FunctionBuilder, Label } from '../wasm/function-builder.ts';
import { wasm } from '../wasm/opcodes.ts';
import type { Block } from './blocks.ts';
import { ChunkWriter, compilerImports, type ChunkContext } from './chunk-writer.ts';
import { writeCallHelper, writeCallSubprogram, writeExitFrame, writeLookup } from './control.ts';
import { writeGuards } from './guards.ts';
import { isInterpreted, type CodeInstruction } from './instructions.ts';
import type { Loop } from './loops.ts';
import { writeStraight } from './straight.ts';

/** `entryCode`: of the blocks of other chunks, by their first slot. */
export function buildChunk(context: ChunkContext, entryCode: (slot: number) => number): FunctionBuilder {
  return new ChunkBuilder(context, entryCode).f;
}

/** A block or a loop, in the order of the code. */
interface Item {
  readonly first: number;
  readonly last: number;
  readonly loop: Loop | undefined;
}

/**
 * Structured code for a chunk. Items of a sequence lie in nested wasm blocks, so that a jump forward is a branch to the
 * end of a block; a jump back is a branch to a wasm loop; all others go by `resume` and the dispatch at the top and in
 * the loops on the way.
 */
class ChunkBuilder {
  readonly f: FunctionBuilder;
  readonly #context: ChunkContext;
  readonly #entryCode: (slot: number) => number;
  /** Labels that a branch forward to a block can use now, by block. */
  readonly #ahead = new Map<number, Label>();
  readonly #loops = new Map<number, Label>();

  constructor(context: ChunkContext, entryCode: (slot: number) => number) {
    this.#context = context;
    this.#entryCode = entryCode;
    const { range, loops } = context.shape;
    const writeBody = (w: ChunkWriter): void => this.#sequence(w, range.first, range.last, loops, undefined);
    this.f = new ChunkWriter(context, writeBody, writeExitFrame).f;
  }

  #sequence(
    w: ChunkWriter,
    first: number,
    last: number,
    loops: readonly Loop[],
    within: Loop | undefined,
  ): void {
    const dispatches = within === undefined || within.dispatches;
    const items = itemsOf(first, last, loops);
    const labelled = items.filter((item) => this.#isLabelled(item, dispatches));
    const { f } = w;
    for (const item of labelled.toReversed()) this.#ahead.set(item.first, f.block());
    if (dispatches) this.#dispatch(w, first, items, within !== undefined);
    for (const item of items) {
      if (this.#ahead.delete(item.first)) f.end();
      if (item.loop === undefined) this.#block(w, item.first);
      else this.#loop(w, item.loop);
    }
  }

  #isLabelled({ first, last }: Item, dispatches: boolean): boolean {
    const { shape } = this.#context;
    const at = first - shape.range.first;
    if (shape.jumpedTo[at] === 1) return true;
    return dispatches && shape.entries.subarray(at, last - shape.range.first + 1).includes(1);
  }

  /** Branches to the item that holds block `resume`; in a loop only where there is one. */
  #dispatch(w: ChunkWriter, first: number, items: readonly Item[], inLoop: boolean): void {
    const { f } = w;
    const base = this.#context.shape.range.first;
    const labels = items.map((item) => this.#ahead.get(item.first));
    const otherwise = labels.find((label) => label !== undefined);
    if (otherwise === undefined) throw new Error('a sequence that cannot be entered');
    const targets = items.flatMap((item, at) =>
      new Array<Label>(item.last - item.first + 1).fill(labels[at] ?? otherwise),
    );
    if (inLoop) {
      f.get(w.resume);
      f.i32(0);
      f.op(wasm.i32_ge_s);
      f.if();
    }
    f.get(w.resume);
    f.i32(first - base);
    f.op(wasm.i32_sub);
    f.brTable(targets, otherwise);
    if (inLoop) f.end();
  }

  #loop(w: ChunkWriter, loop: Loop): void {
    const header = this.#context.graph.blocks[loop.header];
    const guards = this.#context.plan.guards.get(loop);
    if (header !== undefined && guards !== undefined) writeGuards(w, guards, header.firstSlot);
    this.#loops.set(loop.header, w.f.loop());
    this.#sequence(w, loop.header, loop.end, loop.children, loop);
    this.#loops.delete(loop.header);
    w.f.end();
  }

  #block(w: ChunkWriter, index: number): void {
    const { graph, plan, shape } = this.#context;
    const block = graph.blocks[index];
    if (block === undefined) throw new Error(`no block ${index}`);
    const at = index - shape.range.first;
    const isEntry = shape.entries[at] === 1;
    if (isEntry) {
      w.f.i32(-1);
      w.f.set(w.resume);
    }
    this.#checkBlock(w, block, isEntry ? shape.paths[at] : undefined);
    const { accesses, lookups } = plan.blocks[at] ?? { accesses: undefined, lookups: undefined };
    const { instructions } = block;
    instructions.forEach((instruction, at) => {
      const { slot, work } = instruction;
      const access = accesses?.get(slot);
      if (this.#context.options.conditional?.has(slot) === true)
        this.#askAtBreakpoint(w, slot, instructions.length - at);
      if (work.kind === 'lookup') {
        writeLookup(w, instruction, access, lookups?.get(slot), instructions.length - at);
      } else if (isHelperCall(work)) {
        writeCallHelper(w, instruction, instructions.length - at);
      } else if (!endsBlock(instruction)) {
        writeStraight(w, instruction, access);
      }
    });
    this.#leaveBlock(w, index, block);
  }

  /** Leaves the instruction to the interpreter where the host wants to stop; it sees the whole state. */
  #askAtBreakpoint(w: ChunkWriter, slot: number, left: number): void {
    const { f } = w;
    w.setPc(slot);
    w.storeRegisters(0, 10);
    w.storeState(state.ip, () => f.get(w.pc));
    w.storeState(state.budget, () => w.pushBudgetBefore(left));
    f.call(compilerImports.indexOf('arrive'));
    f.brIf(w.interpret);
  }

  /**
   * Nothing has happened of a block that is left here. `needed`: cycles there must be for; what is entered without a
   * test was counted by the entry on the way.
   */
  #checkBlock(w: ChunkWriter, block: Block, needed: number | undefined): void {
    const { f } = w;
    const { options, tables } = this.#context;
    const flagged = options.breakpoints.has(block.firstSlot);
    if (needed !== undefined || flagged) w.setPc(block.firstSlot);
    if (flagged) {
      f.i32(0);
      f.memory(wasm.i32_load8_u, tables.flags + block.firstSlot);
      f.brIf(w.elsewhere);
    }
    if (needed !== undefined) {
      f.get(w.budget);
      f.i32(needed);
      f.op(wasm.i32_lt_u);
      f.brIf(w.outOfBudget);
    }
    f.get(w.budget);
    f.i32(block.instructions.length);
    f.op(wasm.i32_sub);
    f.set(w.budget);
  }

  #leaveBlock(w: ChunkWriter, index: number, block: Block): void {
    const { f } = w;
    const last = block.instructions.at(-1);
    if (last === undefined) throw new Error('an empty block');
    const { work, slot, target } = last;
    switch (work.kind) {
      case 'goto':
        return this.#goTo(w, index, target ?? block.endSlot);
      case 'jump': {
        const taken = target ?? block.endSlot;
        if (taken === block.endSlot) return this.#goTo(w, index, block.endSlot);
        emitCondition(f, work.operation, work.width, w.registerOperand(last.dst), w.secondOperand(last));
        return this.#fork(w, index, taken, block.endSlot);
      }
      case 'may_goto':
        w.pushRecord();
        f.set(w.record);
        emitMayGoto(f, w.record, w.offset);
        return this.#fork(w, index, target ?? block.endSlot, block.endSlot);
      case 'exit':
        w.setPc(slot);
        return f.br(w.exit);
      case 'call':
        if (work.target === 'helper') return this.#goTo(w, index, block.endSlot);
        writeCallSubprogram(w, last);
        return this.#goTo(w, index, target ?? block.endSlot, true);
      default:
        if (!endsBlock(last)) return this.#goTo(w, index, block.endSlot);
        w.setPc(slot);
        return f.br(w.interpret);
    }
  }

  /** The place that a branch to `slot` can go to directly. */
  #labelOf(index: number, to: number): Label | undefined {
    return to > index ? this.#ahead.get(to) : this.#loops.get(to);
  }

  /** From the end of block `index` to the block at `slot`; the next block just follows, unless it is called. */
  #goTo(w: ChunkWriter, index: number, slot: number, called = false): void {
    const { f } = w;
    const { graph, shape } = this.#context;
    const to = graph.blockAt[slot] ?? -1;
    const { first, last } = shape.range;
    if (to < first || to > last) {
      w.setPc(slot);
      f.i32(this.#entryCode(slot));
      f.set(w.resume);
      return f.br(w.leave);
    }
    if (to === index + 1) return;
    const label = called && to <= index ? undefined : this.#labelOf(index, to);
    if (label !== undefined) return f.br(label);
    w.setPc(slot);
    f.i32(to - first);
    f.set(w.resume);
    f.br(w.top);
  }

  /** The condition is on the stack. */
  #fork(w: ChunkWriter, index: number, taken: number, otherwise: number): void {
    const { graph, shape } = this.#context;
    if (index < shape.range.last && graph.blockAt[taken] === index + 1) {
      w.f.op(wasm.i32_eqz);
      return this.#goToIf(w, index, otherwise);
    }
    this.#goToIf(w, index, taken);
    this.#goTo(w, index, otherwise);
  }

  #goToIf(w: ChunkWriter, index: number, slot: number): void {
    const label = this.#labelOf(index, this.#context.graph.blockAt[slot] ?? -1);
    if (label !== undefined) return w.f.brIf(label);
    w.f.if();
    this.#goTo(w, index, slot);
    w.f.end();
  }
}

function isHelperCall(work: CodeInstruction['work']): boolean {
  return (
    work.kind === 'update' || work.kind === 'remove' || (work.kind === 'call' && work.target === 'helper')
  );
}

/** Jumps, exits and calls of subprograms; and what the interpreter does. */
function endsBlock({ work }: CodeInstruction): boolean {
  switch (work.kind) {
    case 'jump':
    case 'may_goto':
    case 'goto':
    case 'exit':
      return true;
    case 'call':
      return work.target !== 'helper';
    default:
      return isInterpreted(work);
  }
}

function itemsOf(first: number, last: number, loops: readonly Loop[]): Item[] {
  const items: Item[] = [];
  let next = 0;
  for (let block = first; block <= last;) {
    const loop = loops[next]?.header === block ? loops[next++] : undefined;
    const item = { first: block, last: loop?.end ?? block, loop };
    items.push(item);
    block = item.last + 1;
  }
  return items;
}
