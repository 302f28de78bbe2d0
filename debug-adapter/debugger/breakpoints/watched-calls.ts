import { readUnsigned } from '../../../vm/base/bytes.ts';
import type { WatchedCall } from '../../../vm/engine/virtual-machine.ts';
import { errnoName } from '../../../vm/inputs/bpftool-json.ts';
import type { KernelMap } from '../../../vm/machine/kernel-map.ts';
import type { Machine } from '../../../vm/machine/machine.ts';
import type { CodeIndex } from '../code-index.ts';

/** What programs do with maps by calls. */
export const mapOperations = ['lookup', 'update', 'delete'] as const;
export type MapOperation = (typeof mapOperations)[number];

/** By the helper's number: what it does, with its map in r1 and, if it has one, the key behind r2. */
const operations: Readonly<Record<number, MapOperation>> = {
  1: 'lookup', // bpf_map_lookup_elem
  2: 'update', // bpf_map_update_elem
  3: 'delete', // bpf_map_delete_elem
  87: 'update', // bpf_map_push_elem
  88: 'delete', // bpf_map_pop_elem
  89: 'lookup', // bpf_map_peek_elem
  130: 'update', // bpf_ringbuf_output
  195: 'lookup', // bpf_map_lookup_percpu_elem
};
const withoutKey = [87, 88, 89, 130];

/** A call of a helper or kernel function, as the machine is about to make it. */
export interface MadeCall {
  readonly name: string;
  /** Of a helper. */
  readonly id: number | undefined;
}

/** Which calls the instructions of a program make. */
export class Calls {
  readonly #code: CodeIndex;
  readonly #machine: Machine;
  readonly #bySlot = new Map<number, MadeCall | number | undefined>();

  constructor(code: CodeIndex, machine: Machine) {
    this.#code = code;
    this.#machine = machine;
  }

  /** The call of the instruction where the machine stands; undefined where it calls nothing of the kernel's. */
  get current(): MadeCall | undefined {
    const { slot } = this.#machine;
    if (!this.#bySlot.has(slot)) this.#bySlot.set(slot, this.#read(slot));
    const found = this.#bySlot.get(slot);
    // Called through a register: which helper it is, is known now.
    return typeof found === 'number' ? this.#helper(Number(this.#machine.register(found))) : found;
  }

  #read(slot: number): MadeCall | number | undefined {
    const instruction = this.#code.instruction(slot);
    const semantics = instruction?.row.semantics;
    if (instruction === undefined || semantics?.kind !== 'call') return undefined;
    switch (semantics.target) {
      case 'helper':
        return this.#helper(instruction.imm);
      case 'kfunc': {
        const name = this.#code.program.kernelFunctions[instruction.imm]?.name;
        return name === undefined ? undefined : { name, id: undefined };
      }
      case 'register':
        return instruction.dst;
      case 'subprogram':
        return undefined;
    }
  }

  #helper(id: number): MadeCall | undefined {
    const name = this.#machine.helpers.nameOf(id);
    return name === undefined ? undefined : { name, id };
  }
}

/** What a call did to a map, of those that were asked for. */
export interface MapEvent {
  readonly operation: MapOperation;
  readonly helper: string;
  /** Undefined for maps without keys. */
  readonly key: Uint8Array | undefined;
  /** As the program gets it. */
  readonly result: bigint;
}

/** Calls that do one of `wanted` to a map, with one key or with any. Those that change nothing, for an error, do not count. */
export class MapCall implements WatchedCall {
  /** Of the last hit. */
  event: MapEvent | undefined;
  readonly #calls: Calls;
  readonly #map: KernelMap;
  readonly #key: Uint8Array | undefined;
  readonly #wanted: readonly MapOperation[];

  constructor(
    calls: Calls,
    map: KernelMap,
    key: Uint8Array | undefined,
    wanted: readonly MapOperation[] = mapOperations,
  ) {
    this.#calls = calls;
    this.#map = map;
    this.#key = key;
    this.#wanted = wanted;
  }

  readonly before = (machine: Machine): (() => boolean) | undefined => {
    const call = this.#calls.current;
    const operation = call?.id === undefined ? undefined : operations[call.id];
    if (call === undefined || operation === undefined || !this.#wanted.includes(operation)) return undefined;
    if (machine.mapAt(machine.register(1)) !== this.#map) return undefined;
    const keyed = !withoutKey.includes(call.id ?? 0);
    const key = keyed
      ? readBytes(machine, machine.register(2), this.#map.linked.definition.keySize)
      : undefined;
    if (this.#key !== undefined && (key === undefined || !sameBytes(key, this.#key))) return undefined;
    return () => {
      const result = BigInt.asIntN(64, machine.register(0));
      if (operation !== 'lookup' && result < 0n) return false;
      this.event = { operation, helper: call.name, key, result };
      return true;
    };
  };
}

/** Of the kernel: higher numbers are values. */
const mostErrno = 4095n;

export interface HelperError {
  readonly helper: string;
  /** Positive. */
  readonly errno: number;
  /** `bpf_map_update_elem(counts) returned -7 (E2BIG)` */
  readonly message: string;
  /** Of the call. */
  readonly slot: number;
}

/** Calls that gave the program a negative error number. */
export class FailedCall implements WatchedCall {
  /** Of the last hit. */
  error: HelperError | undefined;
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  readonly before = (machine: Machine): (() => boolean) | undefined => {
    const call = this.#calls.current;
    if (call === undefined) return undefined;
    const { slot } = machine;
    const { depth } = machine.frames;
    const map = machine.mapAt(machine.register(1))?.name;
    const called = map === undefined ? call.name : `${call.name}(${map})`;
    return () => {
      const result = BigInt.asIntN(64, machine.register(0));
      if (machine.frames.depth !== depth || result >= 0n || result < -mostErrno) return false;
      const message = `${called} returned ${result} (${errnoName(Number(result))})`;
      this.error = { helper: call.name, errno: Number(-result), message, slot };
      return true;
    };
  };
}

function readBytes({ regions, memory }: Machine, address: bigint, size: number): Uint8Array | undefined {
  const place = regions.peek(address);
  if (place === undefined || place.available < size) return undefined;
  return memory.bytes.slice(place.linear, place.linear + size);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && readUnsigned(a) === readUnsigned(b);
}
