import { frame, frames, regionTable, state } from '../../machine/layout.ts';
import { hashNode, type ArrayLayout, type HashLayout, type MapLayout } from '../../machine/map-layout.ts';
import { regionRow } from '../../memory/regions.ts';
import { FunctionBuilder } from '../wasm/function-builder.ts';
import { valueType, wasm } from '../wasm/opcodes.ts';
import { pushElementAddress, pushKeyAddress, pushValueAddress } from './lookup-code.ts';

/** What `step` has done at the exit of a callback. */
export const stepResult = {
  /** Nothing: JavaScript has to do it. */
  host: 0,
  /** The next callback of bpf_loop begins: its arguments are in r1 and r2 of the state block. */
  index: 1,
  /** The next one of bpf_for_each_map_elem, r1 to r4. */
  element: 2,
  /** The helper returns: what it returns is in r0; the frame is yet to be popped. */
  done: 3,
} as const;

const helperIds = { forEachMapElem: 164, loop: 181 } as const;

export interface TraversedMap {
  /** Index among the machine's maps. */
  readonly index: number;
  readonly address: bigint;
  readonly layout: MapLayout;
}

/**
 * () -> `stepResult`: what the helper of the innermost frame, a callback, does when it exits with what r0 of the state
 * block holds; as the helpers' `onReturn`. The caller notes when the next callback begins, and pops the frame.
 */
export function buildStep(maps: readonly TraversedMap[]): FunctionBuilder {
  return new StepBuilder(maps).f;
}

class StepBuilder {
  readonly f = new FunctionBuilder([], [valueType.i32]);
  readonly #record = this.f.local(valueType.i32);
  readonly #visited = this.f.local(valueType.i32);
  readonly #returned = this.f.local(valueType.i32);
  readonly #index = this.f.local(valueType.i32);
  readonly #element = this.f.local(valueType.i32);

  constructor(maps: readonly TraversedMap[]) {
    const { f } = this;
    this.#pushRecord();
    f.set(this.#record);
    const host = f.block();
    // Only 0 and 1 may be returned; the fault is JavaScript's.
    f.i32(0);
    f.memory(wasm.i64_load, state.registers);
    f.i64(1n);
    f.op(wasm.i64_gt_u);
    f.brIf(host);
    const done = f.block();
    this.#pushField(frame.helper);
    f.i32(helperIds.loop);
    f.op(wasm.i32_eq);
    f.if();
    this.#takeReturn();
    this.#loop(() => f.br(done));
    f.end();
    this.#pushField(frame.helper);
    f.i32(helperIds.forEachMapElem);
    f.op(wasm.i32_ne);
    f.brIf(host);
    for (const map of maps) this.#forEach(map, () => f.br(done));
    f.br(host);
    f.end();
    this.#finish();
    f.end();
    f.i32(stepResult.host);
  }

  /** Of the innermost frame. */
  #pushRecord(): void {
    const { f } = this;
    f.i32(0);
    f.memory(wasm.i32_load, state.depth);
    f.i32(frame.sizeOf);
    f.op(wasm.i32_mul);
    f.i32(frames);
    f.op(wasm.i32_add);
  }

  #pushField(field: number): void {
    this.f.get(this.#record);
    this.f.memory(wasm.i32_load, field);
  }

  #storeField(field: number, push: () => void): void {
    this.f.get(this.#record);
    push();
    this.f.memory(wasm.i32_store, field);
  }

  #storeField64(field: number, push: () => void): void {
    this.f.get(this.#record);
    push();
    this.f.memory(wasm.i64_store, field);
  }

