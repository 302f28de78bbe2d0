import { expectOk } from '../base/problem.ts';
import { assembledProgram } from '../engine/testing.ts';
import { defaultEnvironment, type Environment } from '../environment/environment.ts';
import { helperTable } from '../helpers/table.ts';
import { outcome } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import { Machine } from '../machine/machine.ts';
import { accessFault } from '../machine/access-fault.ts';
import type { ProgramFamily, RunInput } from '../programs/family.ts';

/** For tests: helpers called as programs of a family call them. */
export class Caller {
  readonly machine: Machine;
  readonly family: ProgramFamily;
  readonly context: bigint;
  readonly memory: bigint;

  constructor(family: ProgramFamily, input: RunInput = {}, environment: Partial<Environment> = {}) {
    this.machine = new Machine(
      assembledProgram('exit'),
      { ...defaultEnvironment, ...environment },
      helperTable,
    );
    this.machine.memory.view.setUint32(state.ip, this.machine.code.ipOfSlot(0), true);
    this.machine.programType = family.name;
    this.family = family;
    expectOk(family.prepare(this.machine, input));
    this.context = this.machine.register(1);
    const base = this.machine.memory.allocate(256);
    this.memory = this.machine.regions.addressOf(
      this.machine.regions.add({ kind: 'memory', base, size: 256 }),
    );
  }

  /** r0 as a signed number, or the fault. */
  call(id: number, ...values: readonly (bigint | number)[]): bigint | string {
    const { machine } = this;
    values.forEach((value, i) => machine.setRegister(i + 1, BigInt(value)));
    const helper = helperTable.helpers.get(id);
    if (helper === undefined) throw new Error(`no helper ${id}`);
    if (helper.call(machine) === outcome.fault) return machine.fault?.message ?? 'a fault without a message';
    return BigInt.asIntN(64, machine.register(0));
  }

  write(offset: number, ...bytes: readonly number[]): void {
    const at = this.machine.regions.resolve(this.memory, 256, 'write') ?? 0;
    this.machine.memory.bytes.set(bytes, at + offset);
  }

  /** The first bytes of `memory`. */
  bytes(size: number): Uint8Array {
    const at = this.machine.regions.resolve(this.memory, size, 'read') ?? 0;
    return this.machine.memory.bytes.slice(at, at + size);
  }

  u32(address: bigint): number {
    const at = this.machine.regions.resolve(address, 4, 'read');
    if (at === undefined) throw new Error(`0x${address.toString(16)} cannot be read`);
    return this.machine.memory.view.getUint32(at, true);
  }

  faultOf(address: bigint): string {
    return accessFault(this.machine, { type: 'read', address, size: 4, register: 1 }).message;
  }
}
