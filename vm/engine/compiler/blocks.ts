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
  /**
   * Two for each block: the block that it may jump to, and the one that it may run into; -1 for none. Calls of
   * subprograms, returns from them and exits aside.
   */
  readonly edges: Int32Array;
  /** 1 for blocks that control reaches by other ways than jumps: functions, return points. */
  readonly entered: Uint8Array;
  /** 1 for the first block of each function. */
  readonly functionStart: Uint8Array;
}

/** Longer runs of instructions are cut, so that a budget is never missed by much and functions stay small. */
export const longestBlock = 128;

const none = -1;

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
  const entered = new Uint8Array(blocks.length);
  const functionStart = new Uint8Array(blocks.length);
  const edges = new Int32Array(2 * blocks.length);
  blocks.forEach((block, index) => {
    const bits = marks[block.firstSlot] ?? 0;
    entered[index] = bits & enteredLeader ? 1 : 0;
    functionStart[index] = bits & functionLeader ? 1 : 0;
    edges[2 * index] = blockAt[jumpedSlot(block)] ?? none;
    edges[2 * index + 1] = runsOn(block) ? (blockAt[block.endSlot] ?? none) : none;
  });
  return { blocks, blockAt, edges, entered, functionStart };
}

/** Slot that a block may end by jumping to; -1: none. */
function jumpedSlot({ instructions }: Block): number {
  const last = instructions.at(-1);
  if (last === undefined) return none;
  switch (last.work.kind) {
    case 'jump':
    case 'may_goto':
    case 'goto':
      return last.target ?? none;
    default:
      return none;
  }
}

/** Whether control may go on behind the last instruction, not by a return to there. */
function runsOn({ instructions }: Block): boolean {
  const last = instructions.at(-1);
  if (last === undefined) return false;
  switch (last.work.kind) {
    case 'goto':
    case 'exit':
      return false;
    case 'call':
      return last.work.target === 'helper';
    default:
      return !isInterpreted(last.work);
  }
}

/** Whether the block ends by what comes back, by a frame, to the block behind it. */
export function isReturnedTo({ instructions }: Block): boolean {
  const last = instructions.at(-1);
  if (last === undefined) return false;
  return (last.work.kind === 'call' && last.work.target !== 'helper') || isInterpreted(last.work);
}

/** Slot of the subprogram that a block ends by calling. */
export function calledSlot({ instructions }: Block): number | undefined {
  const last = instructions.at(-1);
  return last?.work.kind === 'call' && last.work.target === 'subprogram' ? last.target : undefined;
}
