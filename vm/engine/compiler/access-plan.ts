import type { AccessSize } from '../../isa/row.ts';
import { stackSize } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
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
  /** Numbers the groups of a block. */
  readonly index: number;
}

/** A start: the frame's stack pointer, an address that an lddw loaded, or anything. */
interface Start {
  readonly kind: 'stack' | 'fixed' | 'unknown';
  readonly address: bigint;
  group: AccessGroup | undefined;
}

interface Value {
  readonly start: Start;
  readonly offset: number;
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
  #registers: Value[];
  #open: Start[] = [];
  #groups = 0;

  constructor(machine: Machine, elide: boolean) {
    this.#machine = machine;
    this.#elide = elide;
    this.#registers = Array.from({ length: 10 }, unknown);
    this.#registers.push({ start: { kind: 'stack', address: 0n, group: undefined }, offset: 0 });
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
      this.#elided(value.start, offset, size, access) ?? this.#checked(value, offset, size, access);
    this.#plans.set(slot, plan);
  }

  #elided(start: Start, offset: number, size: AccessSize, access: Access): AccessPlan | undefined {
    if (!this.#elide) return undefined;
    if (start.kind === 'stack') {
      const inside = offset >= -stackSize && offset + size <= 0;
      return inside ? { kind: 'stack', offset: stackSize + offset } : undefined;
    }
    if (start.kind !== 'fixed') return undefined;
    const address = start.address + BigInt(offset);
    const { regions } = this.#machine;
    const linear = regions.resolve(address, size, access === 'read' ? 'read' : 'write');
    if (linear === undefined) return undefined;
    if (access === 'both' && regions.resolve(address, size, 'read') === undefined) return undefined;
    return { kind: 'fixed', linear };
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
        this.#registers[dst] = { start: this.#loaded(instruction.wide), offset: 0 };
        break;
      case 'load':
      case 'byteswap':
        this.#registers[dst] = unknown();
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

  #computed(operation: string, width: number, { dst, src, immediate }: CodeInstruction): Value {
    if (width !== 64) return unknown();
    const before = this.#registers[dst] ?? unknown();
    if (operation === 'mov' && src !== undefined) return this.#registers[src] ?? unknown();
    if (operation === 'add' && src === undefined) return { ...before, offset: before.offset + immediate };
    if (operation === 'sub' && src === undefined) return { ...before, offset: before.offset - immediate };
    return unknown();
  }

  /** Global data keeps its place and its permissions; a number that happens to be an address is not trusted. */
  #loaded(address: bigint): Start {
    const place = address >> 32n === 0n ? undefined : this.#machine.regions.locate(address);
    const map = place?.region.kind === 'map_value' ? this.#machine.maps[place.region.owner] : undefined;
    const fixed = map?.valueBase !== undefined;
    return { kind: fixed ? 'fixed' : 'unknown', address, group: undefined };
  }

  /** Helpers change regions. */
  #endGroups(): void {
    for (const start of this.#open) start.group = undefined;
    this.#open = [];
  }
}

function unknown(): Value {
  return { start: { kind: 'unknown', address: 0n, group: undefined }, offset: 0 };
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
