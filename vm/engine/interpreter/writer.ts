import { outcome } from '../../machine/helper.ts';
import { decoded, state, watchTable } from '../../machine/layout.ts';
import { mapHelperNames } from '../map-code/map-functions.ts';
import type { Operand } from '../semantics.ts';
import { StrictWriter } from '../strict/writer.ts';
import { emitWatchTest, watchFields, type AccessBits } from '../watch-code.ts';
import { FunctionBuilder, type Label } from '../wasm/function-builder.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';

/** Why the interpreter's `run` returned. */
export const exitReason = { budget: 0, exited: 1, fault: 2, breakpoint: 3, return: 4, watch: 5 } as const;

/** Functions of the host; each performs the instruction at state.ip and answers an `outcome`. */
const performers = ['callHelper', 'returnFromCallback', 'performSpecial', ...mapHelperNames] as const;
export type Performer = (typeof performers)[number];
/** All that is imported; `step` is that of `MapCode`, `arrive` says whether to stop at the breakpoint at state.ip. */
export const hostImports = [...performers, 'step', 'arrive'] as const;
export type HostImport = (typeof hostImports)[number];

/** What an interpreter does besides executing; each flavour is a module of its own, so that none costs the others. */
export interface InterpreterFlavour {
  /** Accesses look at the watched ranges. */
  readonly watch: boolean;
  /** Reads of registers and stack bytes that were never written are faults. */
  readonly strict: boolean;
}

/** Whether helpers may be performed without JavaScript, which watches and checks what they access. */
export function plainCalls({ watch, strict }: InterpreterFlavour): boolean {
  return !watch && !strict;
}

type RegisterLoad = typeof wasm.i64_load | typeof wasm.i32_load;

/**
 * The shared vocabulary of the interpreter's parts: its locals, its places to branch to, and pushes of operands. All
 * registers stay in memory, so that whoever looks in between sees the whole state.
 */
export class InterpreterWriter {
  readonly flavour: InterpreterFlavour;
  readonly f = new FunctionBuilder([], [valueType.i32]);
  readonly ip = this.f.local(valueType.i32);
  readonly budget = this.f.local(valueType.i32);
  readonly handler = this.f.local(valueType.i32);
  readonly reason = this.f.local(valueType.i32);
  /** Scratch: offset of an access within its region, then its linear offset; outcome of a host call. */
  readonly offset = this.f.local(valueType.i32);
  /** Scratch: a region's row relative to the table, or a frame's record. */
  readonly row = this.f.local(valueType.i32);
  readonly wide = this.f.local(valueType.i64);
  readonly old = this.f.local(valueType.i64);
  /** Of strict flavours. */
  readonly strict: StrictWriter | undefined;

  /** Leaves `run` with `reason`. */
  readonly exit: Label;
  /** The same, for an instruction that is not retired: gives its cycle back first. */
  readonly abort: Label;
  /** On to the instruction at `ip`. */
  readonly next: Label;
  /** Has the host perform the instruction at `ip`: what the fast path cannot, and what it refused. */
  readonly slow: Label;

  constructor(
    flavour: InterpreterFlavour,
    writeHandlers: (writer: InterpreterWriter) => void,
    writeExit: (writer: InterpreterWriter) => void,
  ) {
    this.flavour = flavour;
    const { f } = this;
    this.pushState(state.ip);
    f.set(this.ip);
    this.pushState(state.budget);
    f.set(this.budget);
    this.strict = flavour.strict ? new StrictWriter(f, this.ip) : undefined;
    this.exit = f.block();
    this.abort = f.block();
    this.next = f.loop();
    this.slow = f.block();
    this.#spendCycle();
    f.get(this.ip);
    f.memory(wasm.i32_load16_u, decoded.handler);
    f.set(this.handler);
    writeHandlers(this);
    f.op(wasm.unreachable);
    f.end();
    this.callHost('performSpecial', () => {
      f.get(this.offset);
      f.i32(outcome.exit);
      f.op(wasm.i32_eq);
      f.if();
      writeExit(this);
      f.end();
      f.br(this.next);
    });
    f.op(wasm.unreachable);
    f.end();
    f.op(wasm.unreachable);
    f.end();
    this.giveCycleBack();
    f.end();
    this.storeState(state.ip, this.ip);
    this.storeState(state.budget, this.budget);
    f.get(this.reason);
  }

  readonly dst: Operand = {
    push64: () => this.#pushDst(wasm.i64_load),
    push32: () => this.#pushDst(wasm.i32_load),
  };

  readonly operand: Operand = {
    push64: () => this.#pushOperand(wasm.i64_load),
    push32: () => this.#pushOperand(wasm.i32_load),
  };

