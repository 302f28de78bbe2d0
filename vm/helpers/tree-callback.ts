import { frame } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';

/** What the frames of `less` that bpf_rbtree_add_impl runs have as their helper: no helper has the number. */
export const rbtreeAddId = 0x10000;

/** Whether a `less` runs, in which neither trees nor locks can be changed. */
export function isInLess({ frames, memory }: Machine): boolean {
  for (let { depth } = frames; depth > 0; depth--) {
    const helper = memory.view.getUint32(frames.record(depth) + frame.helper, true);
    if (helper === rbtreeAddId && frames.kindOf(depth) === 'callback') return true;
  }
  return false;
}
