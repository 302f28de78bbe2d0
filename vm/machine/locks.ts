import { decode } from '../isa/decode.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import type { LinkedProgram } from '../object/linked-program.ts';

export const spinLockHelper = 93;
export const spinUnlockHelper = 94;

/** Sections of code that the program can be in: under bpf_rcu_read_lock, behind bpf_preempt_disable. */
export type Section = 'rcu' | 'preempt';

/** Offsets (u32 each): how deep in each section, how many locks are held and how many interrupt flags saved; their tables. */
const field = { rcu: 0, preempt: 4, locks: 8, flags: 12, lockTable: 16 } as const;
/** A lock: its address, and that of what it is in (u64 each). Flags: where they are on the stack u64, who saved them u64. */
const entry = { address: 0, detail: 8, sizeOf: 16 } as const;
/** In the address of a lock that was taken with interrupt flags saved. */
const savesFlags = 1n;
/** More than the stack of a program has room for flags. */
const most = 64;
const flagTable = field.lockTable + most * entry.sizeOf;
const sizeOf = flagTable + most * entry.sizeOf;

/** The kfuncs that save interrupt flags. */
export const flagSavers = ['bpf_local_irq', 'bpf_res_spin_lock'] as const;
export type FlagSaver = (typeof flagSavers)[number];

/**
 * The locks that the program holds, one bpf_spin_lock at the most and any number of bpf_res_spin_locks, and the
 * interrupt flags that it has saved, the last one on top. The state of a lock is in the lock, who holds it is here.
 */
export class Locks {
  /** The program has calls that lock: what it calls has to be looked at while a lock is held. */
  readonly used: boolean;
  readonly #memory: LinearMemory;
  readonly #at: number;

  constructor(memory: LinearMemory, program: LinkedProgram) {
    this.#memory = memory;
    this.#at = memory.allocate(sizeOf);
    this.used =
      callsSpinLock(program) ||
      program.kernelFunctions.some(({ name }) => name.startsWith('bpf_res_spin_lock'));
  }

  #get(which: 'locks' | 'flags'): number {
    return this.#memory.view.getUint32(this.#at + field[which], true);
  }

  #entry(which: 'locks' | 'flags', index: number): number {
    return this.#at + (which === 'locks' ? field.lockTable : flagTable) + index * entry.sizeOf;
  }

  /** False where there is no room. */
  #push(which: 'locks' | 'flags', address: bigint, detail: bigint): boolean {
    const count = this.#get(which);
    if (count === most) return false;
    const { view } = this.#memory;
    view.setBigUint64(this.#entry(which, count) + entry.address, address, true);
    view.setBigUint64(this.#entry(which, count) + entry.detail, detail, true);
    view.setUint32(this.#at + field[which], count + 1, true);
    return true;
  }

  #remove(which: 'locks' | 'flags', address: bigint): void {
    const { view, bytes } = this.#memory;
    for (let i = this.#get(which) - 1; i >= 0; i--) {
      const at = this.#entry(which, i);
      if ((view.getBigUint64(at + entry.address, true) & ~savesFlags) !== address) continue;
      bytes.copyWithin(at, at + entry.sizeOf, this.#entry(which, most));
      view.setUint32(this.#at + field[which], this.#get(which) - 1, true);
      return;
    }
  }

  #top(which: 'locks' | 'flags', of: number): bigint {
    const count = this.#get(which);
    return count === 0 ? 0n : this.#memory.view.getBigUint64(this.#entry(which, count - 1) + of, true);
  }

  /** Address of the lock taken last; 0 for none. */
  get held(): bigint {
    return this.#top('locks', entry.address) & ~savesFlags;
  }

  /** Whether the lock taken last has saved interrupt flags. */
  get heldSaving(): boolean {
    return (this.#top('locks', entry.address) & savesFlags) !== 0n;
  }

  /** Whether a lock is held that is in the map value or object at an address. */
  guards(around: bigint): boolean {
    for (let i = 0; i < this.#get('locks'); i++)
      if (this.#memory.view.getBigUint64(this.#entry('locks', i) + entry.detail, true) === around)
        return true;
    return false;
  }

  /** False where too many are held. */
  hold(address: bigint, around: bigint, saving = false): boolean {
    return this.#push('locks', saving ? address | savesFlags : address, around);
  }

  release(address: bigint): void {
    this.#remove('locks', address);
  }

  /** Address of the interrupt flags saved last; 0 for none. */
  get savedFlags(): bigint {
    return this.#top('flags', entry.address);
  }

  /** Who has saved the flags at an address; undefined where none are. */
  saverOf(address: bigint): FlagSaver | undefined {
    const { view } = this.#memory;
    for (let i = this.#get('flags') - 1; i >= 0; i--) {
      const at = this.#entry('flags', i);
      if (view.getBigUint64(at + entry.address, true) === address)
        return flagSavers[Number(view.getBigUint64(at + entry.detail, true))];
    }
    return undefined;
  }

  /** False where too many are saved. */
  saveFlags(address: bigint, saver: FlagSaver): boolean {
    return this.#push('flags', address, BigInt(flagSavers.indexOf(saver)));
  }

  restoreFlags(address: bigint): void {
    this.#remove('flags', address);
  }

  section(which: Section): number {
    return this.#memory.view.getUint32(this.#at + field[which], true);
  }

  setSection(which: Section, depth: number): void {
    this.#memory.view.setUint32(this.#at + field[which], depth, true);
  }

  /** A run begins: nothing is held. */
  reset(): void {
    this.#memory.bytes.fill(0, this.#at, this.#at + sizeOf);
  }

  /** What the program is inside of, in the verifier's words: `bpf_spin_lock`. */
  get heldSection(): string | undefined {
    if (this.held !== 0n) return 'bpf_spin_lock';
    if (this.savedFlags !== 0n) return 'bpf_local_irq_save';
    if (this.section('rcu') > 0) return 'bpf_rcu_read_lock';
    return this.section('preempt') > 0 ? 'bpf_preempt_disable' : undefined;
  }
}

/** Which helper a register holds is not known before it is called. */
function callsSpinLock({ code }: LinkedProgram): boolean {
  for (let slot = 0; slot < code.length / 8;) {
    const result = decode(code, slot);
    if (result.ok) {
      const { row, imm } = result.value;
      const { semantics } = row;
      if (semantics.kind === 'call') {
        if (semantics.target === 'register') return true;
        if (semantics.target === 'helper' && imm === spinLockHelper) return true;
      }
    }
    slot += result.ok ? result.value.slots : 1;
  }
  return false;
}
