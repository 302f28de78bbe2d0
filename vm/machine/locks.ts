import { decode } from '../isa/decode.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import type { LinkedProgram } from '../object/linked-program.ts';

export const spinLockHelper = 93;
export const spinUnlockHelper = 94;

/** The bpf_spin_lock that the program holds: the verifier lets it hold one. Its state is in the map value, who holds it is here. */
export class Locks {
  /** The program has calls of bpf_spin_lock: what it calls has to be looked at while one is held. */
  readonly used: boolean;
  readonly #memory: LinearMemory;
  /** Address of the lock that is held (u64); 0 for none. */
  readonly #held: number;

  constructor(memory: LinearMemory, program: LinkedProgram) {
    this.#memory = memory;
    this.#held = memory.allocate(8);
    this.used = callsSpinLock(program);
  }

  get held(): bigint {
    return this.#memory.view.getBigUint64(this.#held, true);
  }

  set held(address: bigint) {
    this.#memory.view.setBigUint64(this.#held, address, true);
  }
}

function callsSpinLock({ code }: LinkedProgram): boolean {
  for (let slot = 0; slot < code.length / 8;) {
    const result = decode(code, slot);
    if (result.ok) {
      const { row, imm } = result.value;
      const { semantics } = row;
      if (semantics.kind === 'call' && semantics.target === 'helper' && imm === spinLockHelper) return true;
    }
    slot += result.ok ? result.value.slots : 1;
  }
  return false;
}