  readonly r0: Operand = {
    push64: () => this.#pushRegister0(wasm.i64_load),
    push32: () => this.#pushRegister0(wasm.i32_load),
  };

  #pushDst(load: RegisterLoad): void {
    this.f.get(this.ip);
    this.f.memory(wasm.i32_load16_u, decoded.dst);
    this.f.memory(load);
  }

  #pushOperand(load: RegisterLoad): void {
    this.f.get(this.ip);
    this.f.memory(wasm.i32_load, decoded.operand);
    this.f.memory(load);
  }

  #pushRegister0(load: RegisterLoad): void {
    this.f.i32(0);
    this.f.memory(load, state.registers);
  }

  /** The decoded instruction's immediate, 64 bits. */
  pushConstant(): void {
    this.f.get(this.ip);
    this.f.memory(wasm.i64_load, decoded.constant);
  }

  setDst(push: () => void): void {
    this.f.get(this.ip);
    this.f.memory(wasm.i32_load16_u, decoded.dst);
    push();
    this.f.memory(wasm.i64_store);
    this.strict?.noteRegisters();
  }

  pushState(offset: number): void {
    this.f.i32(0);
    this.f.memory(wasm.i32_load, offset);
  }

  storeState(offset: number, local: number): void {
    this.f.i32(0);
    this.f.get(local);
    this.f.memory(wasm.i32_store, offset);
  }

  pushTarget(): void {
    this.f.get(this.ip);
    this.f.memory(wasm.i32_load, decoded.target);
  }

  /** Goes on behind an instruction of `slots` slots. */
  advance(slots = 1): void {
    const { f } = this;
    f.get(this.ip);
    f.i32(slots * decoded.sizeOf);
    f.op(wasm.i32_add);
    f.set(this.ip);
    f.br(this.next);
  }

  leave(reason: number, label: Label): void {
    this.f.i32(reason);
    this.f.set(this.reason);
    this.f.br(label);
  }

  #spendCycle(): void {
    const { f } = this;
    f.get(this.budget);
    f.op(wasm.i32_eqz);
    f.if();
    this.leave(exitReason.budget, this.exit);
    f.end();
    this.#addToBudget(-1);
  }

  giveCycleBack(): void {
    this.#addToBudget(1);
  }

  #addToBudget(cycles: number): void {
    const { f } = this;
    f.get(this.budget);
    f.i32(cycles);
    f.op(wasm.i32_add);
    f.set(this.budget);
  }

  /**
   * Calls the host for the instruction at `ip`; it sees ip and the cycles retired before this instruction. Goes on
   * behind the instruction, or leaves with a fault, or, where the host moved ip, does `afterReload`.
   */
  callHost(name: Performer, afterReload: () => void): void {
    const { f } = this;
    if (this.flavour.watch) this.#leaveWhereArmed();
    this.giveCycleBack();
    this.storeState(state.ip, this.ip);
    this.storeState(state.budget, this.budget);
    f.call(hostImports.indexOf(name));
    f.set(this.offset);
    // Were these kept over the call, V8 would put them aside at every instruction.
    this.pushState(state.budget);
    f.set(this.budget);
    this.#addToBudget(-1);
    this.pushState(state.ip);
    f.set(this.ip);
    f.get(this.offset);
    f.i32(outcome.fault);
    f.op(wasm.i32_eq);
    f.if();
    this.leave(exitReason.fault, this.abort);
    f.end();
    f.get(this.offset);
    f.op(wasm.i32_eqz);
    f.if();
    this.#advanceOverInstruction();
    f.end();
    afterReload();
  }

  /** The instruction at `ip` is performed again, with the table of watches empty. */
  #leaveWhereArmed(): void {
    const { f } = this;
    this.pushState(watchTable + watchFields.armed);
    f.if();
    this.leave(exitReason.watch, this.abort);
    f.end();
  }

  /** Leaves as `callHost` does where the access at the offset in `linear` may touch what is watched. */
  watchAccess(linear: number, size: number, accesses: AccessBits): void {
    if (!this.flavour.watch) return;
    emitWatchTest(this.f, linear, 0, size, accesses, hostImports.length + 1, () =>
      this.leave(exitReason.watch, this.abort),
    );
  }

  #advanceOverInstruction(): void {
    const { f } = this;
    f.get(this.ip);
    f.get(this.ip);
    f.memory(wasm.i32_load16_u, decoded.slots);
    f.i32(decoded.shift);
    f.op(wasm.i32_shl, wasm.i32_add);
    f.set(this.ip);
    f.br(this.next);
  }
}
