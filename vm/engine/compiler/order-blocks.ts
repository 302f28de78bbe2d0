import { isReturnedTo, type BlockGraph } from './blocks.ts';

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
    for (const block of new FunctionOrder(graph, first, end).order()) order.push(block);
    first = end;
  }
  const position = new Int32Array(count);
  order.forEach((block, at) => {
    position[block] = at;
  });
  const edges = new Int32Array(2 * count);
  const placed = (block = none): number => (block < 0 ? none : (position[block] ?? none));
  order.forEach((block, at) => {
    edges[2 * at] = placed(graph.edges[2 * block]);
    edges[2 * at + 1] = placed(graph.edges[2 * block + 1]);
  });
  const pick = (flags: Uint8Array): Uint8Array => Uint8Array.from(order, (block) => flags[block] ?? 0);
  return {
    blocks: order.flatMap((block) => graph.blocks[block] ?? []),
    blockAt: graph.blockAt.map(placed),
    edges,
    entered: pick(graph.entered),
    functionStart: pick(graph.functionStart),
  };
}

const none = -1;

/** Blocks `first` to `end` - 1; all arrays are indexed by block - first. */
class FunctionOrder {
  readonly #first: number;
  /** Two for each block, as in the graph; `none` where they leave the function. */
  readonly #successors: Int32Array;
  /** Those of a block stand from its `#firstPredecessor` to that of the next. */
  readonly #predecessors: Int32Array;
  readonly #firstPredecessor: Int32Array;
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
    this.#successors = new Int32Array(2 * count);
    this.#firstPredecessor = new Int32Array(count + 1);
    for (let at = 0; at < 2 * count; at++) {
      const to = edgeBehind(graph, first + (at >> 1), at & 1) - first;
      const inside = to >= 0 && to < count;
      this.#successors[at] = inside ? to : none;
      if (inside) this.#firstPredecessor[to + 1] = (this.#firstPredecessor[to + 1] ?? 0) + 1;
    }
    for (let at = 0; at < count; at++)
      this.#firstPredecessor[at + 1] =
        (this.#firstPredecessor[at + 1] ?? 0) + (this.#firstPredecessor[at] ?? 0);
    this.#predecessors = new Int32Array(this.#firstPredecessor[count] ?? 0);
    const next = this.#firstPredecessor.slice();
    this.#successors.forEach((to, at) => {
      if (to === none) return;
      const place = next[to] ?? 0;
      this.#predecessors[place] = at >> 1;
      next[to] = place + 1;
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
      for (let at = this.#postorder.length - 1; at >= before; at--)
        this.#sequence.push(this.#postorder[at] ?? none);
    }
    for (let at = this.#visited.length - 1; at >= 0; at--) this.#findLoop(this.#visited[at] ?? 0);
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
      next[next.length - 1] = at + 1;
      if (at === 2) {
        this.#lastBelow[block] = this.#visited.length - 1;
        this.#postorder.push(block);
        path.pop();
        next.pop();
        continue;
      }
      const to = this.#successors[2 * block + at] ?? none;
      if (to === none || this.#number[to] !== none) continue;
      this.#enter(to);
      path.push(to);
      next.push(0);
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
    const work: number[] = [];
    for (const from of this.#before(header)) if (this.#isBelow(from, header)) work.push(this.#find(from));
    if (work.length === 0) return;
    const body = new Set<number>();
    for (let part = work.pop(); part !== undefined; part = work.pop()) {
      if (part === header || body.has(part)) continue;
      // Entered at more than one place: that is no loop here.
      if (!this.#isBelow(part, header)) return;
      body.add(part);
      for (const from of this.#before(part)) work.push(this.#find(from));
    }
    for (const part of body) {
      this.#loopOf[part] = header;
      this.#representative[part] = header;
    }
  }

  #before(block: number): Int32Array {
    return this.#predecessors.subarray(this.#firstPredecessor[block], this.#firstPredecessor[block + 1]);
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

/** The block that control reaches behind a block by a jump (`way` 0) or by going on, a return to it included (1). */
function edgeBehind({ blocks, blockAt, edges }: BlockGraph, index: number, way: number): number {
  const edge = edges[2 * index + way] ?? none;
  if (edge !== none || way === 0) return edge;
  const block = blocks[index];
  return block !== undefined && isReturnedTo(block) ? (blockAt[block.endSlot] ?? none) : none;
}
