import type { Instruction } from '../../isa/row.ts';

/** Where a jump or a call of a subprogram goes, in slots of the linked program. */
export function targetSlot({ row, off, imm }: Instruction, slot: number): number | undefined {
  const { semantics } = row;
  if (semantics.kind === 'jump' || semantics.kind === 'may_goto') return slot + 1 + off;
  if (semantics.kind === 'goto') return slot + 1 + (semantics.displacement === 'off' ? off : imm);
  if (semantics.kind === 'call' && semantics.target === 'subprogram') return slot + 1 + imm;
  return undefined;
}
