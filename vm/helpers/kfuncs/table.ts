import type { Kfunc } from '../../machine/helper.ts';
import { arenaKfuncs } from './arena.ts';
import { dynptrKfuncs } from './dynptr.ts';
import { iterNumKfuncs } from './iter-num.ts';
import { objectKfuncs } from './objects.ts';
import { sectionKfuncs } from './sections.ts';
import { throwKfuncs } from './throw.ts';
import { workQueueKfuncs } from './work-queue.ts';

const implemented: readonly Kfunc[] = [
  ...arenaKfuncs,
  ...dynptrKfuncs,
  ...iterNumKfuncs,
  ...objectKfuncs,
  ...sectionKfuncs,
  ...throwKfuncs,
  ...workQueueKfuncs,
];

/** Kernel functions by name. */
export const kfuncTable: { readonly kfuncs: ReadonlyMap<string, Kfunc> } = {
  kfuncs: new Map(implemented.map((kfunc) => [kfunc.name, kfunc])),
};
