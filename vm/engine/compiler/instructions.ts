import { decoded, state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { breakpointHandler, handlers, type HandlerWork } from '../interpreter/handlers.ts';

/** An instruction as the interpreter has it decoded: whatever one engine does, the other reads the same. */
export interface CodeInstruction {
  readonly slot: number;
  /** Operands aside, what it does; `operand` in it means nothing. */
  readonly work: HandlerWork;
  readonly dst: number;
  /** Register of the second operand; undefined where that is an immediate. */
  readonly src: number | undefined;
  readonly immediate: number;
  /** What an lddw loads, and the high half of what an addr_space_cast leaves; 0 for all others. */
  readonly wide: bigint;
  /** Displacement of a memory access. */
  readonly off: number;
  /** Register that holds the address of a memory access, or of the key of a lookup. */
  readonly base: number;
  /** Slot that a jump or a call of a subprogram goes to. */
  readonly target: number | undefined;
  /** Slot of the instruction behind. */
  readonly next: number;
}

/** What compiled code leaves to the interpreter. */
export function isInterpreted({ kind }: HandlerWork): boolean {
  switch (kind) {
    case 'special':
    case 'packet_load':
    case 'breakpoint':
      return true;
    default:
      return false;
  }
}

const special: HandlerWork = { kind: 'special' };
const registersEnd = state.registers + 88;

/** The instruction at `slot`, breakpoints looked through. What only the interpreter performs is `special`. */
export function readInstruction(machine: Machine, slot: number): CodeInstruction {
  const { view } = machine.memory;
  const at = machine.code.ipOfSlot(slot);
  const handler = view.getUint16(at + decoded.handler, true);
  const original = handler === breakpointHandler ? view.getUint16(at + decoded.original, true) : handler;
  const work = handlers[original] ?? special;
  const operand = view.getUint32(at + decoded.operand, true);
  const target = view.getUint32(at + decoded.target, true);
  return {
    slot,
    work,
    dst: registerOf(view.getUint16(at + decoded.dst, true)),
    src: operand < registersEnd ? registerOf(operand) : undefined,
    immediate: view.getInt32(at + decoded.constant, true),
    wide:
      work.kind === 'lddw' || work.kind === 'addr_space_cast'
        ? view.getBigUint64(at + decoded.constant, true)
        : 0n,
    off: view.getInt32(at + decoded.off, true),
    base: work.kind === 'lookup' ? 2 : registerOf(view.getUint32(at + decoded.address, true)),
    target: target === 0 ? undefined : machine.code.slotOfIp(target),
    next: slot + Math.max(1, view.getUint16(at + decoded.slots, true)),
  };
}

function registerOf(offset: number): number {
  return (offset - state.registers) / 8;
}
