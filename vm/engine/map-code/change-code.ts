import { state } from '../../machine/layout.ts';
import {
  freeList,
  hashNode,
  type ArrayLayout,
  type CopiedBytes,
  type HashChanges,
  type HashLayout,
  type MapLayout,
} from '../../machine/map-layout.ts';
import { errno } from '../../maps/errno.ts';
import { updateFlag } from '../../maps/flags.ts';
import { loads, stores } from '../semantics.ts';
import { FunctionBuilder } from '../wasm/function-builder.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';
import { emitFind, pushHead, pushKey, pushPlace } from './lookup-code.ts';

const { i32, i64 } = valueType;

/** What these functions return, with nothing changed, where JavaScript has to do it: no errno has so many digits. */
export const leftToHost = -0x10000;

/** Values up to this size are copied word by word. */
const fewBytes = 64;
const widths = [8, 4, 2, 1] as const;

const key = 0;
const value = 1;
const flags = 2;

/**
 * bpf_map_update_elem on one map, as its `update`: (linear offset of the key: i32, of the value: i32, flags: i32, at
 * most BPF_EXIST) -> what the helper returns: i64, or `leftToHost`. Undefined where the map's type has none.
 */
export function buildUpdate(layout: MapLayout): FunctionBuilder | undefined {
  const f = new FunctionBuilder([i32, i32, i32], [i64]);
  if (layout.kind === 'hash') {
    if (layout.changes === undefined) return undefined;
    new HashChangeWriter(f, layout, layout.changes).update();
  } else {
    if (layout.update === undefined) return undefined;
    emitArrayUpdate(f, layout, layout.update);
  }
  return f;
}

/** bpf_map_delete_elem, as the map's `remove`: (linear offset of the key: i32) -> as `buildUpdate`. */
export function buildRemove(layout: MapLayout): FunctionBuilder | undefined {
  if (layout.kind !== 'hash' || layout.changes === undefined) return undefined;
  const f = new FunctionBuilder([i32], [i64]);
  new HashChangeWriter(f, layout, layout.changes).remove();
  return f;
}

/** array_map_update_elem */
function emitArrayUpdate(
  f: FunctionBuilder,
  layout: ArrayLayout,
  update: NonNullable<ArrayLayout['update']>,
): void {
  const index = f.local(i32);
  const to = f.local(i32);
  f.get(key);
  f.memory(wasm.i32_load);
  f.tee(index);
  f.i32(layout.entries);
  f.op(wasm.i32_ge_u);
  returnIf(f, -errno.E2BIG);
  f.get(flags);
  f.i32(updateFlag.noExist);
  f.op(wasm.i32_eq);
  returnIf(f, -errno.EEXIST);
  f.i32(update.values);
  f.get(index);
  f.i32(layout.elementSize);
  f.op(wasm.i32_mul, wasm.i32_add);
  addCpu(f, layout.cpuStride);
  f.set(to);
  leaveOverlap(f, to, value, spanOf(update.copied));
  emitCopy(f, to, value, update.copied);
  f.i64(0n);
}

/** The functions of a HASH or PERCPU_HASH map. What changes is found out first, so that all can still be left. */
class HashChangeWriter {
  readonly #f: FunctionBuilder;
  readonly #layout: HashLayout;
  readonly #changes: HashChanges;
  readonly #perCpu: boolean;
  readonly #list: number;
  /** The element that is put in. */
  readonly #added: number;
  /** Whether it comes from the list of free ones. */
  readonly #used: number;
  readonly #scratch: number;
  readonly #link: number;

  constructor(f: FunctionBuilder, layout: HashLayout, changes: HashChanges) {
    this.#f = f;
    this.#layout = layout;
    this.#changes = changes;
    this.#perCpu = layout.cpuStride !== 0;
    this.#list = f.local(i32);
    this.#added = f.local(i32);
    this.#used = f.local(i32);
    this.#scratch = f.local(i32);
    this.#link = f.local(i32);
  }

