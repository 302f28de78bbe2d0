import type { BlockGraph } from './blocks.ts';
import { isInterpreted } from './instructions.ts';
import { successors } from './chunks.ts';

/**
 * The blocks of each function in an order in which control goes forward, but for the jumps back to where a loop is
 * entered, and in which each loop stands in one piece: reverse postorder, loops drawn together. Compilers lay code out
 * otherwise: they jump into the middle of loops, and share ends of ways by jumping back.
 */
export function orderBlocks(graph: BlockGraph): BlockGraph {
  const count = graph.blocks.length;
  const order: number[] = [];
  for (let first = 0; first < count;) {
    let end = first + 1;
    while (end < count && graph.functionStart[end] !== 1) end++;
    order.push(...new FunctionOrder(graph, first, end).order());
    first = end;
  }
  const position = new Int32Array(count);
  order.forEach((block, at) => {
    position[block] = at;
  });
  const pick = (flags: Uint8Array): Uint8Array => Uint8Array.from(order, (block) => flags[block] ?? 0);
  return {
    blocks: order.flatMap((block) => graph.blocks[block] ?? []),
    blockAt: graph.blockAt.map((block) => (block < 0 ? block : (position[block] ?? -1))),
    entered: pick(graph.entered),
    functionStart: pick(graph.functionStart),
  };
}

const none = -1;

/** Blocks `first` to `end` - 1; all arrays are indexed by block - first. */
class FunctionOrder {
  readonly #first: number;
  readonly #successors: number[][];
  readonly #predecessors: number[][];
  /** Number in the depth-first search, and the highest number below a block in its tree. */
  readonly #number: Int32Array;
  readonly #lastBelow: Int32Array;
  /** Blocks by number. */
  readonly #visited: number[] = [];
  readonly #postorder: number[] = [];
  /** Reverse postorder of what each root reaches. */
  readonly #sequence: number[] = [];
  /** Header of the innermost loop that a block, or a loop by its header, is in. */
  readonly #loopOf: Int32Array;
  /** Loops swallowed so far, as sets whose representative is the header. */
  readonly #representative: Int32Array;

  constructor(graph: BlockGraph, first: number, end: number) {
    this.#first = first;
    const count = end - first;
    this.#successors = Array.from({ length: count }, (_, at) =>
      slotsBehind(graph, first + at)
        .map((slot) => (graph.blockAt[slot] ?? none) - first)
        .filter((to) => to >= 0 && to < count),
    );
    this.#predecessors = Array.from({ length: count }, () => []);
    this.#successors.forEach((targets, from) => {
      for (const to of targets) this.#predecessors[to]?.push(from);
    });
    this.#number = new Int32Array(count).fill(none);
    this.#lastBelow = new Int32Array(count);
    this.#loopOf = new Int32Array(count).fill(none);
    this.#representative = Int32Array.from({ length: count }, (_, at) => at);
  }

  order(): number[] {
    for (let root = 0; root < this.#number.length; root++) {
      if (this.#number[root] !== none) continue;
      const before = this.#postorder.length;
      this.#search(root);
      this.#sequence.push(...this.#postorder.slice(before).reverse());
    }
    for (const header of this.#visited.toReversed()) this.#findLoop(header);
    return this.#drawTogether();
  }

  /** Depth first; what follows in the code last, so that it comes next in the order. */
  #search(root: number): void {
    const path = [root];
    const next = [0];
    this.#enter(root);
    while (path.length > 0) {
      const block = path.at(-1) ?? 0;
      const at = next[next.length - 1] ?? 0;
      const to = this.#successors[block]?.[at];
      next[next.length - 1] = at + 1;
      if (to === undefined) {
        this.#lastBelow[block] = this.#visited.length - 1;
        this.#postorder.push(block);
        path.pop();
        next.pop();
      } else if (this.#number[to] === none) {
        this.#enter(to);
        path.push(to);
        next.push(0);
      }
    }
  }

  #enter(block: number): void {
    this.#number[block] = this.#visited.push(block) - 1;
  }

  #isBelow(block: number, header: number): boolean {
    const number = this.#number[block] ?? none;
    return number >= (this.#number[header] ?? 0) && number <= (this.#lastBelow[header] ?? 0);
  }

  /** The loop that is entered at `header`, if it is one; loops in it were found before. (Tarjan's intervals.) */
  #findLoop(header: number): void {
    const isEnd = (from: number): boolean => this.#isBelow(from, header);
    const work = (this.#predecessors[header] ?? []).filter(isEnd).map((from) => this.#find(from));
    const body = new Set<number>();
    for (let part = work.pop(); part !== undefined; part = work.pop()) {
      if (part === header || body.has(part)) continue;
      // Entered at more than one place: that is no loop here.
      if (!this.#isBelow(part, header)) return;
      body.add(part);
      for (const from of this.#predecessors[part] ?? []) work.push(this.#find(from));
    }
    for (const part of body) {
      this.#loopOf[part] = header;
      this.#representative[part] = header;
    }
  }

  #find(block: number): number {
    let root = block;
    for (let up = this.#representative[root] ?? root; up !== root; up = this.#representative[root] ?? root)
      root = up;
    for (let at = block; at !== root;) {
      const up = this.#representative[at] ?? root;
      this.#representative[at] = root;
      at = up;
    }
    return root;
  }

  #drawTogether(): number[] {
    const outside: number[] = [];
    const inside = new Map<number, number[]>();
    for (const block of this.#sequence) {
      const loop = this.#loopOf[block] ?? none;
      const parts = inside.get(loop);
      if (loop === none) outside.push(block);
      else if (parts === undefined) inside.set(loop, [block]);
      else parts.push(block);
    }
    const order: number[] = [];
    const open = [...outside].reverse();
    for (let block = open.pop(); block !== undefined; block = open.pop()) {
      order.push(block + this.#first);
      for (const part of (inside.get(block) ?? []).toReversed()) open.push(part);
    }
    return order;
  }
}

/** Slots of the blocks that control reaches behind a block, returns to it included; what comes next in the code last. */
function slotsBehind(graph: BlockGraph, index: number): number[] {
  const block = graph.blocks[index];
  const last = block?.instructions.at(-1);
  if (block === undefined || last === undefined) return [];
  const returns = (last.work.kind === 'call' && last.work.target !== 'helper') || isInterpreted(last.work);
  return returns ? [block.endSlot] : successors(block);
}
