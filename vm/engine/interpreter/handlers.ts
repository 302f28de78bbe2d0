import { instructionTable } from '../../isa/table.ts';
import type { InstructionRow, Semantics } from '../../isa/row.ts';
import { mapHelperNames, mapHelpers, type MapHelper } from '../map-code/map-functions.ts';

/**
 * The interpreter's handlers: one for all instructions that differ only in where their second operand comes from, so
 * that every row of the instruction table has one. A breakpoint and what JavaScript performs are handlers too.
 */
export type HandlerWork = Semantics | { readonly kind: 'breakpoint' | 'special' | MapHelper };

/** Instructions that are rare, or only end in a fault: `special.ts` performs them. */
const special: HandlerWork = { kind: 'special' };

function workOf({ semantics }: InstructionRow): HandlerWork {
  switch (semantics.kind) {
    case 'packet_load':
      return special;
    case 'call':
      return semantics.target === 'kfunc' || semantics.target === 'register' ? special : semantics;
    default:
      return semantics;
  }
}

/** What two rows have in common that share a handler. */
function keyOf(work: HandlerWork): string {
  if (work.kind === 'lddw') return 'lddw';
  if (work.kind === 'goto') return 'goto';
  return Object.entries(work)
    .filter(([name]) => name !== 'operand')
    .map(([name, value]) => `${name}=${String(value)}`)
    .join();
}

const works = new Map<string, HandlerWork>();
const handlerOfRow: number[] = [];

function indexOfWork(work: HandlerWork): number {
  const key = keyOf(work);
  if (!works.has(key)) works.set(key, work);
  return [...works.keys()].indexOf(key);
}

/** Number 0, so that memory which holds no decoded instruction does not count as one. */
export const specialHandler = indexOfWork(special);
export const breakpointHandler = indexOfWork({ kind: 'breakpoint' });
/** By number of the helper. */
const mapHandlers = new Map<number, number>(
  mapHelperNames.map((kind) => [mapHelpers[kind], indexOfWork({ kind })]),
);
for (const row of instructionTable) handlerOfRow[row.id] = indexOfWork(workOf(row));

/** In the order of their numbers. */
export const handlers: readonly HandlerWork[] = [...works.values()];

/** `helper`: the number that a call names. */
export function handlerOf(row: InstructionRow, helper = 0): number {
  const { semantics } = row;
  const own =
    semantics.kind === 'call' && semantics.target === 'helper' ? mapHandlers.get(helper) : undefined;
  return own ?? handlerOfRow[row.id] ?? specialHandler;
}