  update(): void {
    const f = this.#f;
    this.#findList();
    const { hash, element } = emitFind(f, this.#layout, key);
    f.get(element);
    f.if();
    f.get(flags);
    f.i32(updateFlag.noExist);
    f.op(wasm.i32_eq);
    returnIf(f, -errno.EEXIST);
    if (this.#perCpu) {
      this.#placeOf(element);
      this.#copyValue();
    } else {
      this.#replace(element, hash);
    }
    f.i64(0n);
    f.op(wasm.return);
    f.end();
    f.get(flags);
    f.i32(updateFlag.exist);
    f.op(wasm.i32_eq);
    returnIf(f, -errno.ENOENT);
    // The values of the other CPUs are to be zeroed.
    if (this.#perCpu) f.i64(BigInt(leftToHost));
    else this.#insertNew(hash);
  }

  remove(): void {
    const f = this.#f;
    this.#findList();
    const { hash, element } = emitFind(f, this.#layout, key);
    f.get(element);
    f.op(wasm.i32_eqz);
    returnIf(f, -errno.ENOENT);
    this.#unlink(element, hash);
    this.#count(-1);
    this.#give(element);
    f.i64(0n);
  }

  /** htab_map_update_elem where the key is there: the new element goes in, the old one leaves. */
  #replace(element: number, hash: number): void {
    const f = this.#f;
    const { preallocated } = this.#changes;
    if (preallocated) {
      f.get(this.#list);
      f.memory(wasm.i32_load, freeList.extra);
      f.tee(this.#added);
      f.op(wasm.i32_eqz);
      returnIf(f, leftToHost);
      this.#leaveOverlaps();
      f.get(this.#list);
      f.get(element);
      f.memory(wasm.i32_store, freeList.extra);
    } else {
      this.#choose();
      this.#leaveOverlaps();
      this.#take();
    }
    this.#fill(hash);
    this.#unlink(element, hash);
    if (!preallocated) this.#give(element);
  }

  #insertNew(hash: number): void {
    const f = this.#f;
    const { preallocated, countAt, maxEntries } = this.#changes;
    if (!preallocated) {
      pushPlace(f, countAt);
      f.i32(maxEntries);
      f.op(wasm.i32_ge_u);
      returnIf(f, -errno.E2BIG);
    }
    this.#choose();
    this.#leaveOverlaps();
    this.#take();
    this.#fill(hash);
    this.#count(1);
    f.i64(0n);
  }

  /** The free list of the CPU of the run. */
  #findList(): void {
    const f = this.#f;
    f.i32(0);
    f.memory(wasm.i32_load, state.cpu);
    f.i32(freeList.sizeOf);
    f.op(wasm.i32_mul);
    f.i32(this.#changes.lists);
    f.op(wasm.i32_add);
    f.set(this.#list);
  }

  /** A free element of this CPU, or one that was never used and that there is room for. */
  #choose(): void {
    const f = this.#f;
    const { preallocated, usedAt, capacityAt, limit } = this.#changes;
    f.get(this.#list);
    f.memory(wasm.i32_load, freeList.head);
    f.tee(this.#added);
    f.set(this.#used);
    f.get(this.#used);
    f.op(wasm.i32_eqz);
    f.if();
    if (preallocated) {
      f.get(this.#list);
      f.memory(wasm.i32_load, freeList.fresh);
      f.op(wasm.i32_eqz);
      returnIf(f, leftToHost);
    }
    pushPlace(f, usedAt);
    f.tee(this.#added);
    pushPlace(f, capacityAt);
    f.op(wasm.i32_ge_u);
    f.get(this.#added);
    f.i32(limit);
    f.op(wasm.i32_ge_u, wasm.i32_or);
    returnIf(f, leftToHost);
    f.get(this.#added);
    f.i32(1);
    f.op(wasm.i32_add);
    f.set(this.#added);
    f.end();
  }

  #take(): void {
    const f = this.#f;
    const { preallocated, usedAt, keyBytesAt, valueBytesAt } = this.#changes;
    f.get(this.#used);
    f.if();
    f.get(this.#list);
    this.#pushNode(this.#added);
    f.memory(wasm.i32_load, hashNode.hash);
    f.memory(wasm.i32_store, freeList.head);
    f.else();
    this.#storePlace(usedAt, () => f.get(this.#added));
    this.#storePlace(keyBytesAt, () => this.#pushProduct(this.#layout.keySlot));
    this.#storePlace(valueBytesAt, () => this.#pushProduct(this.#layout.elementSize));
    if (preallocated) {
      f.get(this.#list);
      f.get(this.#list);
      f.memory(wasm.i32_load, freeList.fresh);
      f.i32(1);
      f.op(wasm.i32_sub);
      f.memory(wasm.i32_store, freeList.fresh);
    }
    f.end();
  }

  /** Key, value and hash of the new element, which becomes the first of its bucket. */
  #fill(hash: number): void {
    const f = this.#f;
    pushKey(f, this.#layout, this.#added);
    f.set(this.#scratch);
    emitCopy(f, this.#scratch, key, [[0, this.#layout.keySize]]);
    this.#placeOf(this.#added);
    this.#copyValue();
    this.#pushNode(this.#added);
    f.tee(this.#scratch);
    f.get(hash);
    f.memory(wasm.i32_store, hashNode.hash);
    pushHead(f, this.#layout, hash);
    f.set(this.#link);
    f.get(this.#scratch);
    f.get(this.#link);
    f.memory(wasm.i32_load);
    f.memory(wasm.i32_store, hashNode.next);
    f.get(this.#link);
    f.get(this.#added);
    f.memory(wasm.i32_store);
  }

  /** The element is in the bucket of its hash; it keeps its `next`. */
  #unlink(element: number, hash: number): void {
    const f = this.#f;
    pushHead(f, this.#layout, hash);
    f.set(this.#link);
    const found = f.block();
    const next = f.loop();
    f.get(this.#link);
    f.memory(wasm.i32_load);
    f.tee(this.#scratch);
    f.get(element);
    f.op(wasm.i32_eq);
    f.brIf(found);
    this.#pushNode(this.#scratch);
    f.i32(hashNode.next);
    f.op(wasm.i32_add);
    f.set(this.#link);
    f.br(next);
    f.end();
    f.end();
    f.get(this.#link);
    this.#pushNode(element);
    f.memory(wasm.i32_load, hashNode.next);
    f.memory(wasm.i32_store);
  }

  #give(element: number): void {
    const f = this.#f;
    this.#pushNode(element);
    f.get(this.#list);
    f.memory(wasm.i32_load, freeList.head);
    f.memory(wasm.i32_store, hashNode.hash);
    f.get(this.#list);
    f.get(element);
    f.memory(wasm.i32_store, freeList.head);
  }

  #count(change: number): void {
    const f = this.#f;
    this.#storePlace(this.#changes.countAt, () => {
      pushPlace(f, this.#changes.countAt);
      f.i32(change);
      f.op(wasm.i32_add);
    });
  }

  /** Key and value may lie in what the new element overwrites. */
  #leaveOverlaps(): void {
    const f = this.#f;
    pushKey(f, this.#layout, this.#added);
    f.set(this.#scratch);
    leaveOverlap(f, this.#scratch, key, this.#layout.keySize);
    leaveOverlap(f, this.#scratch, value, this.#layout.keySize + spanOf(this.#changes.copied));
    this.#placeOf(this.#added);
    leaveOverlap(f, this.#scratch, value, spanOf(this.#changes.copied));
    leaveOverlap(f, this.#scratch, key, this.#layout.keySize + spanOf(this.#changes.copied));
  }

  /** Sets `scratch` to the linear offset of the value of the element, of the CPU of the run. */
  #placeOf(element: number): void {
    const f = this.#f;
    pushPlace(f, this.#changes.valuesAt);
    f.get(element);
    f.i32(1);
    f.op(wasm.i32_sub);
    f.i32(this.#layout.elementSize);
    f.op(wasm.i32_mul, wasm.i32_add);
    addCpu(f, this.#layout.cpuStride);
    f.set(this.#scratch);
  }

  #copyValue(): void {
    emitCopy(this.#f, this.#scratch, value, this.#changes.copied);
  }

  #pushNode(element: number): void {
    const f = this.#f;
    pushPlace(f, this.#layout.nodesAt);
    f.get(element);
    f.i32(Math.log2(hashNode.sizeOf));
    f.op(wasm.i32_shl, wasm.i32_add);
  }

  #pushProduct(size: number): void {
    this.#f.get(this.#added);
    this.#f.i32(size);
    this.#f.op(wasm.i32_mul);
  }

  #storePlace(at: number, push: () => void): void {
    this.#f.i32(0);
    push();
    this.#f.memory(wasm.i32_store, at);
  }
}

function returnIf(f: FunctionBuilder, result: number): void {
  f.if();
  f.i64(BigInt(result));
  f.op(wasm.return);
  f.end();
}

function addCpu(f: FunctionBuilder, cpuStride: number): void {
  if (cpuStride === 0) return;
  f.i32(0);
  f.memory(wasm.i32_load, state.cpu);
  f.i32(cpuStride);
  f.op(wasm.i32_mul, wasm.i32_add);
}

/** Bytes from the first to the last that are copied. */
function spanOf(copied: CopiedBytes): number {
  const last = copied.at(-1);
  return last === undefined ? 0 : last[0] + last[1];
}

/** What lies less than `size` bytes before or behind is left to the host. */
function leaveOverlap(f: FunctionBuilder, to: number, from: number, size: number): void {
  f.get(to);
  f.get(from);
  f.op(wasm.i32_sub);
  f.i32(size);
  f.op(wasm.i32_add);
  f.i32(2 * size);
  f.op(wasm.i32_lt_u);
  returnIf(f, leftToHost);
}

/** Copies pieces that do not overlap with where they go. */
function emitCopy(f: FunctionBuilder, to: number, from: number, copied: CopiedBytes): void {
  for (const [offset, size] of copied) {
    if (size > fewBytes) {
      for (const local of [to, from]) {
        f.get(local);
        f.i32(offset);
        f.op(wasm.i32_add);
      }
      f.i32(size);
      f.memoryCopy();
      continue;
    }
    for (let at = 0; at < size;) {
      const width = widths.find((bytes) => bytes <= size - at) ?? 1;
      f.get(to);
      f.get(from);
      f.memory(loads.unsigned[width], offset + at);
      f.memory(stores[width], offset + at);
      at += width;
    }
  }
}
