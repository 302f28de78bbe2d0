import { decode } from '../isa/decode.ts';
import type { Instruction } from '../isa/row.ts';
import type { LinkedFunction } from '../object/linked-program.ts';

/** What check_max_stack_depth of kernel/bpf/verifier.c rounds a frame up to, where the program is compiled. */
const granularity = 16;
const framePointer = 10;

/**
 * Bytes of stack that a function uses, rounded up as the verifier does. The verifier takes the lowest byte that is
 * accessed; so does this, with every pointer into the stack that the function makes counted as an access. Followed are
 * copies of r10 plus constants, from instruction to instruction, up to where a jump comes in.
 */
export function stackUse(code: Uint8Array, { firstSlot, slots }: LinkedFunction): number {
  const scan = new StackScan();
  const targets = jumpTargets(code, firstSlot, slots);
  for (let slot = firstSlot; slot < firstSlot + slots;) {
    const result = decode(code, slot);
    if (targets.has(slot)) scan.forget();
    if (result.ok) scan.take(result.value);
    slot += result.ok ? result.value.slots : 1;
  }
  return Math.ceil(scan.used / granularity) * granularity;
}

/** Slots that jumps of a function lead to. */
export function jumpTargets(code: Uint8Array, firstSlot: number, slots: number): ReadonlySet<number> {
  const targets = new Set<number>();
  for (let slot = firstSlot; slot < firstSlot + slots;) {
    const result = decode(code, slot);
    if (!result.ok) {
      slot++;
      continue;
    }
    const { row, off, imm } = result.value;
    const { semantics } = row;
    if (semantics.kind === 'jump' || semantics.kind === 'may_goto') targets.add(slot + 1 + off);
    if (semantics.kind === 'goto') targets.add(slot + 1 + (semantics.displacement === 'off' ? off : imm));
    slot += result.value.slots;
  }
  return targets;
}

/** Distances of registers from the frame pointer, where they are known. */
class StackScan {
  used = 0;
  readonly #distances = new Map<number, number>();

  forget(): void {
    this.#distances.clear();
  }

  take(instruction: Instruction): void {
    const { dst, src, off, imm, row } = instruction;
    const { semantics } = row;
    switch (semantics.kind) {
      case 'alu': {
        const own = this.#distances.get(dst);
        this.#distances.delete(dst);
        if (semantics.width !== 64) return;
        const constant = semantics.operand === 'imm';
        if (semantics.operation === 'mov' && semantics.operand === 'reg') this.#set(dst, this.#distance(src));
        else if (semantics.operation === 'add' && constant)
          this.#set(dst, own === undefined ? own : own + imm);
        else if (semantics.operation === 'sub' && constant)
          this.#set(dst, own === undefined ? own : own - imm);
        return;
      }
      case 'load':
        this.#access(src, off);
        this.#distances.delete(dst);
        return;
      case 'store':
        return this.#access(dst, off);
      case 'atomic':
        this.#access(semantics.operation === 'load_acquire' ? src : dst, off);
        this.#distances.delete(semantics.operation === 'load_acquire' ? dst : src);
        return;
      case 'call':
        for (let register = 0; register <= 5; register++) this.#distances.delete(register);
        return;
      case 'packet_load':
        this.#distances.delete(0);
        return;
      case 'exit':
      case 'goto':
        return this.forget();
      case 'lddw':
      case 'byteswap':
      case 'addr_space_cast':
        this.#distances.delete(dst);
        return;
      case 'jump':
      case 'may_goto':
        return;
    }
  }

  #distance(register: number): number | undefined {
    return register === framePointer ? 0 : this.#distances.get(register);
  }

  /** A copy of r10 is no access yet: its distance is 0. */
  #set(register: number, distance: number | undefined): void {
    if (distance === undefined) return;
    this.#distances.set(register, distance);
    this.used = Math.max(this.used, -distance);
  }

  #access(register: number, off: number): void {
    const distance = this.#distance(register);
    if (distance !== undefined) this.used = Math.max(this.used, -(distance + off));
  }
}
