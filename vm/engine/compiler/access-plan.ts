import { state, stackSize } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { regionBias, type Region } from '../../memory/regions.ts';
import { movesControl, type Block } from './blocks.ts';
import type { CodeInstruction } from './instructions.ts';
import {
  computed,
  found,
  isExact,
  loaded,
  unknown,
  type Registers,
  type Start,
  type Value,
} from './values.ts';

/**
 * Which checks the memory accesses of a block need. Accesses that share a start are checked as one range, at the first
 * of them; blocks that control reaches only from there need no check again. That is exact: where the range is refused,
 * the interpreter takes over before the first access.
 */
export type AccessPlan =
  /** Within the frame's stack: offset from its first byte. */
  | { readonly kind: 'stack'; readonly offset: number }
  /** Within memory that never moves and keeps its permissions. */
  | { readonly kind: 'fixed'; readonly linear: number }
  /** In bounds whatever the index is: the low half of the base register plus `add`, plus the frame's stack if `stack`. */
  | { readonly kind: 'indexed'; readonly add: number; readonly stack: boolean }
  | {
      readonly kind: 'checked';
      readonly group: AccessGroup;
      readonly first: boolean;
      readonly offset: number;
    };

/** Accesses through one start, `from` to `to` bytes from it. */
export interface AccessGroup {
  from: number;
  to: number;
  reads: boolean;
  writes: boolean;
  accesses: number;
  /** What the base register of the first access holds: start + this. */
  readonly baseOffset: number;
  /** The one region that all of it is looked for in; undefined: the table says which. */
  readonly region: Region | 'stack' | undefined;
  /** Numbers of the first and the last access, in the order of planning: in between, its place is kept. */
  readonly born: number;
  lastUse: number;
  /** Number of the local that holds its place; given when the whole chunk is planned. */
  local: number;
}

export type Access = 'read' | 'write' | 'both';

/** What is known at a place in the code. */
export interface Knowledge {
  readonly registers: Registers;
  /** Ranges that were checked on every way to here. */
  readonly checked: ReadonlyMap<Start, readonly AccessGroup[]>;
}

export interface BlockPlan {
  /** By slot. */
  readonly accesses: ReadonlyMap<number, AccessPlan>;
  /** By slot of the call: index of the map that is looked up in. */
  readonly lookups: ReadonlyMap<number, number>;
  readonly groups: readonly AccessGroup[];
  readonly after: Knowledge;
}

export interface PlanContext {
  readonly machine: Machine;
  /** Accesses to the stack and to global data that are within bounds need no check. */
  readonly elide: boolean;
  /** Maps that compiled code looks up itself. */
  readonly lookups: { has(map: number): boolean };
}

/** Accesses further apart get checks of their own. */
const longestRange = 1 << 15;

const noAccesses: BlockPlan['accesses'] = new Map();
const noLookups: BlockPlan['lookups'] = new Map();
/** Nothing is checked yet. */
export const noneChecked: Knowledge['checked'] = new Map();

/** `number`: of the accesses that were planned before in this chunk. */
export function planBlock(context: PlanContext, block: Block, before: Knowledge, number = 0): BlockPlan {
  return new BlockPlanner(context, before, number).plan(block);
}

class BlockPlanner {
  readonly #context: PlanContext;
  #accesses: Map<number, AccessPlan> | undefined;
  #lookups: Map<number, number> | undefined;
  readonly #registers: Value[];
  /** Those of blocks before: they stay as they are. */
  #checked: ReadonlyMap<Start, readonly AccessGroup[]>;
  /** Those of this block, which grow. */
  readonly #open = new Map<Start, AccessGroup>();
  readonly #groups: AccessGroup[] = [];
  #number: number;

  constructor(context: PlanContext, { registers, checked }: Knowledge, number: number) {
    this.#number = number;
    this.#context = context;
    this.#registers = [...registers];
    this.#checked = checked;
  }

