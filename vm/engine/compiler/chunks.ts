import type { BlockGraph } from './blocks.ts';

/** Blocks that become one WebAssembly function: indices, both ends included. */
export interface BlockRange {
  readonly first: number;
  readonly last: number;
}

/** V8 optimises large functions late or never; the number also is what an entry code has room for. */
export const mostBlocks = 256;
const mostInstructions = 6000;

/** Cuts the program, at the borders of functions where they fit. */
export function cutChunks({ blocks, functionStart }: BlockGraph, most = mostBlocks): BlockRange[] {
  const chunks: BlockRange[] = [];
  let first = 0;
  let functionBegin = 0;
  let instructions = 0;
  let sinceFunction = 0;
  blocks.forEach((block, index) => {
    if (functionStart[index] === 1) {
      functionBegin = index;
      sinceFunction = 0;
    }
    const size = block.instructions.length;
    if (index - first >= most || (index > first && instructions + size > mostInstructions)) {
      const cut = functionBegin > first ? functionBegin : index;
      chunks.push({ first, last: cut - 1 });
      instructions = cut === index ? 0 : sinceFunction;
      first = cut;
    }
    instructions += size;
    sinceFunction += size;
  });
  if (blocks.length > 0) chunks.push({ first, last: blocks.length - 1 });
  return chunks;
}
