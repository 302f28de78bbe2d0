import { decode } from '../isa/decode.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import type { LinkedProgram } from '../object/linked-program.ts';

export const spinLockHelper = 93;
export const spinUnlockHelper = 94;

/** Sections of code that the program can be in: under bpf_rcu_read_lock, behind bpf_preempt_disable. */
export type Section = 'rcu' | 'preempt';

/** Offsets: address of the lock that is held (u64), and of what it is in (u64), how deep in each section (u32 each). */
const field = { held: 0, around: 8, rcu: 16, preempt: 20, sizeOf: 24 } as const;

/** The bpf_spin_lock that the program holds: the verifier lets it hold one. Its state is in the map value, who holds it is here. */
export class Locks {
  /** The program has calls of bpf_spin_lock: what it calls has to be looked at while one is held. */
  readonly used: boolean;
  readonly #memory: LinearMemory;
  readonly #at: number;

  constructor(memory: LinearMemory, program: LinkedProgram) {
    this.#memory = memory;
    this.#at = memory.allocate(field.sizeOf);
    this.used = callsSpinLock(program);
  }

  /** Address; 0 for none. */
  get held(): bigint {
    return this.#memory.view.getBigUint64(this.#at + field.held, true);
  }

  /** Address of the map value or object that the lock is in. */
  get around(): bigint {
    return this.#memory.view.getBigUint64(this.#at + field.around, true);
  }

  hold(address: bigint, around: bigint): void {
    this.#memory.view.setBigUint64(this.#at + field.held, address, true);
    this.#memory.view.setBigUint64(this.#at + field.around, around, true);
  }

  section(which: Section): number {
    return this.#memory.view.getUint32(this.#at + field[which], true);
  }

  setSection(which: Section, depth: number): void {
    this.#memory.view.setUint32(this.#at + field[which], depth, true);
  }

  /** A run begins: nothing is held. */
  reset(): void {
    this.#memory.bytes.fill(0, this.#at, this.#at + field.sizeOf);
  }

  /** What the program is inside of, in the verifier's words: `bpf_spin_lock`. */
  get heldSection(): string | undefined {
    if (this.held !== 0n) return 'bpf_spin_lock';
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