  plan(block: Block): BlockPlan {
    for (const instruction of block.instructions) {
      this.#plan(instruction);
      this.#follow(instruction);
    }
    for (const start of this.#open.keys()) this.#close(start);
    return {
      accesses: this.#accesses ?? noAccesses,
      lookups: this.#lookups ?? noLookups,
      groups: this.#groups,
      after: { registers: this.#registers, checked: this.#checked },
    };
  }

  #plan(instruction: CodeInstruction): void {
    const access = accessOf(instruction);
    if (access !== undefined) return this.#access(instruction, access.size, access.access);
    const map = instruction.work.kind === 'lookup' ? this.#registers[1]?.map : undefined;
    const keySize =
      map === undefined ? undefined : this.#context.machine.maps[map]?.linked.definition.keySize;
    if (map === undefined || keySize === undefined || !this.#context.lookups.has(map)) return;
    this.#lookups ??= new Map();
    this.#lookups.set(instruction.slot, map);
    this.#access(instruction, keySize, 'read');
  }

  #access({ slot, base, off }: CodeInstruction, size: number, access: Access): void {
    const value = this.#registers[base] ?? unknown();
    const offset = value.offset + off;
    this.#number++;
    const plan =
      this.#elided(value.start, offset, off, size, access) ??
      this.#checkedBefore(value.start, offset, size, access) ??
      this.#check(value, offset, size, access);
    this.#accesses ??= new Map();
    this.#accesses.set(slot, plan);
  }

  #elided(start: Start, offset: number, off: number, size: number, access: Access): AccessPlan | undefined {
    if (!this.#context.elide || start.kind === 'unknown') return undefined;
    const from = start.at + offset;
    const to = from + start.index + size;
    const inBounds =
      start.kind === 'stack'
        ? from >= -stackSize && to <= 0
        : start.region !== undefined && from >= 0 && to <= this.#limitOf(start, start.region, access);
    if (!inBounds) return undefined;
    if (start.guard !== undefined) start.guard.used = true;
    const exact = isExact(start);
    if (start.kind === 'stack') {
      if (exact) return { kind: 'stack', offset: stackSize + from };
      return { kind: 'indexed', add: off - regionBias, stack: true };
    }
    const { base, start: low } = start.region ?? { base: 0, start: 0 };
    if (exact) return { kind: 'fixed', linear: base + from };
    return { kind: 'indexed', add: base - low + off, stack: false };
  }

  /** An element ends with its value, also where the region is one piece. */
  #limitOf({ kind }: Start, region: Region, access: Access): number {
    const limit = limitOf(region, access !== 'write', access !== 'read');
    if (kind !== 'element') return limit;
    return Math.min(limit, this.#context.machine.maps[region.owner]?.linked.definition.valueSize ?? 0);
  }

  #checkedBefore(start: Start, offset: number, size: number, access: Access): AccessPlan | undefined {
    const group = this.#checked
      .get(start)
      ?.find(
        ({ from, to, reads, writes }) =>
          from <= offset &&
          offset + size <= to &&
          (reads || access === 'write') &&
          (writes || access === 'read'),
      );
    if (group === undefined) return undefined;
    group.accesses++;
    group.lastUse = this.#number;
    return { kind: 'checked', group, first: false, offset };
  }

