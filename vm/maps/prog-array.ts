import { readUnsigned, writeInteger } from '../base/bytes.ts';
import { raise } from '../base/problem.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import { checkFdArray } from './definition.ts';
import { errno } from './errno.ts';
import { MapBase } from './map-base.ts';

/** Of keys and values. */
const wordSize = 4;

/**
 * PROG_ARRAY (fd_array_map_* of kernel/bpf/arraymap.c): what bpf_tail_call jumps to. A value is the id of a program of
 * the object, its place in `ProgramObject.programs` counted from 1; an empty slot is 0 and no element. Programs cannot
 * read or change the map, users can.
 */
export class ProgArrayMap extends MapBase implements KernelMap {
  readonly valueBase = undefined;
  readonly traversal = undefined;
  readonly #entries: number;
  readonly #base: number;
  readonly #address: number;

  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkFdArray(linked.definition, 'a program');
    super(machine, linked, index);
    this.#entries = linked.definition.maxEntries;
    const size = this.#entries * wordSize;
    this.#base = machine.memory.allocate(size);
    const region = machine.regions.add({
      kind: 'map_value',
      owner: index,
      base: this.#base,
      size,
      slotSize: wordSize,
      readLimit: 0,
    });
    this.#address = Number(machine.regions.addressOf(region));
    for (const slot of linked.definition.slots) this.#initialise(slot.index, slot.target);
  }

  /** As libbpf does before the programs are loaded: what cannot be put in is an error of the object. */
  #initialise(slot: number, target: string): void {
    const error = this.#put(slot, this.idOf(target) ?? 0);
    if (error === 0) return;
    const what = `failed to initialize slot [${slot}] of the map ${this.name} to prog '${target}': ${error}`;
    raise('map-definition', what, undefined, 'All programs of the map have to be of one type.');
  }

  /** Id of a program by its name; undefined where the object has none of this name. */
  idOf(name: string): number | undefined {
    const at = this.machine.program.object.programs.findIndex((program) => program.name === name);
    return at < 0 ? undefined : at + 1;
  }

  /** Name of the program with an id, as in a value. */
  nameOf(id: number): string | undefined {
    return this.machine.program.object.programs[id - 1]?.name;
  }

  /** The program that a tail call with this index goes to. */
  programAt(index: number): FunctionSymbol | undefined {
    return index < this.#entries ? this.machine.program.object.programs[this.#idAt(index) - 1] : undefined;
  }

  #idAt(index: number): number {
    return this.memory.view.getUint32(this.#base + index * wordSize, true);
  }

  /** Type of the programs in the map: the first one decides (bpf_prog_map_compatible of kernel/bpf/core.c). */
  get #type(): string | undefined {
    for (let index = 0; index < this.#entries; index++) {
      const program = this.programAt(index);
      if (program !== undefined) return this.machine.typeOfProgram(program);
    }
    return undefined;
  }

  /** What putting a program into a slot gives, without doing it: 0 or a negative errno. */
  check(index: number, id: number): number {
    if (index >= this.#entries) return -errno.E2BIG;
    const program = this.machine.program.object.programs[id - 1];
    if (program === undefined) return -errno.EBADF;
    const type = this.#type;
    return type !== undefined && type !== this.machine.typeOfProgram(program) ? -errno.EINVAL : 0;
  }

  #put(index: number, id: number): number {
    const error = this.check(index, id);
    if (error === 0) this.memory.view.setUint32(this.#base + index * wordSize, id, true);
    return error;
  }

  /** Helpers refuse these three: the verifier does not have them on this type. */
  lookup(): number {
    return 0;
  }

  update(): number {
    return -errno.EINVAL;
  }

  remove(): number {
    return -errno.EINVAL;
  }

  count(): number {
    let count = 0;
    for (let index = 0; index < this.#entries; index++) if (this.#idAt(index) !== 0) count++;
    return count;
  }

  elements(start: number, count: number): readonly MapElement[] {
    const found: MapElement[] = [];
    for (let index = 0, passed = 0; index < this.#entries && found.length < count; index++) {
      if (this.#idAt(index) !== 0 && passed++ >= start) found.push(this.#element(index));
    }
    return found;
  }

  find(key: Uint8Array): MapElement | undefined {
    if (key.length !== wordSize) return undefined;
    const index = Number(readUnsigned(key));
    return index < this.#entries && this.#idAt(index) !== 0 ? this.#element(index) : undefined;
  }

  userUpdate(key: Uint8Array, values: readonly Uint8Array[], flags = 0n): number {
    const [value] = values;
    if (key.length !== wordSize || value?.length !== wordSize || values.length !== 1 || flags !== 0n)
      return -errno.EINVAL;
    return this.#put(Number(readUnsigned(key)), Number(readUnsigned(value)));
  }

  userRemove(key: Uint8Array): number {
    if (key.length !== wordSize) return -errno.EINVAL;
    const index = Number(readUnsigned(key));
    if (index >= this.#entries) return -errno.E2BIG;
    if (this.#idAt(index) === 0) return -errno.ENOENT;
    this.memory.view.setUint32(this.#base + index * wordSize, 0, true);
    return 0;
  }

  #element(index: number): MapElement {
    return {
      keyAddress: undefined,
      key: writeInteger(BigInt(index), wordSize),
      valueAddresses: [BigInt(this.#address + index * wordSize)],
    };
  }
}
