import { raise } from '../base/problem.ts';
import { maximumRegions } from '../memory/regions.ts';
import type { Machine } from './machine.ts';
import { pointerPoison, readPointer, writePointer } from './pointers.ts';

/**
 * Red-black trees as lib/rbtree.c builds them, since programs see their shape. A root (struct rb_root_cached): topmost
 * node, leftmost node. A node (struct bpf_rb_node_kern): parent with the color in bit 0 (black = 1), right, left, owner;
 * 8 bytes each. All functions raise `broken-links`.
 */
const leftmost = 8n;
const offsets = { right: 8n, left: 16n, owner: 24n } as const;

export type Side = 'left' | 'right';

function other(side: Side): Side {
  return side === 'left' ? 'right' : 'left';
}

/** Many more than any tree of the machine needs for one node. */
const mostSteps = 10_000;

const black = 1n;
const red = 0n;

/** One tree of a machine, for one operation: the root's address, and the ways from node to node; 0n is no node. */
export class RedBlackTree {
  readonly #machine: Machine;
  readonly #root: bigint;
  #steps = 0;

  constructor(machine: Machine, root: bigint) {
    this.#machine = machine;
    this.#root = root;
  }

  get top(): bigint {
    return readPointer(this.#machine, this.#root);
  }

  get first(): bigint {
    return readPointer(this.#machine, this.#root + leftmost);
  }

  child(node: bigint, side: Side): bigint {
    return readPointer(this.#machine, node + offsets[side]);
  }

  #setChild(node: bigint, side: Side, child: bigint): void {
    writePointer(this.#machine, node + offsets[side], child);
  }

  #link(node: bigint): bigint {
    if (++this.#steps > mostSteps) raise('broken-links', 'a tree goes round in circles');
    return readPointer(this.#machine, node);
  }

  #setLink(node: bigint, parent: bigint, color: bigint): void {
    writePointer(this.#machine, node, parent | color);
  }

  #parent(node: bigint): bigint {
    return this.#link(node) & ~3n;
  }

  #isBlack(node: bigint): boolean {
    return node === 0n || (this.#link(node) & black) !== 0n;
  }

  owns(node: bigint): boolean {
    return readPointer(this.#machine, node + offsets.owner) === this.#root;
  }

  /** A node that is in no tree is about to be added to this one; false where it is in one. */
  claim(node: bigint): boolean {
    if (readPointer(this.#machine, node + offsets.owner) !== 0n) return false;
    writePointer(this.#machine, node + offsets.owner, pointerPoison);
    return true;
  }

  /** Adds a claimed node below `parent`, 0n in an empty tree; `isFirst`: it is the leftmost. */
  insert(node: bigint, parent: bigint, side: Side, isFirst: boolean): void {
    this.#setLink(node, parent, red);
    this.#setChild(node, 'left', 0n);
    this.#setChild(node, 'right', 0n);
    if (parent === 0n) writePointer(this.#machine, this.#root, node);
    else this.#setChild(parent, side, node);
    if (isFirst) writePointer(this.#machine, this.#root + leftmost, node);
    this.#balanceAdded(node);
    writePointer(this.#machine, node + offsets.owner, this.#root);
  }

  /** `now` takes the place of `old` below `parent`. */
  #replaceChild(old: bigint, now: bigint, parent: bigint): void {
    if (parent === 0n) writePointer(this.#machine, this.#root, now);
    else this.#setChild(parent, this.child(parent, 'left') === old ? 'left' : 'right', now);
  }

  /** Moves `parent` down to `side`; its child of the other side takes its place and color, it gets `color`. */
  #rotate(parent: bigint, side: Side, color: bigint): void {
    const up = this.child(parent, other(side));
    const inner = this.child(up, side);
    const link = this.#link(parent);
    this.#setChild(parent, other(side), inner);
    if (inner !== 0n) this.#setLink(inner, parent, this.#link(inner) & black);
    this.#setChild(up, side, parent);
    writePointer(this.#machine, up, link);
    this.#setLink(parent, up, color);
    this.#replaceChild(parent, up, link & ~3n);
  }

  #setColor(node: bigint, color: bigint): void {
    this.#setLink(node, this.#parent(node), color);
  }

  /** __rb_insert: `node` is red, and so may its parent be. */
  #balanceAdded(added: bigint): void {
    let node = added;
    for (;;) {
      const parent = this.#parent(node);
      if (parent === 0n) {
        this.#setLink(node, 0n, black);
        return;
      }
      if (this.#isBlack(parent)) return;
      const grandparent = this.#parent(parent);
      const side: Side = this.child(grandparent, 'left') === parent ? 'left' : 'right';
      const uncle = this.child(grandparent, other(side));
      if (this.#isBlack(uncle)) {
        if (this.child(parent, other(side)) === node) this.#rotate(parent, side, red);
        this.#rotate(grandparent, other(side), red);
        return;
      }
      this.#setColor(uncle, black);
      this.#setColor(parent, black);
      this.#setColor(grandparent, red);
      node = grandparent;
    }
  }

  /** Takes a node of this tree out of it (rb_erase_cached, RB_CLEAR_NODE). */
  remove(node: bigint): void {
    if (this.first === node) writePointer(this.#machine, this.#root + leftmost, this.#next(node));
    const short = this.#unlink(node);
    if (short !== undefined) this.#balanceRemoved(short.parent, short.side);
    writePointer(this.#machine, node, node);
    writePointer(this.#machine, node + offsets.owner, 0n);
  }

  /** The node after the leftmost one. */
  #next(node: bigint): bigint {
    const right = this.child(node, 'right');
    return right === 0n ? this.#parent(node) : this.#leftmostBelow(right);
  }

  #leftmostBelow(node: bigint): bigint {
    let at = node;
    for (let left = this.child(at, 'left'), steps = 0; left !== 0n; left = this.child(at, 'left')) {
      if (++steps > maximumRegions) raise('broken-links', 'a tree has no end');
      at = left;
    }
    return at;
  }

  #sideOf(node: bigint, parent: bigint): Side {
    return parent !== 0n && this.child(parent, 'left') === node ? 'left' : 'right';
  }

  /** __rb_erase_augmented; where paths are short of a black node now: below which node and on which side. */
  #unlink(node: bigint): { readonly parent: bigint; readonly side: Side } | undefined {
    const link = this.#link(node);
    const parent = link & ~3n;
    const [left, right] = [this.child(node, 'left'), this.child(node, 'right')];
    if (left !== 0n && right !== 0n) return this.#unlinkInner(node, left, right);
    const only = left === 0n ? right : left;
    const side = this.#sideOf(node, parent);
    this.#replaceChild(node, only, parent);
    if (only !== 0n) {
      writePointer(this.#machine, only, link);
      return undefined;
    }
    return (link & black) !== 0n && parent !== 0n ? { parent, side } : undefined;
  }

  /** The successor of a node with two children takes its place. */
  #unlinkInner(
    node: bigint,
    left: bigint,
    right: bigint,
  ): { readonly parent: bigint; readonly side: Side } | undefined {
    const link = this.#link(node);
    const successor = this.#leftmostBelow(right);
    const wasBlack = this.#isBlack(successor);
    const below = this.child(successor, 'right');
    let parent = successor;
    let side: Side = 'right';
    if (successor !== right) {
      parent = this.#parent(successor);
      side = 'left';
      this.#setChild(parent, 'left', below);
      this.#setChild(successor, 'right', right);
      this.#setLink(right, successor, this.#link(right) & black);
    }
    this.#setChild(successor, 'left', left);
    this.#setLink(left, successor, this.#link(left) & black);
    this.#replaceChild(node, successor, link & ~3n);
    writePointer(this.#machine, successor, link);
    if (below !== 0n) {
      this.#setLink(below, parent, black);
      return undefined;
    }
    return wasBlack ? { parent, side } : undefined;
  }

  /** ____rb_erase_color: paths through that side of `parent` have one black node too few. */
  #balanceRemoved(shortParent: bigint, shortSide: Side): void {
    let [parent, side] = [shortParent, shortSide];
    for (;;) {
      const far = other(side);
      let sibling = this.child(parent, far);
      if (!this.#isBlack(sibling)) {
        this.#rotate(parent, side, red);
        sibling = this.child(parent, far);
      }
      if (this.#isBlack(this.child(sibling, far))) {
        if (this.#isBlack(this.child(sibling, side))) {
          this.#setColor(sibling, red);
          if (!this.#isBlack(parent)) {
            this.#setColor(parent, black);
            return;
          }
          const above = this.#parent(parent);
          if (above === 0n) return;
          side = this.#sideOf(parent, above);
          parent = above;
          continue;
        }
        this.#rotate(sibling, far, red);
        sibling = this.child(parent, far);
      }
      this.#setColor(this.child(sibling, far), black);
      this.#rotate(parent, side, black);
      return;
    }
  }
}

/** Empties the tree whose root is at a linear offset; its nodes, which keep their links, children before parents (bpf_rb_root_free). */
export function drainTree(machine: Machine, root: number): bigint[] {
  const { view } = machine.memory;
  const nodes: bigint[] = [];
  const waiting = [view.getBigUint64(root, true)];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node === 0n) continue;
    if (nodes.length === maximumRegions) raise('broken-links', 'a tree has no end');
    nodes.push(node);
    const [left, right] = [node + offsets.left, node + offsets.right];
    waiting.push(readPointer(machine, left), readPointer(machine, right));
  }
  view.setBigUint64(root, 0n, true);
  view.setBigUint64(root + Number(leftmost), 0n, true);
  return nodes.reverse();
}

/** The links of a node that is in no tree (RB_CLEAR_NODE). */
export function clearNode(machine: Machine, node: bigint): void {
  writePointer(machine, node, node);
}
