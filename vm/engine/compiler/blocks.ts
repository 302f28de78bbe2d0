import type { Machine } from '../../machine/machine.ts';
import { isInterpreted, readInstruction, type CodeInstruction } from './instructions.ts';

/** Instructions that are entered only at the first and left only at the last, faults and helpers' moves aside. */
export interface Block {
  readonly instructions: readonly CodeInstruction[];
  readonly firstSlot: number;
  /** Slot behind the last instruction. */
  readonly endSlot: number;
}

/** The program's blocks, in the order of their slots. */
export interface BlockGraph {
  readonly blocks: readonly Block[];
  /** Index of the block that begins at a slot; -1 where none does. */
  readonly blockAt: Int32Array;
  /** 1 for blocks that control reaches by other ways than jumps: functions, return points. */
  readonly entered: Uint8Array;
  /** 1 for the first block of each function. */
  readonly functionStart: Uint8Array;
}

/** Longer runs of instructions are cut, so that a budget is never missed by much and functions stay small. */
export const longestBlock = 128;

const leader = 1;
const enteredLeader = 2;
const functionLeader = 4;

export function findBlocks(machine: Machine): BlockGraph {
  const slots = machine.program.code.length / 8;
  const marks = new Uint8Array(slots + 1);
  const instructions: CodeInstruction[] = [];
  for (const { firstSlot } of machine.program.sections) marks[firstSlot] = leader | functionLeader;
  for (const { firstSlot } of machine.program.functions)
    mark(marks, firstSlot, enteredLeader | functionLeader);
  for (let slot = 0; slot < slots;) {
    const instruction = readInstruction(machine, slot);
    instructions.push(instruction);
    markLeaders(machine, marks, instruction);
    slot = instruction.next;
  }
  return cutBlocks(slots, instructions, marks);
}

function mark(marks: Uint8Array, slot: number, bits: number): void {
  if (slot < marks.length) marks[slot] = (marks[slot] ?? 0) | leader | bits;
}

function markLeaders(machine: Machine, marks: Uint8Array, instruction: CodeInstruction): void {
  const { work, target, next } = instruction;
  switch (work.kind) {
    case 'jump':
    case 'may_goto':
    case 'goto':
      if (target !== undefined) mark(marks, target, 0);
      mark(marks, next, 0);
      break;
    case 'call':
      if (work.target === 'subprogram') {
        if (target !== undefined) mark(marks, target, enteredLeader | functionLeader);
        mark(marks, next, enteredLeader);
      } else if (movesControl(machine, instruction)) {
        mark(marks, next, enteredLeader);
      }
      break;
    case 'exit':
      mark(marks, next, 0);
      break;
    case 'lddw': {
      const callback =
        instruction.wide >> 32n === 0n ? undefined : machine.code.slotOfAddress(instruction.wide);
      if (callback !== undefined) mark(marks, callback, enteredLeader | functionLeader);
      break;
    }
    default:
      if (isInterpreted(work)) mark(marks, next, enteredLeader);
  }
}

/** A call of a helper that runs callbacks, or another program: control comes back by a frame, or not at all. */
export function movesControl(machine: Machine, { work, immediate }: CodeInstruction): boolean {
  if (work.kind !== 'call' || work.target !== 'helper') return false;
  const helper = machine.helpers.helpers.get(immediate);
  return helper?.callback !== undefined || helper?.movesControl === true;
}

function cutBlocks(slots: number, instructions: readonly CodeInstruction[], marks: Uint8Array): BlockGraph {
  const blocks: Block[] = [];
  const blockAt = new Int32Array(slots + 1).fill(-1);
  let current: CodeInstruction[] = [];
  const close = (): void => {
    const [first] = current;
    const last = current.at(-1);
    if (first === undefined || last === undefined) return;
    blockAt[first.slot] = blocks.length;
    blocks.push({ instructions: current, firstSlot: first.slot, endSlot: last.next });
    current = [];
  };
  for (const instruction of instructions) {
    if (marks[instruction.slot] !== 0 || current.length === longestBlock) close();
    current.push(instruction);
  }
  close();
  const entered = Uint8Array.from(blocks, ({ firstSlot }) =>
    (marks[firstSlot] ?? 0) & enteredLeader ? 1 : 0,
  );
  const functionStart = Uint8Array.from(blocks, ({ firstSlot }) =>
    (marks[firstSlot] ?? 0) & functionLeader ? 1 : 0,
  );
  return { blocks, blockAt, entered, functionStart };
}