  #setRegister(number: number, push: () => void): void {
    this.f.i32(0);
    push();
    this.f.memory(wasm.i64_store, state.registers + 8 * number);
  }

  #copyToRegister(field: number, register: number): void {
    this.#setRegister(register, () => {
      this.f.get(this.#record);
      this.f.memory(wasm.i64_load, field);
    });
  }

  /** Counts the callback that has returned. */
  #takeReturn(): void {
    const { f } = this;
    this.#pushField(frame.visited);
    f.i32(1);
    f.op(wasm.i32_add);
    f.set(this.#visited);
    f.i32(0);
    f.memory(wasm.i32_load, state.registers);
    f.set(this.#returned);
    this.#storeField(frame.visited, () => f.get(this.#visited));
    this.#storeField(frame.lastReturn, () => f.get(this.#returned));
  }

  #next(result: number): void {
    const { f } = this;
    this.#storeField(frame.index, () => f.get(this.#visited));
    f.i32(result);
    f.op(wasm.return);
  }

  #loop(goDone: () => void): void {
    const { f } = this;
    f.get(this.#returned);
    this.#pushField(frame.total);
    f.get(this.#visited);
    f.op(wasm.i32_eq, wasm.i32_or);
    f.if();
    goDone();
    f.end();
    this.#setRegister(1, () => {
      f.get(this.#visited);
      f.op(wasm.i64_extend_i32_u);
    });
    this.#copyToRegister(frame.context, 2);
    this.#next(stepResult.index);
  }

  #forEach({ index, address, layout }: TraversedMap, goDone: () => void): void {
    const { f } = this;
    this.#pushField(frame.map);
    f.i32(index);
    f.op(wasm.i32_eq);
    f.if();
    this.#takeReturn();
    f.get(this.#returned);
    f.if();
    goDone();
    f.end();
    if (layout.kind === 'array') this.#advanceArray(layout, goDone);
    else this.#advanceHash(layout, goDone);
    this.#setRegister(1, () => f.i64(address));
    this.#copyToRegister(frame.key, 2);
    this.#copyToRegister(frame.value, 3);
    this.#copyToRegister(frame.context, 4);
    this.#next(stepResult.element);
    f.end();
  }

  /** As ArrayMap's traversal: the cursor is the next index. */
  #advanceArray(layout: ArrayLayout, goDone: () => void): void {
    const { f } = this;
    this.#pushField(frame.cursor);
    f.tee(this.#index);
    f.i32(layout.entries);
    f.op(wasm.i32_ge_u);
    f.if();
    goDone();
    f.end();
    this.#storeField(frame.keyStorage, () => f.get(this.#index));
    this.#storeField64(frame.value, () => pushValueAddress(f, layout.address, layout, this.#index));
    this.#storeField(frame.cursor, () => {
      f.get(this.#index);
      f.i32(1);
      f.op(wasm.i32_add);
    });
  }

  /** As HashBase's traversal: the cursor is the bucket, then the element that comes next in it. */
  #advanceHash(layout: HashLayout, goDone: () => void): void {
    const { f } = this;
    this.#pushField(frame.cursor + 4);
    f.tee(this.#element);
    f.op(wasm.i32_eqz);
    f.if();
    this.#nextBucket(layout);
    f.get(this.#index);
    f.i32(layout.buckets);
    f.op(wasm.i32_ge_u);
    f.if();
    goDone();
    f.end();
    f.end();
    this.#storeField(frame.cursor + 4, () => this.#pushNext(layout));
    this.#storeField64(frame.key, () => pushKeyAddress(f, layout, this.#element));
    this.#storeField64(frame.value, () => pushElementAddress(f, layout.valueAddress, layout, this.#element));
  }

  /** The first bucket behind the cursor's with an element, which becomes `element`; the number of buckets at the end. */
  #nextBucket(layout: HashLayout): void {
    const { f } = this;
    this.#pushField(frame.cursor);
    f.set(this.#index);
    const found = f.block();
    const again = f.loop();
    f.get(this.#index);
    f.i32(1);
    f.op(wasm.i32_add);
    f.tee(this.#index);
    f.i32(layout.buckets);
    f.op(wasm.i32_ge_u);
    f.brIf(found);
    f.get(this.#index);
    f.i32(2);
    f.op(wasm.i32_shl);
    f.memory(wasm.i32_load, layout.heads);
    f.tee(this.#element);
    f.op(wasm.i32_eqz);
    f.brIf(again);
    f.end();
    f.end();
    this.#storeField(frame.cursor, () => f.get(this.#index));
  }

  #pushNext({ nodesAt }: HashLayout): void {
    const { f } = this;
    f.i32(0);
    f.memory(wasm.i32_load, nodesAt);
    f.get(this.#element);
    f.i32(Math.log2(hashNode.sizeOf));
    f.op(wasm.i32_shl, wasm.i32_add);
    f.memory(wasm.i32_load, hashNode.next);
  }

  /** The helper's result; the frame's key storage is no longer the program's. */
  #finish(): void {
    const { f } = this;
    this.#setRegister(0, () => {
      f.get(this.#visited);
      f.op(wasm.i64_extend_i32_u);
    });
    this.#pushField(frame.keyRegion);
    f.i32(regionRow.shift);
    f.op(wasm.i32_shl);
    f.i32(0);
    f.memory(wasm.i32_store, regionTable + regionRow.readLimit);
    f.i32(stepResult.done);
    f.op(wasm.return);
  }
}
