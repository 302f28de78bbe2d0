import { state } from '../../machine/layout.ts';
import { hashNode, type ArrayLayout, type HashLayout, type MapLayout } from '../../machine/map-layout.ts';
import { FunctionBuilder } from '../wasm/function-builder.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';
import { emitHashKey, emitSameBytes } from './hash-code.ts';

const { i32, i64 } = valueType;

/** bpf_map_lookup_elem on one map, as its `lookup`: (linear offset of the key: i32) -> address of the value: i64. */
export function buildLookup(layout: MapLayout): FunctionBuilder {
  const f = new FunctionBuilder([i32], [i64]);
  const key = 0;
  if (layout.kind === 'hash') {
    emitHashLookup(f, layout, key);
    return f;
  }
  const index = f.local(i32);
  f.get(key);
  f.memory(wasm.i32_load);
  f.set(index);
  emitArrayLookup(f, layout, index);
  return f;
}

/** Pushes the address (i64) of the value whose index is in a local; 0 where there is none. */
export function emitArrayLookup(f: FunctionBuilder, layout: ArrayLayout, index: number): void {
  f.get(index);
  f.i32(layout.entries);
  f.op(wasm.i32_lt_u);
  f.if(i64);
  pushValueAddress(f, layout.address, layout, index);
  f.else();
  f.i64(0n);
  f.end();
}

function emitHashLookup(f: FunctionBuilder, layout: HashLayout, key: number): void {
  const { element } = emitFind(f, layout, key);
  f.get(element);
  f.if(i64);
  emitReference(f, layout, element);
  pushElementAddress(f, layout.valueAddress, layout, element);
  f.else();
  f.i64(0n);
  f.end();
}

/** Leaves the hash of the key in one local and its element in the other, 0 where there is none. */
export function emitFind(
  f: FunctionBuilder,
  layout: HashLayout,
  key: number,
): { readonly hash: number; readonly element: number } {
  const hash = f.local(i32);
  const element = f.local(i32);
  const nodes = f.local(i32);
  const node = f.local(i32);
  const stored = f.local(i32);
  emitHashKey(f, key, layout.keySize, layout.seed);
  f.set(hash);
  pushHead(f, layout, hash);
  f.memory(wasm.i32_load);
  f.set(element);
  pushPlace(f, layout.nodesAt);
  f.set(nodes);
  const ended = f.block();
  const next = f.loop();
  f.get(element);
  f.op(wasm.i32_eqz);
  f.brIf(ended);
  f.get(nodes);
  f.get(element);
  f.i32(Math.log2(hashNode.sizeOf));
  f.op(wasm.i32_shl, wasm.i32_add);
  f.tee(node);
  f.memory(wasm.i32_load, hashNode.hash);
  f.get(hash);
  f.op(wasm.i32_eq);
  f.if();
  pushKey(f, layout, element);
  f.set(stored);
  emitSameBytes(f, key, stored, layout.keySize);
  f.brIf(ended);
  f.end();
  f.get(node);
  f.memory(wasm.i32_load, hashNode.next);
  f.set(element);
  f.br(next);
  f.end();
  f.end();
  return { hash, element };
}

/** Linear offset of the head of the bucket of the hash in a local. */
export function pushHead(f: FunctionBuilder, layout: HashLayout, hash: number): void {
  f.get(hash);
  f.i32(layout.buckets - 1);
  f.op(wasm.i32_and);
  f.i32(2);
  f.op(wasm.i32_shl);
  f.i32(layout.heads);
  f.op(wasm.i32_add);
}

/** Linear offset of an element's key. */
export function pushKey(f: FunctionBuilder, layout: HashLayout, element: number): void {
  pushPlace(f, layout.keysAt);
  f.get(element);
  f.i32(1);
  f.op(wasm.i32_sub);
  f.i32(layout.keySlot);
  f.op(wasm.i32_mul, wasm.i32_add);
}

/** LRU maps: the element was used. */
function emitReference(f: FunctionBuilder, { referenced }: HashLayout, element: number): void {
  if (referenced === undefined) return;
  pushPlace(f, referenced.linksAt);
  f.get(element);
  f.i32(1);
  f.op(wasm.i32_sub);
  f.i32(referenced.entrySize);
  f.op(wasm.i32_mul, wasm.i32_add);
  f.i32(1);
  f.memory(wasm.i32_store8, referenced.offset);
}

/** Address of the key of the element (from 1) in a local. */
export function pushKeyAddress(f: FunctionBuilder, layout: HashLayout, element: number): void {
  f.get(element);
  f.i32(1);
  f.op(wasm.i32_sub, wasm.i64_extend_i32_u);
  f.i64(BigInt(layout.keySlot));
  f.op(wasm.i64_mul);
  f.i64(BigInt(layout.keyAddress));
  f.op(wasm.i64_add);
}

/** Address of the value, of the CPU of the run, of the element (from 1) in a local. */
export function pushElementAddress(
  f: FunctionBuilder,
  address: number,
  layout: MapLayout,
  element: number,
): void {
  pushValueAddress(f, address - layout.elementSize, layout, element);
}

/** Address of the value, of the CPU of the run, number `index` (a local) from `address` on. */
export function pushValueAddress(
  f: FunctionBuilder,
  address: number,
  { elementSize, cpuStride }: MapLayout,
  index: number,
): void {
  f.get(index);
  f.op(wasm.i64_extend_i32_u);
  f.i64(BigInt(elementSize));
  f.op(wasm.i64_mul);
  if (cpuStride !== 0) {
    f.i32(0);
    f.memory(wasm.i64_load32_u, state.cpu);
    f.i64(BigInt(cpuStride));
    f.op(wasm.i64_mul, wasm.i64_add);
  }
  f.i64(BigInt(address));
  f.op(wasm.i64_add);
}

/** The u32 at a linear offset. */
export function pushPlace(f: FunctionBuilder, at: number): void {
  f.i32(0);
  f.memory(wasm.i32_load, at);
}
