import { decode } from '../../isa/decode.ts';
import type { Instruction } from '../../isa/row.ts';
import type { FaultCause } from '../../machine/fault.ts';
import { callbackCaller, outcome, type Outcome } from '../../machine/helper.ts';
import { frame } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import {
  uninitialisedRegister,
  uninitialisedReturn,
  uninitialisedStack,
} from '../../machine/uninitialised.ts';
import { argumentSet, registerSet, type Written } from '../../machine/written.ts';
import { helperParameters } from '../../helpers/names.ts';
import { addressRegister } from '../interpreter/decode-program.ts';
import { firstOf } from './register-use.ts';

/** What the interpreter has JavaScript do, each for the instruction where the machine stands. */
export interface Host {
  readonly callHelper: () => Outcome;
  readonly returnFromCallback: () => Outcome;
  readonly performSpecial: () => Outcome;
}

/** Helpers of which the kernel says RET_VOID: after them r0 cannot be read. */
const voidHelpers: ReadonlySet<number> = new Set([
  12, // bpf_tail_call
  93, // bpf_spin_lock
  94, // bpf_spin_unlock
  132, // bpf_ringbuf_submit
  133, // bpf_ringbuf_discard
  199, // bpf_ringbuf_submit_dynptr
  200, // bpf_ringbuf_discard_dynptr
]);
const tailCall = 12;

/** The same for a strict machine: checks what is read, and keeps what was written up to date. */
export class StrictHost implements Host {
  readonly #machine: Machine;
  readonly #written: Written;
  readonly #host: Host;

  constructor(machine: Machine, written: Written, host: Host) {
    this.#machine = machine;
    this.#written = written;
    this.#host = host;
  }

  /** The interpreter has looked at the argument registers. */
  readonly callHelper = (): Outcome => {
    const instruction = this.#instruction();
    return this.#call(instruction?.imm ?? 0, this.#host.callHelper);
  };

  /** The interpreter has looked at r0. */
  readonly returnFromCallback = (): Outcome => {
    const { frames, memory } = this.#machine;
    const { depth } = frames;
    const helper = memory.view.getUint32(frames.record(depth) + frame.helper, true);
    const result = this.#host.returnFromCallback();
    if (result === outcome.fault) return result;
    if (frames.depth === depth) this.#startCallback(depth, helper);
    else this.#written.leave(depth);
    return result;
  };

  readonly performSpecial = (): Outcome => {
    const instruction = this.#instruction();
    if (instruction === undefined) return this.#host.performSpecial();
    const fault = this.#uninitialised(instruction);
    if (fault !== undefined) return this.#machine.fail(fault);
    const { semantics } = instruction.row;
    if (semantics.kind === 'call' && semantics.target === 'kfunc') return this.#callKernelFunction();
    if (semantics.kind === 'call') return this.#callRegister(instruction);
    const result = this.#host.performSpecial();
    if (semantics.kind === 'packet_load' && result !== outcome.fault) this.#returned(true);
    return result;
  };

  /** Undefined for words that are no instruction. */
  #instruction(): Instruction | undefined {
    const result = decode(this.#machine.program.code, this.#machine.slot);
    return result.ok ? result.value : undefined;
  }

