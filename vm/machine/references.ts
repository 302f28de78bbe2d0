import type { LinearMemory } from '../memory/linear-memory.ts';
import type { LinkedFunction } from '../object/linked-program.ts';
import type { CodeMemory } from './code-memory.ts';
import type { FaultCause } from './fault.ts';
import { state } from './layout.ts';

/** Offsets in `state.references`: how many there are, where their records lie, room for how many, the last id (u32 each). */
const header = { count: 0, table: 4, capacity: 8, lastId: 12 } as const;

/** A record: id u32, slot of the call that has acquired it u32, address u64. */
const record = { id: 0, slot: 4, address: 8, sizeOf: 16 } as const;

const firstCapacity = 32;

/**
 * What the program has acquired and has to release before it ends: reserved records, sockets, objects of its own. The
 * verifier refuses a program that may end with one; engines look at the count at each exit.
 */
export class References {
  readonly #memory: LinearMemory;
  readonly #code: CodeMemory;
  readonly #functions: readonly LinkedFunction[];

  constructor(memory: LinearMemory, code: CodeMemory, functions: readonly LinkedFunction[]) {
    this.#memory = memory;
    this.#code = code;
    this.#functions = functions;
  }

  get count(): number {
    return this.#get(header.count);
  }

  #get(field: number): number {
    return this.#memory.view.getUint32(state.references + field, true);
  }

  #set(field: number, value: number): void {
    this.#memory.view.setUint32(state.references + field, value, true);
  }

  /** A run begins: nothing is held. */
  reset(): void {
    this.#set(header.count, 0);
    this.#set(header.lastId, 0);
  }

  /** The call at `slot` gives the program what `address` names, which nothing else held does. */
  acquire(address: bigint, slot: number): void {
    const { count } = this;
    if (count === this.#get(header.capacity)) this.#grow();
    const id = this.#get(header.lastId) + 1;
    const at = this.#get(header.table) + count * record.sizeOf;
    const { view } = this.#memory;
    view.setUint32(at + record.id, id, true);
    view.setUint32(at + record.slot, slot, true);
    view.setBigUint64(at + record.address, address, true);
    this.#set(header.lastId, id);
    this.#set(header.count, count + 1);
  }

  #grow(): void {
    const capacity = this.#get(header.capacity);
    const wanted = Math.max(firstCapacity, capacity * 2);
    const table = this.#memory.allocate(wanted * record.sizeOf);
    const old = this.#get(header.table);
    this.#memory.bytes.copyWithin(table, old, old + capacity * record.sizeOf);
    if (capacity > 0) this.#memory.free(old, capacity * record.sizeOf);
    this.#set(header.table, table);
    this.#set(header.capacity, wanted);
  }

  #find(address: bigint): number {
    const table = this.#get(header.table);
    for (let i = this.count - 1; i >= 0; i--) {
      const at = table + i * record.sizeOf;
      if (this.#memory.view.getBigUint64(at + record.address, true) === address) return at;
    }
    return -1;
  }

  has(address: bigint): boolean {
    return this.#find(address) >= 0;
  }

  /** Gives back what `address` names; false where it is not held. */
  release(address: bigint): boolean {
    const at = this.#find(address);
    if (at < 0) return false;
    const end = this.#get(header.table) + this.count * record.sizeOf;
    this.#memory.bytes.copyWithin(at, at + record.sizeOf, end);
    this.#set(header.count, this.count - 1);
    return true;
  }

  /** The verifier's refusal of `what` (`BPF_EXIT instruction in main prog`) where something is held; else undefined. */
  leak(what: string): FaultCause | undefined {
    if (this.count === 0) return undefined;
    const table = this.#get(header.table);
    const id = this.#memory.view.getUint32(table + record.id, true);
    const slot = this.#memory.view.getUint32(table + record.slot, true);
    const own = this.#functions.find(({ firstSlot, slots }) => slot >= firstSlot && slot < firstSlot + slots);
    const first = own?.firstSlot ?? this.#code.sectionOfSlot(slot)?.section.firstSlot ?? 0;
    const message = `Unreleased reference id=${id} alloc_insn=${slot - first}: ${what} would lead to reference leak`;
    return { kind: 'refused-by-kernel', message };
  }
}
