import type { Kfunc } from '../../machine/helper.ts';
import { arenaKfuncs } from './arena.ts';
import { cpumaskKfuncs } from './cpumask.ts';
import { dynptrKfuncs } from './dynptr.ts';
import { dynptrByteKfuncs } from './dynptr-bytes.ts';
import { irqFlagKfuncs } from './irq-flags.ts';
import { iterBitsKfuncs } from './iter-bits.ts';
import { iterNumKfuncs } from './iter-num.ts';
import { listKfuncs } from './lists.ts';
import { objectKfuncs } from './objects.ts';
import { resSpinLockKfuncs } from './res-spin-lock.ts';
import { sectionKfuncs } from './sections.ts';
import { throwKfuncs } from './throw.ts';
import { treeKfuncs } from './trees.ts';
import { workQueueKfuncs } from './work-queue.ts';

const implemented: readonly Kfunc[] = [
  ...arenaKfuncs,
  ...cpumaskKfuncs,
  ...dynptrKfuncs,
  ...dynptrByteKfuncs,
  ...irqFlagKfuncs,
  ...iterBitsKfuncs,
  ...iterNumKfuncs,
  ...listKfuncs,
  ...objectKfuncs,
  ...resSpinLockKfuncs,
  ...sectionKfuncs,
  ...throwKfuncs,
  ...treeKfuncs,
  ...workQueueKfuncs,
];

/** Kernel functions by name. */
export const kfuncTable: { readonly kfuncs: ReadonlyMap<string, Kfunc> } = {
  kfuncs: new Map(implemented.map((kfunc) => [kfunc.name, kfunc])),
};