  #uninitialised(instruction: Instruction): FaultCause | undefined {
    const { unreadable } = this.#written;
    const read = unreadable & this.#written.readsOf(this.#machine.slot);
    if (instruction.row.semantics.kind === 'exit') return this.#uninitialisedReturn(read !== 0);
    if (read !== 0) return uninitialisedRegister(firstOf(read, instruction));
    return this.#uninitialisedStack(instruction);
  }

  /**
   * What a static function has left in r0 is its caller's to read or not; programs and callbacks return to the kernel.
   * `always`: at this exit r0 counts whoever has called.
   */
  #uninitialisedReturn(always: boolean): FaultCause | undefined {
    if ((this.#written.unreadable & registerSet.r0) === 0) return undefined;
    const { frames } = this.#machine;
    const { kind } = frames.read(frames.depth);
    return always || kind !== 'subprogram' ? uninitialisedReturn(kind === 'callback') : undefined;
  }

  #uninitialisedStack(instruction: Instruction): FaultCause | undefined {
    const { semantics } = instruction.row;
    if (semantics.kind !== 'load' && semantics.kind !== 'atomic') return undefined;
    if (semantics.kind === 'atomic' && semantics.operation === 'store_release') return undefined;
    const { regions } = this.#machine;
    const register = addressRegister(instruction);
    const address = BigInt.asUintN(64, this.#machine.register(register) + BigInt(instruction.off));
    const { size } = semantics;
    const linear = regions.resolve(address, size, 'read');
    const first = linear === undefined ? -1 : this.#written.firstUnwritten(linear, size);
    if (linear === undefined || first < 0) return undefined;
    return uninitialisedStack({ type: 'read', address, size, register }, linear, first);
  }

  /**
   * Which of the argument registers a kfunc reads is not known here. It may run callbacks; where it throws, another
   * function goes on.
   */
  #callKernelFunction(): Outcome {
    const { frames, memory } = this.#machine;
    const { depth } = frames;
    const { unreadable } = this.#written;
    const { slot } = this.#machine;
    const result = this.#host.performSpecial();
    if (result === outcome.fault || result === outcome.exit) return result;
    if (frames.depth > depth) {
      this.#written.enter(depth + 1, unreadable);
      const helper = memory.view.getUint32(frames.record(depth + 1) + frame.helper, true);
      this.#startCallback(depth + 1, helper);
    } else if (result === outcome.reload && this.#machine.slot !== slot + 1) {
      this.#written.start(frames.depth, argumentSet(1));
    } else {
      this.#returned(true);
    }
    return result;
  }

  /** A call of a function, or, by callx, of a helper by its number. */
  #callRegister(instruction: Instruction): Outcome {
    const machine = this.#machine;
    const { slot } = machine;
    const address = machine.register(instruction.dst);
    const { semantics } = instruction.row;
    const byRegister = semantics.kind === 'call' && semantics.target === 'register';
    if (byRegister && machine.code.slotOfAddress(address) === undefined) {
      const id = Number(address);
      const read = this.#written.unreadable & argumentSet(helperParameters.get(id) ?? 0);
      if (read !== 0) return machine.fail(uninitialisedRegister(firstOf(read, instruction)));
      return this.#call(id, this.#host.performSpecial);
    }
    const { unreadable } = this.#written;
    const result = this.#host.performSpecial();
    if (result === outcome.fault) return result;
    const { depth } = machine.frames;
    this.#written.enter(depth, unreadable);
    this.#written.start(depth, this.#written.writesOf(slot) & ~unreadable);
    return result;
  }

  /** A call of the helper `id`, which may leave for a callback or for another program. */
  #call(id: number, call: () => Outcome): Outcome {
    const { frames } = this.#machine;
    const { depth } = frames;
    const { unreadable } = this.#written;
    const result = call();
    if (result === outcome.fault) return result;
    if (frames.depth > depth) {
      this.#written.enter(depth + 1, unreadable);
      this.#startCallback(depth + 1, id);
    } else if (id === tailCall && result === outcome.reload) {
      this.#written.start(depth, argumentSet(1));
    } else {
      this.#returned(!voidHelpers.has(id));
    }
    return result;
  }

  /** Something that uses registers as a call does is done. */
  #returned(withValue: boolean): void {
    const r0 = withValue ? 0 : registerSet.r0;
    this.#written.unreadable = (this.#written.unreadable & registerSet.saved) | registerSet.arguments | r0;
  }

  #startCallback(depth: number, helper: number): void {
    const parameters = callbackCaller(this.#machine.helpers, helper)?.callback?.parameters ?? 0;
    this.#written.start(depth, argumentSet(parameters));
  }
}
