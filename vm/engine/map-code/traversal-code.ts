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

/** Where a step works, and what surrounds it; none of the functions may fall through but `setRegister`. */
export interface StepPlaces {
  readonly f: FunctionBuilder;
  /** Local with the linear offset of the callback's frame record. */
  readonly record: number;
  /** Four i32 locals to use. */
  readonly scratch: readonly [visited: number, returned: number, index: number, element: number];
  pushR0(): void;
  setRegister(number: number, push: () => void): void;
  /** The arguments of the next callback are set. */
  next(result: number): void;
  /** r0 is what the helper returns. */
  done(): void;
}

/** Helpers and maps that a step knows; it falls through, with nothing changed, where the callback is another's. */
export interface KnownTraversals {
  readonly loop: boolean;
  readonly maps: readonly TraversedMap[];
}

export function writeStep(places: StepPlaces, known: KnownTraversals): void {
  new StepWriter(places).write(known);
}

/**
 * () -> `stepResult`: what the helper of the innermost frame, a callback, does when it exits with what r0 of the state
 * block holds; as the helpers' `onReturn`. The caller notes when the next callback begins, and pops the frame.
 */
export function buildStep(maps: readonly TraversedMap[]): FunctionBuilder {
  const f = new FunctionBuilder([], [valueType.i32]);
  const local = (): number => f.local(valueType.i32);
  const record = local();
  const leave = (result: number): void => {
    f.i32(result);
    f.op(wasm.return);
  };
  f.i32(0);
  f.memory(wasm.i32_load, state.depth);
  f.i32(frame.sizeOf);
  f.op(wasm.i32_mul);
  f.i32(frames);
  f.op(wasm.i32_add);
  f.set(record);
  const places: StepPlaces = {
    f,
    record,
    scratch: [local(), local(), local(), local()],
    pushR0: () => {
      f.i32(0);
      f.memory(wasm.i64_load, state.registers);
    },
    setRegister: (number, push) => {
      f.i32(0);
      push();
      f.memory(wasm.i64_store, state.registers + 8 * number);
    },
    next: leave,
    done: () => leave(stepResult.done),
  };
  writeStep(places, { loop: true, maps });
  f.i32(stepResult.host);
  return f;
}

class StepWriter {
  readonly #f: FunctionBuilder;
  readonly #places: StepPlaces;
  readonly #visited: number;
  readonly #returned: number;
  readonly #index: number;
  readonly #element: number;

  constructor(places: StepPlaces) {
    this.#f = places.f;
    this.#places = places;
    [this.#visited, this.#returned, this.#index, this.#element] = places.scratch;
  }

  write({ loop, maps }: KnownTraversals): void {
    const f = this.#f;
    const other = f.block();
    // Only 0 and 1 may be returned; the fault is JavaScript's.
    this.#places.pushR0();
    f.i64(1n);
    f.op(wasm.i64_gt_u);
    f.brIf(other);
    const done = f.block();
    if (loop) {
      this.#pushField(frame.helper);
      f.i32(helperIds.loop);
      f.op(wasm.i32_eq);
      f.if();
      this.#takeReturn();
      this.#loop(() => f.br(done));
      f.end();
    }
    if (maps.length > 0) {
      this.#pushField(frame.helper);
      f.i32(helperIds.forEachMapElem);
      f.op(wasm.i32_ne);
      f.brIf(other);
      for (const map of maps) this.#forEach(map, () => f.br(done));
    }
    f.br(other);
    f.end();
    this.#finish();
    f.end();
  }

  #pushField(field: number): void {
    this.#f.get(this.#places.record);
    this.#f.memory(wasm.i32_load, field);
  }

  #storeField(field: number, push: () => void): void {
    this.#f.get(this.#places.record);
    push();
    this.#f.memory(wasm.i32_store, field);
  }

  #storeField64(field: number, push: () => void): void {
    this.#f.get(this.#places.record);
    push();
    this.#f.memory(wasm.i64_store, field);
  }

  #copyToRegister(field: number, register: number): void {
    this.#places.setRegister(register, () => {
      this.#f.get(this.#places.record);
      this.#f.memory(wasm.i64_load, field);
    });
  }

  /** Counts the callback that has returned. */
  #takeReturn(): void {
    const f = this.#f;
    this.#pushField(frame.visited);
    f.i32(1);
    f.op(wasm.i32_add);
    f.set(this.#visited);
    this.#places.pushR0();
    f.op(wasm.i32_wrap_i64);
    f.set(this.#returned);
    this.#storeField(frame.visited, () => f.get(this.#visited));
    this.#storeField(frame.lastReturn, () => f.get(this.#returned));
  }

  #next(result: number): void {
    const f = this.#f;
    this.#storeField(frame.index, () => f.get(this.#visited));
    this.#places.next(result);
  }

  #loop(goDone: () => void): void {
    const f = this.#f;
    f.get(this.#returned);
    this.#pushField(frame.total);
    f.get(this.#visited);
    f.op(wasm.i32_eq, wasm.i32_or);
    f.if();
    goDone();
    f.end();
    this.#places.setRegister(1, () => {
      f.get(this.#visited);
      f.op(wasm.i64_extend_i32_u);
    });
    this.#copyToRegister(frame.context, 2);
    this.#next(stepResult.index);
  }

  #forEach({ index, address, layout }: TraversedMap, goDone: () => void): void {
    const f = this.#f;
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
    this.#places.setRegister(1, () => f.i64(address));
    this.#copyToRegister(frame.key, 2);
    this.#copyToRegister(frame.value, 3);
    this.#copyToRegister(frame.context, 4);
    this.#next(stepResult.element);
    f.end();
  }

  /** As ArrayMap's traversal: the cursor is the next index. */
  #advanceArray(layout: ArrayLayout, goDone: () => void): void {
    const f = this.#f;
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
    const f = this.#f;
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
    const f = this.#f;
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
    const f = this.#f;
    f.i32(0);
    f.memory(wasm.i32_load, nodesAt);
    f.get(this.#element);
    f.i32(Math.log2(hashNode.sizeOf));
    f.op(wasm.i32_shl, wasm.i32_add);
    f.memory(wasm.i32_load, hashNode.next);
  }

  /** The helper's result; the frame's key storage is no longer the program's. */
  #finish(): void {
    const f = this.#f;
    this.#places.setRegister(0, () => {
      f.get(this.#visited);
      f.op(wasm.i64_extend_i32_u);
    });
    this.#pushField(frame.keyRegion);
    f.i32(regionRow.shift);
    f.op(wasm.i32_shl);
    f.i32(0);
    f.memory(wasm.i32_store, regionTable + regionRow.readLimit);
    this.#places.done();
  }
}
