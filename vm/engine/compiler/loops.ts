import { calledSlot, type BlockGraph } from './blocks.ts';
import type { BlockRange } from './chunks.ts';

/** A stretch of blocks that jumps back to its first one; loops lie within each other or apart. */
export interface Loop {
  readonly header: number;
  /** Last block. */
  end: number;
  parent: Loop | undefined;
  readonly children: Loop[];
  /** Its blocks can be entered one by one; otherwise it is entered at the header only. */
  dispatches: boolean;
}

/** How the blocks of a chunk become structured code. Arrays are indexed by block - range.first. */
export interface ChunkShape {
  readonly range: BlockRange;
  /** Outermost loops, ascending. */
  readonly loops: readonly Loop[];
  /** 1 for the blocks where the chunk can be entered. */
  readonly entries: Uint8Array;
  /** 1 for the blocks that a jump from further up goes to, over at least one block. */
  readonly jumpedTo: Uint8Array;
  /** Of entries: most cycles until the next entry begins or the chunk is left; there are no loops in between. */
  readonly paths: Int32Array;
}

/** A block that is not needed as an entry becomes one when this many instructions stand before it without one. */
const entryDistance = 32;

/** `entered`: 1 for blocks (of the whole program) that must be entries. */
export function shapeChunk(graph: BlockGraph, range: BlockRange, entered: Uint8Array): ChunkShape {
  const { first, last } = range;
  const count = last - first + 1;
  const loops = findLoops(graph, range);
  const innermost = new Array<Loop | undefined>(count).fill(undefined);
  loops.forEach((loop) => fillInnermost(loop, innermost, first));
  const needed = entered.slice(first, last + 1);
  const jumpedTo = new Uint8Array(count);
  const goForward = (from: number, to: number): void => {
    const loop = loopEntered(innermost[to - first], to);
    // A jump into the middle of a loop goes by dispatch.
    if (loop !== undefined && loop.header > from) needed[to - first] = 1;
    else jumpedTo[to - first] = 1;
  };
  for (let from = first; from <= last; from++) {
    for (let way = 0; way < 2; way++) {
      const to = targetOf(graph, range, from, way);
      if (to > from + 1) goForward(from, to);
    }
    const callee = calleeOf(graph, range, from);
    if (callee === undefined) continue;
    if (callee > from) goForward(from, callee);
    else needed[callee - first] = 1;
  }
  needed.forEach((need, at) => {
    const loop = need === 1 ? loopEntered(innermost[at], first + at) : undefined;
    if (loop !== undefined) loop.dispatches = true;
  });
  const entries = chooseEntries(graph, range, innermost, needed);
  return { range, loops, entries, jumpedTo, paths: longestPaths(graph, range, entries) };
}

function longestPaths(graph: BlockGraph, range: BlockRange, entries: Uint8Array): Int32Array {
  const paths = new Int32Array(entries.length);
  for (let block = range.last; block >= range.first; block--) {
    let longest = 0;
    for (let way = 0; way < 2; way++) {
      const to = targetOf(graph, range, block, way);
      const at = to - range.first;
      if (to >= 0 && entries[at] !== 1) longest = Math.max(longest, paths[at] ?? 0);
    }
    paths[block - range.first] = longest + (graph.blocks[block]?.instructions.length ?? 0);
  }
  return paths;
}

/** Block of the chunk that a block may jump to (`way` 0) or run into (1); -1: none. */
function targetOf({ edges }: BlockGraph, { first, last }: BlockRange, from: number, way: number): number {
  const to = edges[2 * from + way] ?? -1;
  return to >= first && to <= last ? to : -1;
}

function calleeOf({ blocks, blockAt }: BlockGraph, range: BlockRange, from: number): number | undefined {
  const block = blocks[from];
  const slot = block && calledSlot(block);
  const callee = slot === undefined ? -1 : (blockAt[slot] ?? -1);
  return callee >= range.first && callee <= range.last ? callee : undefined;
}

/** The innermost loop that has to be entered, not at its header, to reach a block. */
function loopEntered(innermost: Loop | undefined, block: number): Loop | undefined {
  return innermost?.header === block ? innermost.parent : innermost;
}

/** From the last header to the first: a loop swallows those that begin within it, and with them what it crosses. */
function findLoops(graph: BlockGraph, range: BlockRange): Loop[] {
  const ends = new Int32Array(range.last - range.first + 1).fill(-1);
  for (let from = range.first; from <= range.last; from++) {
    for (let way = 0; way < 2; way++) {
      const to = targetOf(graph, range, from, way);
      if (to >= 0 && to <= from) ends[to - range.first] = from;
    }
  }
  const open: Loop[] = [];
  for (let header = range.last; header >= range.first; header--) {
    const end = ends[header - range.first] ?? -1;
    if (end < 0) continue;
    const loop: Loop = { header, end, parent: undefined, children: [], dispatches: false };
    for (let next = open.at(-1); next !== undefined && next.header <= loop.end; next = open.at(-1)) {
      loop.end = Math.max(loop.end, next.end);
      next.parent = loop;
      loop.children.push(next);
      loop.dispatches = true;
      open.pop();
    }
    open.push(loop);
  }
  return open.reverse();
}

function fillInnermost(loop: Loop, innermost: (Loop | undefined)[], first: number): void {
  for (let block = loop.header; block <= loop.end; block++) innermost[block - first] = loop;
  for (const child of loop.children) fillInnermost(child, innermost, first);
}

function chooseEntries(
  { blocks, functionStart }: BlockGraph,
  { first, last }: BlockRange,
  innermost: readonly (Loop | undefined)[],
  needed: Uint8Array,
): Uint8Array {
  const entries = new Uint8Array(last - first + 1);
  let since = entryDistance;
  for (let block = first; block <= last; block++) {
    const at = block - first;
    const loop = innermost[at];
    const header = loop?.header === block;
    since += blocks[block - 1]?.instructions.length ?? 0;
    if (loop !== undefined && !header && !loop.dispatches) continue;
    const wanted = header || needed[at] === 1 || functionStart[block] === 1 || since >= entryDistance;
    if (!wanted) continue;
    entries[at] = 1;
    since = 0;
  }
  return entries;
}
