import { state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import type { Region } from '../../memory/regions.ts';
import {
  noneChecked,
  planBlock,
  valueAddress,
  type AccessGroup,
  type BlockPlan,
  type Knowledge,
  type PlanContext,
} from './access-plan.ts';
import { calledSlot, movesControl, type Block, type BlockGraph } from './blocks.ts';
import type { ChunkShape, Loop } from './loops.ts';
import {
  freshRegisters,
  isExact,
  meet,
  unknown,
  whereNotZero,
  writtenRegisters,
  type Guard,
  type Start,
  type Value,
} from './values.ts';

/** The plans of a chunk's blocks, and what its loops have to make sure of where they are entered. */
export interface ChunkPlan {
  /** By block - range.first. */
  readonly blocks: readonly BlockPlan[];
  /** Those that code relies on. */
  readonly guards: ReadonlyMap<Loop, readonly Guard[]>;
  /** How many locals the groups need. */
  readonly locals: number;
}

/** Regions that the arguments of a function most likely point into, by slot of its first instruction and by register. */
export type LikelyArguments = ReadonlyMap<number, readonly (number | undefined)[]>;

/**
 * Follows what is known along the ways through a chunk. A block that can be entered from elsewhere begins with nothing
 * but what the loops around it keep; all other blocks are reached from blocks above them only.
 */
export function planChunk(
  context: PlanContext,
  graph: BlockGraph,
  shape: ChunkShape,
  likelyArguments: LikelyArguments,
): ChunkPlan {
  return new ChunkPlanner(context, graph, shape, likelyArguments).plan();
}

class ChunkPlanner {
  readonly #context: PlanContext;
  readonly #graph: BlockGraph;
  readonly #shape: ChunkShape;
  readonly #likelyArguments: LikelyArguments;
  /** What is known where the ways from above meet, by block - range.first. */
  readonly #incoming: (Knowledge | undefined)[] = [];
  readonly #plans: BlockPlan[] = [];
  readonly #guards = new Map<Loop, Guard[]>();
  /** Accesses so far. */
  #planned = 0;

  constructor(context: PlanContext, graph: BlockGraph, shape: ChunkShape, likelyArguments: LikelyArguments) {
    this.#context = context;
    this.#graph = graph;
    this.#shape = shape;
    this.#likelyArguments = likelyArguments;
  }

  plan(): ChunkPlan {
    const { first, last } = this.#shape.range;
    this.#sequence(first, last, this.#shape.loops, new Map());
    const guards = new Map<Loop, Guard[]>();
    for (const [loop, all] of this.#guards) {
      const used = all.filter((guard) => guard.used);
      if (used.length > 0) guards.set(loop, used);
    }
    const locals = giveLocals(this.#plans.flatMap(({ groups }) => groups));
    return { blocks: this.#plans, guards, locals };
  }

  /** `kept`: by register, what the loops around keep. */
  #sequence(first: number, last: number, loops: readonly Loop[], kept: ReadonlyMap<number, Value>): void {
    let next = 0;
    for (let block = first; block <= last;) {
      const loop = loops[next]?.header === block ? loops[next++] : undefined;
      if (loop === undefined) {
        this.#block(block, kept);
        block++;
      } else {
        this.#loop(loop, kept);
        block = loop.end + 1;
      }
    }
  }

  #loop(loop: Loop, kept: ReadonlyMap<number, Value>): void {
    const all = new Map(kept);
    const guards: Guard[] = [];
    const incoming = this.#incoming[loop.header - this.#shape.range.first];
    if (incoming !== undefined && !this.#holdsFunction(loop)) {
      const written = this.#writtenIn(loop);
      incoming.registers.forEach((value, register) => {
        if (register > 9 || written.has(register) || all.has(register) || !isExact(value.start)) return;
        const guard: Guard = { register, value, used: false };
        all.set(register, { ...value, start: { ...value.start, guard } });
        guards.push(guard);
      });
    }
    this.#guards.set(loop, guards);
    this.#block(loop.header, all);
    this.#sequence(loop.header + 1, loop.end, loop.children, all);
  }

  /** Another function has another frame pointer. */
  #holdsFunction(loop: Loop): boolean {
    return this.#graph.functionStart.subarray(loop.header + 1, loop.end + 1).includes(1);
  }

  #writtenIn(loop: Loop): Set<number> {
    const written = new Set<number>();
    for (let block = loop.header; block <= loop.end; block++) {
      for (const instruction of this.#graph.blocks[block]?.instructions ?? []) {
        const moves = movesControl(this.#context.machine, instruction);
        for (const register of writtenRegisters(instruction, moves)) written.add(register);
      }
    }
    return written;
  }

  #block(index: number, kept: ReadonlyMap<number, Value>): void {
    const { range, entries } = this.#shape;
    const block = this.#graph.blocks[index];
    if (block === undefined) throw new Error(`no block ${index}`);
    const at = index - range.first;
    const incoming = this.#incoming[at];
    const before =
      entries[at] === 1 || incoming === undefined ? this.#atEntry(block.firstSlot, incoming, kept) : incoming;
    const plan = planBlock(this.#context, block, before, this.#planned);
    this.#planned += plan.accesses.size;
    this.#plans[at] = plan;
    for (let way = 0; way < 2; way++) {
      const to = this.#graph.edges[2 * index + way] ?? -1;
      if (to > index && to <= range.last)
        this.#flowTo(to - range.first, this.#afterJump(block, way === 0, plan.after));
    }
  }

  /** What is known where a block goes on, by its jump if `taken`: on one of the two ways, a lookup has found something. */
  #afterJump({ instructions, endSlot }: Block, taken: boolean, after: Knowledge): Knowledge {
    const last = instructions.at(-1);
    if (last?.work.kind !== 'jump' || last.work.width !== 64 || last.target === endSlot) return after;
    const { src, immediate, dst } = last;
    const { operation } = last.work;
    const isWay = operation === (taken ? 'ne' : 'eq');
    if (src !== undefined || immediate !== 0 || !isWay) return after;
    const { maps } = this.#context.machine;
    const only = ({ owner }: Region): boolean => {
      const layout = maps[owner]?.layout;
      return layout?.kind === 'array' && layout.entries === 1 && layout.cpuStride === 0;
    };
    return { registers: whereNotZero(after.registers, dst, only), checked: after.checked };
  }

  #flowTo(at: number, from: Knowledge): void {
    const there = this.#incoming[at];
    this.#incoming[at] = there === undefined ? from : meetKnowledge(there, from);
  }

  #atEntry(slot: number, incoming: Knowledge | undefined, kept: ReadonlyMap<number, Value>): Knowledge {
    const likely =
      this.#likelyArguments.get(slot) ?? incoming?.registers.map(({ start }) => start.likely) ?? [];
    const registers = freshRegisters(likely);
    for (const [register, value] of kept) registers[register] = value;
    return { registers, checked: noneChecked };
  }
}

