import { outcome } from '../../machine/helper.ts';
import { regionTable, state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import type { MapLayout } from '../../machine/map-layout.ts';
import { maximumRegions, regionKinds, regionRow } from '../../memory/regions.ts';
import { updateFlag } from '../../maps/flags.ts';
import { pushRowField } from '../region-access.ts';
import { FunctionBuilder } from '../wasm/function-builder.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';
import { buildRemove, buildUpdate, leftToHost } from './change-code.ts';
import { longestKey } from './hash-code.ts';
import { buildLookup } from './lookup-code.ts';
import { buildStep, type TraversedMap } from './traversal-code.ts';

const { i32 } = valueType;

/** Helpers that have functions here, by number: bpf_map_lookup_elem, bpf_map_update_elem, bpf_map_delete_elem. */
export const mapHelpers = { lookup: 1, update: 2, remove: 3 } as const;
export type MapHelper = keyof typeof mapHelpers;
export const mapHelperNames: readonly MapHelper[] = ['lookup', 'update', 'remove'];

/**
 * What programs do most with maps, as functions of a module: those of `mapHelperNames` perform the call where the
 * machine stands and return an `outcome`, as the host's `callHelper`, which they leave to it where anything is unusual.
 */
export interface MapFunctions {
  readonly functions: readonly FunctionBuilder[];
  /** Indices in the module. */
  readonly helpers: Readonly<Record<MapHelper, number>>;
  /** See `buildStep`. */
  readonly step: number;
  /** By index of the map: see `buildLookup`. */
  readonly lookups: ReadonlyMap<number, number>;
}

/** `first`: index of the first function that is added to the module; `callHelper`: that of the host's. */
export function buildMapFunctions(machine: Machine, first: number, callHelper: number): MapFunctions {
  const functions: FunctionBuilder[] = [];
  const add = (f: FunctionBuilder): number => first + functions.push(f) - 1;
  const maps = emittedMaps(machine);
  const readable = add(buildReadable());
  const step = add(buildStep(maps));
  const lookups = indicesOf(maps, add, buildLookup);
  const updates = indicesOf(maps, add, buildUpdate);
  const removes = indicesOf(maps, add, buildRemove);
  const build = (own: ReadonlyMap<number, number>, write: WriteCall): number =>
    add(buildHelper(machine, own, { readable, callHelper }, write));
  return {
    functions,
    step,
    lookups,
    helpers: {
      lookup: build(lookups, writeLookup),
      update: build(updates, writeUpdate),
      remove: build(removes, writeRemove),
    },
  };
}

/** Maps whose layout the code knows what to do with. */
export function emittedMaps(machine: Machine): TraversedMap[] {
  return machine.maps.flatMap(({ index, address, layout, linked }) =>
    layout === undefined ||
    linked.madeLater === true ||
    (layout.kind === 'hash' && layout.keySize > longestKey)
      ? []
      : [{ index, address, layout }],
  );
}

function indicesOf(
  maps: readonly TraversedMap[],
  add: (f: FunctionBuilder) => number,
  build: (layout: MapLayout) => FunctionBuilder | undefined,
): ReadonlyMap<number, number> {
  const indices = new Map<number, number>();
  for (const { index, layout } of maps) {
    const f = build(layout);
    if (f !== undefined) indices.set(index, add(f));
  }
  return indices;
}

/** (register: i32, size: i32) -> linear offset of that many readable bytes at the address in it; -1 where they are not. */
function buildReadable(): FunctionBuilder {
  const f = new FunctionBuilder([i32, i32], [i32]);
  const at = 0;
  const size = 1;
  const row = f.local(i32);
  const offset = f.local(i32);
  const refused = f.block();
  f.get(at);
  f.i32(3);
  f.op(wasm.i32_shl);
  f.set(at);
  f.get(at);
  f.memory(wasm.i32_load, state.registers + 4);
  setRow(f, row);
  f.brIf(refused);
  f.get(at);
  f.memory(wasm.i32_load, state.registers);
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

/** What is called of one map: pushes r0, or branches with the condition to leave it to the host. */
interface Call {
  readonly f: FunctionBuilder;
  readonly definition: { readonly keySize: number; readonly valueSize: number };
  readonly function: number;
  /** Pushes the linear offset of `size` readable bytes at the address in a register. */
  readonly pushReadable: (register: number, size: number) => void;
  readonly leaveIf: () => void;
}
type WriteCall = (call: Call) => void;

function writeLookup({ f, definition, function: lookup, pushReadable }: Call): void {
  pushReadable(2, definition.keySize);
  f.call(lookup);
}

function writeUpdate({ f, definition, function: update, pushReadable, leaveIf }: Call): void {
  f.i32(0);
  f.memory(wasm.i64_load, state.registers + 32);
  f.i64Small(updateFlag.exist);
  f.op(wasm.i64_gt_u);
  leaveIf();
  pushReadable(2, definition.keySize);
  pushReadable(3, definition.valueSize);
  f.i32(0);
  f.memory(wasm.i32_load, state.registers + 32);
  f.call(update);
}

function writeRemove({ f, definition, function: remove, pushReadable }: Call): void {
  pushReadable(2, definition.keySize);
  f.call(remove);
}

/** () -> outcome: finds out which map r1 of the state block is. */
function buildHelper(
  machine: Machine,
  own: ReadonlyMap<number, number>,
  imported: { readonly readable: number; readonly callHelper: number },
  write: WriteCall,
): FunctionBuilder {
  const f = new FunctionBuilder([], [i32]);
  const row = f.local(i32);
  const linear = f.local(i32);
  const result = f.local(valueType.i64);
  const at = state.registers + 8;
  const host = f.block();
  pushState(f, at + 4);
  setRow(f, row);
  f.brIf(host);
  f.get(row);
  f.memory(wasm.i32_load16_u, regionTable + regionRow.kind);
  f.i32(regionKinds.indexOf('map'));
  f.op(wasm.i32_ne);
  f.brIf(host);
  pushState(f, at);
  pushRowField(f, row, regionRow.start);
  f.op(wasm.i32_ne);
  f.brIf(host);
  for (const [index, called] of own) {
    const definition = machine.maps[index]?.linked.definition;
    if (definition === undefined) continue;
    f.get(row);
    f.memory(wasm.i32_load16_u, regionTable + regionRow.owner);
    f.i32(index);
    f.op(wasm.i32_eq);
    f.if();
    const pushReadable = (register: number, size: number): void => {
      f.i32(register);
      f.i32(size);
      f.call(imported.readable);
      f.tee(linear);
      f.i32(-1);
      f.op(wasm.i32_eq);
      f.brIf(host);
      f.get(linear);
    };
    write({ f, definition, function: called, pushReadable, leaveIf: () => f.brIf(host) });
    f.tee(result);
    f.i64Small(leftToHost);
    f.op(wasm.i64_eq);
    f.brIf(host);
    f.i32(0);
    f.get(result);
    f.memory(wasm.i64_store, state.registers);
    f.i32(outcome.next);
    f.op(wasm.return);
    f.end();
  }
  f.end();
  f.call(imported.callHelper);
  return f;
}

/** Sets `row` to the row, relative to the table, of the region whose id is on the stack; pushes whether there is none. */
function setRow(f: FunctionBuilder, row: number): void {
  f.tee(row);
  f.i32(maximumRegions);
  f.op(wasm.i32_ge_u);
  f.get(row);
  f.i32(regionRow.shift);
  f.op(wasm.i32_shl);
  f.set(row);
}

function pushState(f: FunctionBuilder, offset: number): void {
  f.i32(0);
  f.memory(wasm.i32_load, offset);
}
