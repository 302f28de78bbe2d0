import type { Outcome } from '../../machine/helper.ts';
import { outcome } from '../../machine/helper.ts';
import { regionTable, state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { maximumRegions, regionKinds, regionRow } from '../../memory/regions.ts';
import { pushRowField } from '../region-access.ts';
import { callHelper } from '../special.ts';
import { FunctionBuilder } from '../wasm/function-builder.ts';
import { encodeModule } from '../wasm/module.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';
import { longestKey } from './hash-code.ts';
import { buildLookup } from './lookup-code.ts';
import { buildStep, type TraversedMap } from './traversal-code.ts';

const { i32 } = valueType;

/** bpf_map_lookup_elem */
export const lookupHelper = 1;

/** (linear offset of a readable key) -> address of its value, 0 where there is none. */
export type MapLookup = (key: number) => bigint;

/**
 * What programs do most with maps, as WebAssembly for one machine's maps: looking an element up, and moving from one
 * callback to the next. Both engines call it; everything else, and every fault, is the helpers' in JavaScript.
 */
export interface MapCode {
  /** The call of bpf_map_lookup_elem where the machine stands, as `callHelper`. */
  readonly lookup: () => Outcome;
  /** See `buildStep`. */
  readonly step: () => number;
  /** By index of the map, of those whose elements can be looked up so. */
  readonly lookups: ReadonlyMap<number, MapLookup>;
}

export function createMapCode(machine: Machine): MapCode {
  const maps = emittedMaps(machine);
  const module = new WebAssembly.Module(buildMapModule(machine, maps));
  const host = { memory: machine.memory.memory, callHelper: () => callHelper(machine) };
  const { exports } = new WebAssembly.Instance(module, { host });
  return {
    // The module is ours: these are its exports, with these signatures.
    lookup: exports['lookup'] as MapCode['lookup'],
    step: exports['step'] as MapCode['step'],
    lookups: new Map(maps.map(({ index }) => [index, exports[`lookup${index}`] as MapLookup])),
  };
}

/** Maps whose layout the code knows what to do with. */
export function emittedMaps(machine: Machine): TraversedMap[] {
  return machine.maps.flatMap(({ index, address, layout }) =>
    layout === undefined || (layout.kind === 'hash' && layout.keySize > longestKey)
      ? []
      : [{ index, address, layout }],
  );
}

/** Exports `lookup`, `step` and `lookupN` for each map. */
export function buildMapModule(machine: Machine, maps: readonly TraversedMap[]): Uint8Array<ArrayBuffer> {
  const lookups = maps.map(({ layout }) => buildLookup(layout));
  const readable = lookups.length + 1;
  const functions = [
    ...lookups,
    buildStep(maps),
    buildReadable(),
    // Function indices begin with the import.
    buildAnyLookup(machine, maps, { lookups: 1, readable: readable + 1 }),
  ];
  return encodeModule({
    imports: [{ name: 'callHelper', parameters: [], results: [i32] }],
    functions,
    exports: {
      step: lookups.length,
      lookup: readable + 1,
      ...Object.fromEntries(maps.map(({ index }, at) => [`lookup${index}`, at])),
    },
  });
}

/** (size: i32) -> linear offset of that many readable bytes at the address in r2; -1 where they are not. */
function buildReadable(): FunctionBuilder {
  const f = new FunctionBuilder([i32], [i32]);
  const size = 0;
  const row = f.local(i32);
  const offset = f.local(i32);
  const at = state.registers + 16;
  const refused = f.block();
  pushRowOf(f, at, row, () => f.brIf(refused));
  pushState(f, at);
  pushRowField(f, row, regionRow.start);
  f.op(wasm.i32_sub);
  f.tee(offset);
  pushRowField(f, row, regionRow.size);
  f.op(wasm.i32_ge_u);
  f.brIf(refused);
  f.get(offset);
  pushRowField(f, row, regionRow.slotMask);
  f.op(wasm.i32_and);
  f.get(size);
  f.op(wasm.i32_add);
  pushRowField(f, row, regionRow.readLimit);
  f.op(wasm.i32_gt_u);
  f.brIf(refused);
  pushRowField(f, row, regionRow.base);
  f.get(offset);
  f.op(wasm.i32_add, wasm.return);
  f.end();
  f.i32(-1);
  return f;
}

/** () -> outcome: finds out what r1 and r2 of the state block are; the host's helper where they are nothing usual. */
function buildAnyLookup(
  machine: Machine,
  maps: readonly TraversedMap[],
  functions: { readonly lookups: number; readonly readable: number },
): FunctionBuilder {
  const f = new FunctionBuilder([], [i32]);
  const row = f.local(i32);
  const key = f.local(i32);
  const at = state.registers + 8;
  const host = f.block();
  pushRowOf(f, at, row, () => f.brIf(host));
  f.get(row);
  f.memory(wasm.i32_load16_u, regionTable + regionRow.kind);
  f.i32(regionKinds.indexOf('map'));
  f.op(wasm.i32_ne);
  f.brIf(host);
  pushState(f, at);
  pushRowField(f, row, regionRow.start);
  f.op(wasm.i32_ne);
  f.brIf(host);
  maps.forEach(({ index }, which) => {
    f.get(row);
    f.memory(wasm.i32_load16_u, regionTable + regionRow.owner);
    f.i32(index);
    f.op(wasm.i32_eq);
    f.if();
    f.i32(machine.maps[index]?.linked.definition.keySize ?? 0);
    f.call(functions.readable);
    f.tee(key);
    f.i32(-1);
    f.op(wasm.i32_eq);
    f.brIf(host);
    f.i32(0);
    f.get(key);
    f.call(functions.lookups + which);
    f.memory(wasm.i64_store, state.registers);
    f.i32(outcome.next);
    f.op(wasm.return);
    f.end();
  });
  f.end();
  f.call(0);
  return f;
}

/** Sets `row` to the row, relative to the table, of the region of the address at a linear offset. */
function pushRowOf(f: FunctionBuilder, at: number, row: number, refuse: () => void): void {
  pushState(f, at + 4);
  f.tee(row);
  f.i32(maximumRegions);
  f.op(wasm.i32_ge_u);
  refuse();
  f.get(row);
  f.i32(regionRow.shift);
  f.op(wasm.i32_shl);
  f.set(row);
}

function pushState(f: FunctionBuilder, offset: number): void {
  f.i32(0);
  f.memory(wasm.i32_load, offset);
}