function meetKnowledge(a: Knowledge, b: Knowledge): Knowledge {
  const registers = a.registers.map((value, register) => meet(value, b.registers[register] ?? unknown()));
  if (a.checked.size === 0 || b.checked.size === 0) return { registers, checked: noneChecked };
  const checked = new Map<Start, readonly AccessGroup[]>();
  for (const [start, groups] of a.checked) {
    const others = b.checked.get(start) ?? [];
    const both = groups.filter((group) => others.includes(group));
    if (both.length > 0) checked.set(start, both);
  }
  return { registers, checked };
}

/** Gives groups that are used more than once a local, the same to those that follow one another; returns how many. */
function giveLocals(groups: readonly AccessGroup[]): number {
  const freeFrom: number[] = [];
  for (const group of groups) {
    if (group.accesses < 2) continue;
    let local = freeFrom.findIndex((lastUse) => lastUse < group.born);
    if (local < 0) local = freeFrom.length;
    freeFrom[local] = group.lastUse;
    group.local = local;
  }
  return freeFrom.length;
}

/** A call of a helper that runs callbacks, where its block says which function, and maybe which map. */
export interface CallbackSite {
  readonly callback: number;
  readonly map: number | undefined;
}

export interface CallbackSites {
  readonly sites: readonly CallbackSite[];
  /** Slots of the functions that other code calls or hands on. */
  readonly callees: ReadonlySet<number>;
}

export function findCallbackSites(machine: Machine, graph: BlockGraph): CallbackSites {
  const sites: CallbackSite[] = [];
  const callees = new Set<number>();
  for (const block of graph.blocks) {
    const called = calledSlot(block);
    if (called !== undefined) callees.add(called);
    const constants = new Map<number, bigint>();
    for (const instruction of block.instructions) {
      const { work, dst, wide } = instruction;
      if (work.kind === 'lddw') {
        constants.set(dst, wide);
        const slot = machine.code.slotOfAddress(wide);
        if (slot !== undefined) callees.add(slot);
      } else if (movesControl(machine, instruction)) {
        const callback = machine.code.slotOfAddress(constants.get(2) ?? 0n);
        const region = machine.regions.locate(constants.get(1) ?? 0n)?.region;
        if (callback !== undefined)
          sites.push({ callback, map: region?.kind === 'map' ? region.owner : undefined });
      }
    }
  }
  return { sites, callees };
}

/** Programs get the context in r1, callbacks of bpf_for_each_map_elem a key in r2 and a value in r3. */
export function likelyArguments(
  machine: Machine,
  graph: BlockGraph,
  { sites, callees }: CallbackSites,
): LikelyArguments {
  const likely = new Map<number, readonly (number | undefined)[]>();
  for (const { callback, map } of sites)
    if (map !== undefined) likely.set(callback, elementRegions(machine, map));
  const context = machine.memory.view.getUint32(state.ctxRegion, true);
  graph.blocks.forEach(({ firstSlot }, index) => {
    if (context !== 0 && graph.functionStart[index] === 1 && !callees.has(firstSlot))
      likely.set(firstSlot, [undefined, context]);
  });
  return likely;
}

function elementRegions(machine: Machine, map: number): (number | undefined)[] {
  const layout = machine.maps[map]?.layout;
  const key = layout?.kind === 'hash' ? regionId(layout.keyAddress) : undefined;
  return [undefined, undefined, key, regionId(valueAddress(machine, map))];
}

function regionId(address: number | undefined): number | undefined {
  return address === undefined ? undefined : Math.floor(address / 0x1_0000_0000);
}
