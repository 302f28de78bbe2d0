import { outcome, type Kfunc, type Outcome } from '../../machine/helper.ts';
import { addToList, endOfList, takeFromList, type End } from '../../machine/linked-list.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { answerLent, answerOwned, dropNode, giveAway, onGraph, ownedNode, type GraphRoot } from './graphs.ts';
import { forTypes, genericTypes } from './program-types.ts';

/** Lists of objects of the program's own (kernel/bpf/helpers.c: bpf_list_*). */

/** bpf_list_push_front_impl and bpf_list_push_back_impl(head, node, meta, off) */
function push(machine: Machine, root: GraphRoot, end: End): Outcome {
  const node = ownedNode(machine, root);
  if (node === undefined) return outcome.fault;
  const added = addToList(machine, node.address, root.address, end);
  giveAway(machine, node);
  if (!added) dropNode(machine, node);
  return machine.answer(added ? 0 : -errno.EINVAL);
}

/** The functions for one end. */
function atEnd(end: End): readonly Kfunc[] {
  const kfunc = (name: string, call: (machine: Machine, root: GraphRoot) => Outcome): Kfunc => ({
    name,
    call: onGraph('bpf_list_head', call),
  });
  return [
    kfunc(`bpf_list_push_${end}_impl`, (machine, root) => push(machine, root, end)),
    kfunc(`bpf_list_pop_${end}`, (machine, root) =>
      answerOwned(machine, takeFromList(machine, root.address, end)),
    ),
    kfunc(`bpf_list_${end}`, (machine, root) => answerLent(machine, endOfList(machine, root.address, end))),
  ];
}

export const listKfuncs: readonly Kfunc[] = forTypes(genericTypes, [...atEnd('front'), ...atEnd('back')]);