  #check({ start, offset: baseOffset }: Value, offset: number, size: number, access: Access): AccessPlan {
    let group = this.#open.get(start);
    const first =
      group === undefined || Math.max(group.to, offset + size) - Math.min(group.from, offset) > longestRange;
    if (first) {
      this.#close(start);
      group = {
        from: offset,
        to: offset,
        reads: false,
        writes: false,
        accesses: 0,
        baseOffset,
        region: this.#regionOf(start),
        born: this.#number,
        lastUse: this.#number,
        local: -1,
      };
      this.#open.set(start, group);
      this.#groups.push(group);
    }
    if (group === undefined) throw new Error('an access without a group');
    group.from = Math.min(group.from, offset);
    group.to = Math.max(group.to, offset + size);
    group.reads ||= access !== 'write';
    group.writes ||= access !== 'read';
    group.accesses++;
    group.lastUse = this.#number;
    return { kind: 'checked', group, first, offset };
  }

  #regionOf({ kind, region, likely, guard }: Start): AccessGroup['region'] {
    if (!this.#context.elide) return undefined;
    if (kind === 'unknown')
      return likely === undefined ? undefined : this.#context.machine.regions.get(likely);
    if (guard !== undefined) guard.used = true;
    return kind === 'stack' ? 'stack' : region;
  }

  /** The range of a start does not grow any more. */
  #close(start: Start): void {
    const group = this.#open.get(start);
    if (group === undefined) return;
    const before = this.#checked;
    this.#checked = new Map(before).set(start, [...(before.get(start) ?? []), group]);
    this.#open.delete(start);
  }

  /** What an instruction leaves in registers. */
  #follow(instruction: CodeInstruction): void {
    const { work, dst, src } = instruction;
    const { machine } = this.#context;
    switch (work.kind) {
      case 'alu':
        this.#registers[dst] = computed(work.operation, work.width, this.#registers, instruction);
        break;
      case 'lddw':
        this.#registers[dst] = loaded(machine, instruction.wide);
        break;
      case 'load':
        this.#registers[dst] = this.#read(instruction, work.signed || work.size === 8, work.size);
        break;
      case 'byteswap':
        this.#registers[dst] = unknown(work.bits === 16 ? 0xffff : Infinity);
        break;
      case 'addr_space_cast':
        this.#registers[dst] = unknown(Infinity, Number(instruction.wide >> 32n));
        break;
      case 'atomic':
        if (work.operation === 'load_acquire') this.#registers[dst] = unknown();
        else if (work.operation === 'cmpxchg') this.#registers[0] = unknown();
        else if (work.fetch && src !== undefined) this.#registers[src] = unknown();
        break;
      case 'lookup':
        this.#registers[0] = this.#found(instruction.slot);
        break;
      case 'update':
      case 'remove':
      case 'call':
        this.#registers[0] = unknown();
        if (movesControl(machine, instruction)) for (let r = 1; r <= 5; r++) this.#registers[r] = unknown();
        this.#forgetChecks();
        break;
      default:
    }
  }

  /** A 32-bit pointer in the context is one to the packet. */
  #read({ base }: CodeInstruction, unbounded: boolean, size: number): Value {
    const context = this.#context.machine.memory.view.getUint32(state.ctxRegion, true);
    const isPointer = size === 4 && context !== 0 && this.#registers[base]?.start.likely === context;
    const likely = isPointer ? 0 : undefined;
    return unknown(unbounded ? Infinity : 2 ** (8 * size) - 1, likely);
  }

  /** What a lookup has found. Other calls may change regions. */
  #found(slot: number): Value {
    const index = this.#lookups?.get(slot);
    if (index === undefined) this.#forgetChecks();
    const { machine } = this.#context;
    const address = index === undefined ? undefined : valueAddress(machine, index);
    if (index === undefined || address === undefined) return unknown();
    const region = machine.regions.get(Math.floor(address / 0x1_0000_0000));
    if (region === undefined) return unknown();
    return machine.maps[index]?.layout?.kind === 'array' ? found(region) : unknown(Infinity, region.id);
  }

  #forgetChecks(): void {
    this.#checked = noneChecked;
    this.#open.clear();
  }
}

/** Address of the first value of a map whose layout is known. */
export function valueAddress({ maps }: Machine, index: number): number | undefined {
  const layout = maps[index]?.layout;
  return layout?.kind === 'array' ? layout.address : layout?.valueAddress;
}

/** Bytes of a region, all in one piece, that may be accessed so. */
export function limitOf(
  { readLimit, writeLimit }: Pick<Region, 'readLimit' | 'writeLimit'>,
  reads: boolean,
  writes: boolean,
): number {
  return Math.min(reads ? readLimit : Infinity, writes ? writeLimit : Infinity);
}

export function accessOf({
  work,
}: CodeInstruction): { readonly size: number; readonly access: Access } | undefined {
  switch (work.kind) {
    case 'load':
      return { size: work.size, access: 'read' };
    case 'store':
      return { size: work.size, access: 'write' };
    case 'atomic': {
      const { operation, size } = work;
      if (operation === 'load_acquire') return { size, access: 'read' };
      return { size, access: operation === 'store_release' ? 'write' : 'both' };
    }
    default:
      return undefined;
  }
}
