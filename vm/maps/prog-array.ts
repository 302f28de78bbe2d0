import { raise } from '../base/problem.ts';
import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import { errno } from './errno.ts';
import { FdArray } from './fd-array.ts';

/**
 * PROG_ARRAY: what bpf_tail_call jumps to. A value is the id of a program of the object, its place in
 * `ProgramObject.programs` counted from 1. Programs cannot read the map.
 */
export class ProgArrayMap extends FdArray {
  constructor(machine: Machine, linked: LinkedMap, index: number) {
    super(machine, linked, index, 'a program');
    for (const slot of linked.definition.slots) this.#initialise(slot.index, slot.target);
  }

  /** As libbpf does before the programs are loaded: what cannot be put in is an error of the object. */
  #initialise(slot: number, target: string): void {
    const error = this.put(slot, this.idOf(target) ?? 0);
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
    return this.machine.program.object.programs[this.idAt(index) - 1];
  }

  /** Type of the programs in the map: the first one decides (bpf_prog_map_compatible of kernel/bpf/core.c). */
  get #type(): string | undefined {
    for (let index = 0; index < this.entries; index++) {
      const program = this.programAt(index);
      if (program !== undefined) return this.machine.typeOfProgram(program);
    }
    return undefined;
  }

  /** Helpers refuse it. */
  lookup(): number {
    return 0;
  }

  protected accept(id: number): number {
    const program = this.machine.program.object.programs[id - 1];
    if (program === undefined) return -errno.EBADF;
    const type = this.#type;
    return type !== undefined && type !== this.machine.typeOfProgram(program) ? -errno.EINVAL : 0;
  }
}
