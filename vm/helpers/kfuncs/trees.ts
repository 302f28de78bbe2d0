import { outcome, type CallbackDriver, type Kfunc, type Outcome } from '../../machine/helper.ts';
import { frame } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { RedBlackTree } from '../../machine/red-black-tree.ts';
import { errno } from '../../maps/errno.ts';
import {
  beginNext,
  enterCallbacks,
  innermostRecord,
  leaveCallbacks,
  passField,
  takeReturn,
} from '../callbacks.ts';
import { isInLess, rbtreeAddId } from '../tree-callback.ts';
import {
  answerLent,
  answerOwned,
  dropNode,
  giveAway,
  lentNode,
  onGraph,
  ownedNode,
  withLinks,
  type GraphNode,
  type GraphRoot,
} from './graphs.ts';
import { forTypes, genericTypes } from './program-types.ts';

/** Red-black trees of objects of the program's own (kernel/bpf/helpers.c: bpf_rbtree_*). */

const addName = 'bpf_rbtree_add_impl';

/** In the frame of `less`: address of the root u64, whether only left turns were taken u32. */
const cursor = { root: frame.cursor, isFirst: frame.cursor + 8 } as const;

/**
 * bpf_rbtree_add_impl(root, node, less, meta, off): `less(node, other)` runs for each node on the way down from the
 * top, which goes left where it returns 1.
 */
function add(machine: Machine, root: GraphRoot): Outcome {
  const node = ownedNode(machine, root);
  if (node === undefined) return outcome.fault;
  const record = enterCallbacks(machine, { helper: rbtreeAddId, register: 3, context: undefined });
  if (record === undefined) return outcome.fault;
  const tree = new RedBlackTree(machine, root.address);
  const { top } = tree;
  const claimed = tree.claim(node.address);
  giveAway(machine, node);
  if (!claimed) return dropAdded(machine, node);
  if (top === 0n) {
    tree.insert(node.address, 0n, 'left', true);
    return leaveCallbacks(machine, 0);
  }
  const { view } = machine.memory;
  view.setBigUint64(record + cursor.root, root.address, true);
  view.setUint32(record + cursor.isFirst, 1, true);
  view.setBigUint64(record + frame.key, node.address, true);
  passNodes(machine, record, top);
  return outcome.reload;
}

function dropAdded(machine: Machine, node: GraphNode): Outcome {
  dropNode(machine, node);
  return leaveCallbacks(machine, -errno.EINVAL);
}

/** less(node, other) */
function passNodes(machine: Machine, record: number, other: bigint): void {
  machine.memory.view.setBigUint64(record + frame.value, other, true);
  machine.objects.lend(machine.objects.at(other)?.address ?? 0n);
  passField(machine, record, frame.key, 1);
  passField(machine, record, frame.value, 2);
}

function goDown(machine: Machine, record: number, less: boolean): Outcome {
  const { view } = machine.memory;
  const tree = new RedBlackTree(machine, view.getBigUint64(record + cursor.root, true));
  const node = view.getBigUint64(record + frame.key, true);
  const parent = view.getBigUint64(record + frame.value, true);
  const side = less ? 'left' : 'right';
  if (!less) view.setUint32(record + cursor.isFirst, 0, true);
  const below = tree.child(parent, side);
  if (below !== 0n) {
    passNodes(machine, record, below);
    return beginNext(machine, record, view.getUint32(record + frame.visited, true));
  }
  tree.insert(node, parent, side, view.getUint32(record + cursor.isFirst, true) === 1);
  return leaveCallbacks(machine, 0);
}

const less: CallbackDriver = {
  parameters: 2,
  onReturn: (machine) => {
    const record = innermostRecord(machine);
    const returned = takeReturn(machine, record);
    return returned < 0 ? outcome.fault : withLinks(machine, () => goDown(machine, record, returned === 1));
  },
};

/** The kfuncs that take a node which is in the tree: NULL where it is in none, or in another one. */
function ofNode(
  name: string,
  answer: (machine: Machine, tree: RedBlackTree, node: bigint) => Outcome,
): Kfunc {
  const call = (machine: Machine, root: GraphRoot): Outcome => {
    const node = lentNode(machine, root, name);
    if (node === undefined) return outcome.fault;
    if (isInLess(machine) && machine.refuse(`${name} not allowed in rbtree cb`)) return outcome.fault;
    const tree = new RedBlackTree(machine, root.address);
    return tree.owns(node.address) ? answer(machine, tree, node.address) : machine.answer(0);
  };
  return { name, call: onGraph('bpf_rb_root', call) };
}

function ofRoot(name: string, node: (tree: RedBlackTree) => bigint): Kfunc {
  const call = (machine: Machine, { address }: GraphRoot): Outcome =>
    answerLent(machine, node(new RedBlackTree(machine, address)));
  return { name, call: onGraph('bpf_rb_root', call) };
}

/** bpf_rbtree_remove(root, node): the node is the program's again. */
function remove(machine: Machine, tree: RedBlackTree, node: bigint): Outcome {
  tree.remove(node);
  return answerOwned(machine, node);
}

export const treeKfuncs: readonly Kfunc[] = forTypes(genericTypes, [
  { name: addName, call: onGraph('bpf_rb_root', add), callback: { ...less, id: rbtreeAddId } },
  ofNode('bpf_rbtree_remove', remove),
  ofRoot('bpf_rbtree_first', (tree) => tree.first),
  ofRoot('bpf_rbtree_root', (tree) => tree.top),
  ofNode('bpf_rbtree_left', (machine, tree, node) => answerLent(machine, tree.child(node, 'left'))),
  ofNode('bpf_rbtree_right', (machine, tree, node) => answerLent(machine, tree.child(node, 'right'))),
]);
