import type { AccessSize, AluOperation, Width } from '../../isa/row.ts';
import { stackSize } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { regionBias, type Region } from '../../memory/regions.ts';
import type { Block } from './blocks.ts';
import type { CodeInstruction } from './instructions.ts';

/**
 * Which checks the memory accesses of a block need. Registers are followed through the block as "unknown start +
 * constant": accesses that share a start are checked as one range, at the first of them. That is exact: where the
 * range is refused, the interpreter takes over before the first access.
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
  /** Numbers the groups of a block. */
  readonly index: number;
}

/** A start: the frame's stack pointer or an address that an lddw loaded, exactly or with an index; or anything. */
interface Start {
  readonly kind: 'stack' | 'fixed' | 'unknown';
  /** Of `fixed`: the region. */
  readonly region: Region | undefined;
  /** Of `stack`: the distance from the frame pointer; of `fixed`: from the region's first byte. */
  readonly at: number;
  /** An index has been added to `at`, from 0 to this. Infinity: anything. */
  readonly index: number;
  group: AccessGroup | undefined;
}

interface Value {
  readonly start: Start;
  readonly offset: number;
  /** Of a number: it is from 0 to this. */
  readonly most: number;
}

type Access = 'read' | 'write' | 'both';

/** Accesses further apart get checks of their own. */
const longestRange = 1 << 15;

/** `elide`: accesses to the stack and to global data that are within bounds need no check. By slot. */
export function planAccesses(machine: Machine, block: Block, elide: boolean): Map<number, AccessPlan> {
  return new AccessPlanner(machine, elide).plan(block);
}

class AccessPlanner {
  readonly #machine: Machine;
  readonly #elide: boolean;
  readonly #plans = new Map<number, AccessPlan>();
  readonly #registers: Value[];
  #open: Start[] = [];
  #groups = 0;

  constructor(machine: Machine, elide: boolean) {
    this.#machine = machine;
    this.#elide = elide;
    this.#registers = Array.from({ length: 10 }, () => unknown());
    const stack: Start = { kind: 'stack', region: undefined, at: 0, index: 0, group: undefined };
    this.#registers.push({ start: stack, offset: 0, most: Infinity });
  }

  plan(block: Block): Map<number, AccessPlan> {
    for (const instruction of block.instructions) {
      const access = accessOf(instruction);
      if (access !== undefined) this.#access(instruction, access.size, access.access);
      this.#follow(instruction);
    }
    return this.#plans;
  }

