import type { Machine } from '../../machine/machine.ts';
import { buildMapFunctions, emittedMaps } from '../map-code/map-functions.ts';
import type { KnownTraversals } from '../map-code/traversal-code.ts';
import { buildTouches } from '../watch-code.ts';
import { FunctionBuilder } from '../wasm/function-builder.ts';
import { encodeModule } from '../wasm/module.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';
import { calledSlot, type BlockGraph } from './blocks.ts';
import { buildChunk } from './chunk.ts';
import {
  compilerImports,
  entryShift,
  leaveReason,
  type CodeTables,
  type CompileOptions,
} from './chunk-writer.ts';
import { cutChunks, mostBlocks, type BlockRange } from './chunks.ts';
import { findCallbackSites, likelyArguments, planChunk, type CallbackSites } from './flow.ts';
import { shapeChunk, type ChunkShape } from './loops.ts';
import { orderBlocks } from './order-blocks.ts';

const { i32 } = valueType;
const mostInlined = 3;

/** How a program is cut and where it can be entered: the same for all flavours of its code. */
export interface ProgramShape {
  readonly graph: BlockGraph;
  readonly chunks: readonly ChunkShape[];
  /** By slot: the entry code of the block that begins there, or `leaveReason.elsewhere`. */
  readonly entries: Int32Array<ArrayBuffer>;
}

export function shapeProgram(found: BlockGraph, chunkBlocks = mostBlocks): ProgramShape {
  const graph = orderBlocks(found);
  const ranges = cutChunks(graph, chunkBlocks);
  const entered = Uint8Array.from(graph.entered);
  for (const range of ranges) markCrossings(graph, range, entered);
  const chunks = ranges.map((range) => shapeChunk(graph, range, entered));
  const entries = new Int32Array(graph.blockAt.length).fill(leaveReason.elsewhere);
  chunks.forEach(({ range, entries: own }, chunk) => {
    own.forEach((isEntry, at) => {
      const slot = graph.blocks[range.first + at]?.firstSlot;
      if (isEntry === 1 && slot !== undefined) entries[slot] = (chunk << entryShift) + at;
    });
  });
  return { graph, chunks, entries };
}

/** Where control goes from one chunk to another, the other has to have an entry. */
function markCrossings(graph: BlockGraph, { first, last }: BlockRange, entered: Uint8Array): void {
  const { blocks, blockAt, edges } = graph;
  const mark = (to: number): void => {
    if (to >= 0 && (to < first || to > last)) entered[to] = 1;
  };
  for (let from = first; from <= last; from++) {
    mark(edges[2 * from] ?? -1);
    mark(edges[2 * from + 1] ?? -1);
    const block = blocks[from];
    const called = block && calledSlot(block);
    if (called !== undefined) mark(blockAt[called] ?? -1);
  }
}

/** The program as a WebAssembly module: `run(entry code)` executes from there and returns a `leaveReason`. */
export function buildProgramModule(
  machine: Machine,
  { graph, chunks, entries }: ProgramShape,
  tables: CodeTables,
  options: CompileOptions,
): Uint8Array<ArrayBuffer> {
  // Functions: the imports, the chunks, the driver, what looks at watched ranges, those of the maps.
  const touches = compilerImports.length + chunks.length + 1;
  const watching = options.watch === true ? [buildTouches()] : [];
  const maps = buildMapFunctions(machine, touches + watching.length, compilerImports.indexOf('callHelper'));
  const planContext = { machine, elide: options.elide, lookups: maps.lookups };
  const callbacks = findCallbackSites(machine, graph);
  const likely = likelyArguments(machine, graph, callbacks);
  const traversals = inlinedTraversals(machine, callbacks);
  const entryCode = (slot: number): number => entries[slot] ?? leaveReason.elsewhere;
  const functions = chunks.map((shape, chunk) => {
    const plan = planChunk(planContext, graph, shape, likely);
    const context = { machine, graph, shape, chunk, tables, options, plan, maps, traversals, touches };
    return buildChunk(context, entryCode);
  });
  return encodeModule({
    imports: compilerImports.map((name) => ({ name, parameters: [], results: [i32] })),
    functions: [...functions, buildDriver(), ...watching, ...maps.functions],
    exports: { run: functions.length },
    table: functions.map((_, index) => index),
  });
}

/** Every chunk has its own code for the traversals that the program is seen to make, a few of them. */
function inlinedTraversals(machine: Machine, { sites }: CallbackSites): KnownTraversals {
  const named = new Set(sites.map(({ map }) => map));
  const maps = emittedMaps(machine).filter(({ index }) => named.has(index));
  return { loop: named.has(undefined), maps: maps.slice(0, mostInlined) };
}

/** Calls the chunk of an entry code for as long as chunks return entry codes. */
function buildDriver(): FunctionBuilder {
  const f = new FunctionBuilder([i32], [i32]);
  const entry = 0;
  const next = f.loop();
  f.get(entry);
  f.i32((1 << entryShift) - 1);
  f.op(wasm.i32_and);
  f.get(entry);
  f.i32(entryShift);
  f.op(wasm.i32_shr_u);
  f.callIndirect();
  f.tee(entry);
  f.i32(0);
  f.op(wasm.i32_ge_s);
  f.brIf(next);
  f.end();
  f.get(entry);
  return f;
}
