import type { Outcome } from '../../machine/helper.ts';
import { state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { returnFromCallback } from '../interpreter/interpreter.ts';
import { callHelper } from '../special.ts';
import { Conditions } from '../conditions.ts';
import { Watches } from '../watches.ts';
import { findBlocks } from './blocks.ts';
import type { CodeTables, CompileOptions, CompilerImport } from './chunk-writer.ts';
import { leaveReason } from './chunk-writer.ts';
import { mostBlocks } from './chunks.ts';
import { buildProgramModule, shapeProgram, type ProgramShape } from './module.ts';

const noBlocks: ReadonlySet<number> = new Set();

/** Runs from an entry code to a `leaveReason`, the state in the state block before and after. */
export type CompiledRun = (entry: number) => number;

/**
 * Compiles a machine's program. The tables that the code reads are allocated here, once, and are zero while no compiled
 * code runs: the machine's memory does not show when and whether the program was compiled.
 */
export class Compiler {
  readonly #machine: Machine;
  readonly #watches: Watches;
  readonly #conditions: Conditions;
  readonly #tables: CodeTables;
  readonly #chunkBlocks: number;
  #shape: ProgramShape | undefined;
  /** By slot: cycles of the block from there to its end. */
  #cyclesLeft = new Uint8Array(0);
  /** By slot: first slot of the block. */
  #blockStart = new Int32Array(0);
  /** Slots with breakpoints, and 1 for the blocks (by first slot) that hold one. */
  readonly #flagged = new Set<number>();
  /** First slots of the blocks that ever held one: code that looks at their flags serves whatever is set of them. */
  readonly #everFlagged = new Set<number>();
  /** Slots of breakpoints that ever had a condition: their code asks, whatever is set of them. */
  readonly #everConditional = new Set<number>();
  #conditional = 0;
  /** By flavour: + 1 with breakpoints, + 2 with watches, + 4 with conditions. */
  readonly #compiled: (
    { readonly flagged: number; readonly asking: number; readonly run: CompiledRun } | undefined
  )[] = [];
  #flags = new Uint8Array(0);

  /** `chunkBlocks`: most blocks of one WebAssembly function. */
  constructor(
    machine: Machine,
    chunkBlocks = mostBlocks,
    watches = new Watches(machine),
    conditions = new Conditions(),
  ) {
    this.#conditions = conditions;
    this.#machine = machine;
    this.#watches = watches;
    this.#chunkBlocks = chunkBlocks;
    const slots = machine.program.code.length / 8 + 1;
    this.#tables = { entries: machine.memory.allocate(slots * 4), flags: machine.memory.allocate(slots) };
  }

  /** A module of its own for each flavour, all on the same tables; made anew where a block has its first breakpoint. */
  codeFor({ elide, watch }: { readonly elide: boolean; readonly watch: boolean }): CompiledRun {
    this.#ensureShape();
    const breakpoints = this.#flagged.size > 0 ? this.#everFlagged : noBlocks;
    const conditional = this.#conditional > 0 ? this.#everConditional : noBlocks;
    const flavour = (breakpoints.size > 0 ? 1 : 0) + (watch ? 2 : 0) + (conditional.size > 0 ? 4 : 0);
    const known = this.#compiled[flavour];
    if (known?.flagged === breakpoints.size && known.asking === conditional.size) return known.run;
    const run = this.#compile({ elide, breakpoints, conditional, watch });
    this.#compiled[flavour] = { flagged: breakpoints.size, asking: conditional.size, run };
    return run;
  }

  #compile(options: CompileOptions): CompiledRun {
    const machine = this.#machine;
    const shape = this.#ensureShape();
    const module = new WebAssembly.Module(buildProgramModule(machine, shape, this.#tables, options));
    const arrive = (): number => (this.#conditions.passes(machine.slot) ? 0 : 1);
    const plain: Record<Exclude<CompilerImport, 'arrive'>, () => Outcome> = {
      callHelper: () => callHelper(machine),
      returnFromCallback: () => returnFromCallback(machine),
    };
    const host =
      options.watch === true
        ? {
            callHelper: () => this.#watches.callFromCompiled(plain.callHelper),
            returnFromCallback: () => this.#watches.callFromCompiled(plain.returnFromCallback),
          }
        : plain;
    const instance = new WebAssembly.Instance(module, {
      host: { ...host, arrive, memory: machine.memory.memory },
    });
    // The module is ours: it exports `run` with this signature.
    return instance.exports['run'] as CompiledRun;
  }

  #ensureShape(): ProgramShape {
    if (this.#shape !== undefined) return this.#shape;
    const shape = shapeProgram(findBlocks(this.#machine), this.#chunkBlocks);
    this.#shape = shape;
    this.#cyclesLeft = new Uint8Array(shape.entries.length);
    this.#blockStart = new Int32Array(shape.entries.length).fill(-1);
    this.#flags = new Uint8Array(shape.entries.length);
    for (const { instructions, firstSlot } of shape.graph.blocks) {
      let left = instructions.length;
      for (const { slot } of instructions) {
        this.#cyclesLeft[slot] = left--;
        this.#blockStart[slot] = firstSlot;
      }
    }
    for (const slot of this.#flagged) this.#flag(slot);
    return shape;
  }

  /** Fills the tables for compiled code; nothing of them is left when it is not running. */
  openTables(): void {
    const { bytes } = this.#machine.memory;
    const entries = this.#shape?.entries;
    if (entries === undefined) return;
    bytes.set(new Uint8Array(entries.buffer), this.#tables.entries);
    if (this.#flagged.size > 0) bytes.set(this.#flags, this.#tables.flags);
  }

  closeTables(): void {
    const { bytes } = this.#machine.memory;
    const slots = this.#flags.length;
    bytes.fill(0, this.#tables.entries, this.#tables.entries + 4 * slots);
    bytes.fill(0, this.#tables.flags, this.#tables.flags + slots);
  }

  /** Blocks that hold one of these slots are left to the interpreter, where it has no condition. */
  setBreakpoints(slots: Iterable<number>): void {
    this.#flags.fill(0);
    this.#flagged.clear();
    this.#conditional = 0;
    for (const slot of slots) {
      if (this.#conditions.has(slot)) {
        this.#everConditional.add(slot);
        this.#conditional++;
        continue;
      }
      this.#flagged.add(slot);
      this.#flag(slot);
    }
  }

  #flag(slot: number): void {
    const start = this.#blockStart[slot] ?? -1;
    if (start < 0) return;
    this.#flags[start] = 1;
    this.#everFlagged.add(start);
  }

  /** The entry code for the instruction where the machine stands; negative where it is no entry. */
  entryAt(slot: number): number {
    return this.#shape?.entries[slot] ?? leaveReason.elsewhere;
  }

  /** Whether the block at `slot` is left to the interpreter. */
  isFlagged(slot: number): boolean {
    return this.#flags[slot] === 1;
  }

  /** Gives back the cycles of the block that were not retired, where it was left in the middle. */
  giveCyclesBack(): void {
    const { view } = this.#machine.memory;
    const slot = this.#machine.code.slotOfIp(view.getUint32(state.ip, true));
    view.setInt32(state.budget, view.getInt32(state.budget, true) + (this.#cyclesLeft[slot] ?? 0), true);
  }
}