  #access({ slot, base, off }: CodeInstruction, size: AccessSize, access: Access): void {
    const value = this.#registers[base] ?? unknown();
    const offset = value.offset + off;
    const plan =
      this.#elided(value.start, offset, off, size, access) ?? this.#checked(value, offset, size, access);
    this.#plans.set(slot, plan);
  }

  #elided(
    start: Start,
    offset: number,
    off: number,
    size: AccessSize,
    access: Access,
  ): AccessPlan | undefined {
    if (!this.#elide || start.kind === 'unknown') return undefined;
    const from = start.at + offset;
    const to = from + start.index + size;
    const exact = start.index === 0;
    if (start.kind === 'stack') {
      if (from < -stackSize || to > 0) return undefined;
      if (exact) return { kind: 'stack', offset: stackSize + from };
      return { kind: 'indexed', add: off - regionBias, stack: true };
    }
    const { region } = start;
    if (region === undefined || from < 0 || to > limitOf(region, access !== 'write', access !== 'read'))
      return undefined;
    if (exact) return { kind: 'fixed', linear: region.base + from };
    return { kind: 'indexed', add: region.base - region.start + off, stack: false };
  }

  #checked(value: Value, offset: number, size: AccessSize, access: Access): AccessPlan {
    const { start } = value;
    let { group } = start;
    const first =
      group === undefined || Math.max(group.to, offset + size) - Math.min(group.from, offset) > longestRange;
    if (first) {
      group = {
        from: offset,
        to: offset,
        reads: false,
        writes: false,
        accesses: 0,
        baseOffset: value.offset,
        region: this.#elide ? (start.kind === 'stack' ? 'stack' : start.region) : undefined,
        index: this.#groups++,
      };
      start.group = group;
      this.#open.push(start);
    }
    if (group === undefined) throw new Error('an access without a group');
    group.from = Math.min(group.from, offset);
    group.to = Math.max(group.to, offset + size);
    group.reads ||= access !== 'write';
    group.writes ||= access !== 'read';
    group.accesses++;
    return { kind: 'checked', group, first, offset };
  }

  /** What an instruction leaves in registers. */
  #follow(instruction: CodeInstruction): void {
    const { work, dst, src } = instruction;
    switch (work.kind) {
      case 'alu':
        this.#registers[dst] = this.#computed(work.operation, work.width, instruction);
        break;
      case 'lddw':
        this.#registers[dst] = this.#loaded(instruction.wide);
        break;
      case 'load':
        this.#registers[dst] = unknown(work.signed || work.size === 8 ? Infinity : 2 ** (8 * work.size) - 1);
        break;
      case 'byteswap':
        this.#registers[dst] = unknown(work.bits === 16 ? 0xffff : Infinity);
        break;
      case 'atomic':
        if (work.operation === 'load_acquire') this.#registers[dst] = unknown();
        else if (work.operation === 'cmpxchg') this.#registers[0] = unknown();
        else if (work.fetch && src !== undefined) this.#registers[src] = unknown();
        break;
      case 'call':
        this.#registers[0] = unknown();
        this.#endGroups();
        break;
      default:
    }
  }

  #computed(operation: AluOperation, width: Width, { dst, src, immediate }: CodeInstruction): Value {
    const before = this.#registers[dst] ?? unknown();
    const second = src === undefined ? unknown(immediate < 0 ? Infinity : immediate) : this.#registers[src];
    if (width === 64 && second !== undefined) {
      if (operation === 'mov' && src !== undefined) return second;
      if (operation === 'add' && src === undefined && before.start.kind !== 'unknown')
        return { ...before, offset: before.offset + immediate };
      if (operation === 'add' && src !== undefined) {
        if (before.start.kind !== 'unknown') return indexed(before, second);
        if (second.start.kind !== 'unknown') return indexed(second, before);
      }
    }
    const right = second?.most ?? Infinity;
    const known = src === undefined ? immediate : undefined;
    const most = withinWidth(width, mostOf(operation, width, before.most, right, known));
    if (width === 64 && src === undefined && (operation === 'add' || operation === 'sub')) {
      const offset = before.offset + (operation === 'add' ? immediate : -immediate);
      return { ...before, offset, most };
    }
    return unknown(most);
  }

  /** Global data keeps its place and its permissions; other numbers that happen to be addresses are not trusted. */
  #loaded(address: bigint): Value {
    if (address >> 32n === 0n) return unknown(Number(address));
    const { regions, maps } = this.#machine;
    const place = regions.locate(address);
    const region = place?.region;
    const fixed =
      region?.kind === 'map_value' &&
      maps[region.owner]?.valueBase !== undefined &&
      region.slotMask === 0xffffffff;
    if (place === undefined || !fixed) return unknown();
    const start: Start = { kind: 'fixed', region, at: place.offset, index: 0, group: undefined };
    return { start, offset: 0, most: Infinity };
  }

  /** Helpers change regions. */
  #endGroups(): void {
    for (const start of this.#open) start.group = undefined;
    this.#open = [];
  }
}

function unknown(most = Infinity): Value {
  const start: Start = { kind: 'unknown', region: undefined, at: 0, index: Infinity, group: undefined };
  return { start, offset: 0, most };
}

/** A pointer plus a number. */
function indexed({ start, offset }: Value, { most }: Value): Value {
  const indexedStart = { ...start, at: start.at + offset, index: start.index + most, group: undefined };
  return { start: indexedStart, offset: 0, most: Infinity };
}

/** Results beyond the width wrap around, and numbers are exact up to 2⁵³ only. */
function withinWidth(width: Width, most: number): number {
  return most < (width === 64 ? 2 ** 48 : 2 ** 32) ? most : Infinity;
}

/**
 * The largest result where the operands are from 0 to `left` and from 0 to `right`, before it wraps; Infinity: not
 * known. `known`: the second operand where it is an immediate. Division by zero gives 0, its remainder is the dividend.
 */
function mostOf(
  operation: AluOperation,
  width: Width,
  left: number,
  right: number,
  known: number | undefined,
): number {
  const shift = known === undefined ? 0 : 2 ** (known & (width - 1));
  switch (operation) {
    case 'mov':
      return right;
    case 'and':
      return Math.min(left, right);
    case 'add':
      return left + right;
    case 'mul':
      return left * right;
    case 'lsh':
      return known === undefined ? Infinity : left * shift;
    case 'rsh':
      return known === undefined ? left : Math.floor(Math.min(left, 2 ** width - 1) / shift);
    case 'div':
      return left;
    case 'mod':
      return known !== undefined && known > 0 ? Math.min(left, known - 1) : left;
    default:
      return Infinity;
  }
}

/** Bytes of a region, all in one piece, that may be accessed so. */
export function limitOf({ readLimit, writeLimit }: Region, reads: boolean, writes: boolean): number {
  return Math.min(reads ? readLimit : Infinity, writes ? writeLimit : Infinity);
}

function accessOf({
  work,
}: CodeInstruction): { readonly size: AccessSize; readonly access: Access } | undefined {
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
