import { helperParameters } from '../../helpers/names.ts';
import { decode } from '../../isa/decode.ts';
import type { Instruction, RegisterUse } from '../../isa/row.ts';
import type { Machine } from '../../machine/machine.ts';
import { isProgram } from '../../object/functions.ts';
import type { LinkedFunction } from '../../object/linked-program.ts';
import { targetSlot } from '../interpreter/decode-program.ts';
import { argumentSet, registerSet, type Written } from '../../machine/written.ts';

/** Sets of registers, a bit for each. */
export interface RegisterSets {
  readonly reads: number;
  readonly writes: number;
}

/** The register that legacy packet loads take the context from. */
const contextRegister = 6;

/**
 * What an instruction reads and writes by itself. What a call leaves of the registers depends on what it
 * calls: `StrictHost` and the interpreter know.
 */
export function registersOf(instruction: Instruction): RegisterSets {
  const { row, imm } = instruction;
  const { dst, src } = row.fields;
  const named = [
    { use: dst, bit: 1 << instruction.dst },
    { use: src, bit: 1 << instruction.src },
  ];
  const used = (...uses: readonly RegisterUse[]): number =>
    named.reduce((set, { use, bit }) => (uses.some((one) => one === use) ? set | bit : set), 0);
  const reads = used('read', 'modify');
  const writes = used('write', 'modify');
  const { semantics } = row;
  switch (semantics.kind) {
    case 'atomic':
      // r0 is what memory is compared with, and gets what was there.
      if (semantics.operation !== 'cmpxchg') return { reads, writes };
      return { reads: reads | registerSet.r0, writes: writes | registerSet.r0 };
    case 'call':
      if (semantics.target !== 'helper') return { reads, writes };
      return { reads: argumentSet(helperParameters.get(imm) ?? 0), writes: 0 };
    case 'packet_load':
      return { reads: reads | (1 << contextRegister), writes: 0 };
    default:
      return { reads, writes };
  }
}

/** Of registers that an instruction reads, but cannot, the one that the verifier comes to first. */
export function firstOf(registers: number, { row, dst, src }: Instruction): number {
  const { kind } = row.semantics;
  const order = kind === 'jump' ? [dst, src] : kind === 'packet_load' ? [contextRegister] : [src, dst];
  const found = order.find((register) => (registers & (1 << register)) !== 0);
  return found ?? lowest(registers);
}

function lowest(registers: number): number {
  return 31 - Math.clz32(registers & -registers);
}

/** Writes the sets of all instructions of the program. */
export function writeRegisterSets(machine: Machine, written: Written): void {
  const { code, functions } = machine.program;
  const returning = functions.filter((candidate) => isProgram(candidate) || isGlobal(machine, candidate));
  for (let slot = 0; slot < code.length / 8;) {
    const result = decode(code, slot);
    if (result.ok) {
      const { reads, writes } = setsAt(machine, result.value, slot, returning);
      written.setSlot(slot, reads, writes);
    }
    slot += result.ok ? result.value.slots : 1;
  }
}

/**
 * `returning`: functions that the verifier takes by themselves, so that their r0 counts at each exit. A call writes
 * the arguments that its function gets; a global one gets those of its prototype.
 */
function setsAt(
  machine: Machine,
  instruction: Instruction,
  slot: number,
  returning: readonly LinkedFunction[],
): RegisterSets {
  const sets = registersOf(instruction);
  const { semantics } = instruction.row;
  if (semantics.kind === 'exit') {
    const returns = returning.some(({ firstSlot, slots }) => slot >= firstSlot && slot < firstSlot + slots);
    return returns ? { ...sets, reads: registerSet.r0 } : sets;
  }
  if (semantics.kind !== 'call' || semantics.target === 'helper') return sets;
  const target = targetSlot(instruction, slot);
  const callee = returning.find(({ firstSlot }) => firstSlot === target);
  const count = callee && parametersOf(machine, callee);
  if (count === undefined) return { ...sets, writes: registerSet.arguments };
  return { reads: argumentSet(count), writes: argumentSet(count) };
}

/** Whether the verifier takes a function for one that others may call too (subprog_is_global): by BTF alone. */
function isGlobal(machine: Machine, { btfId, hidden }: LinkedFunction): boolean {
  const { btf } = machine.program.object;
  if (btf === undefined || btfId === undefined || hidden === true) return false;
  const type = btf.type(btfId);
  return type.kind === 'func' && type.linkage === 'global';
}

/** Number of parameters that BTF gives a function; undefined for one that is not in BTF. */
function parametersOf(machine: Machine, { btfId }: LinkedFunction): number | undefined {
  const { btf } = machine.program.object;
  if (btf === undefined || btfId === undefined) return undefined;
  const type = btf.type(btfId);
  const prototype = type.kind === 'func' ? btf.resolve(type.typeId) : undefined;
  return prototype?.kind === 'func_proto' ? Math.min(prototype.parameters.length, 5) : undefined;
}
