import { helperParameters } from '../../helpers/names.ts';
import { decode } from '../../isa/decode.ts';
import type { Instruction, RegisterUse } from '../../isa/row.ts';
import type { Machine } from '../../machine/machine.ts';
import { argumentSet, registerSet, type Written } from '../../machine/written.ts';

/** Sets of registers, a bit for each. */
export interface RegisterSets {
  readonly reads: number;
  readonly writes: number;
}

/** The register that legacy packet loads take the context from. */
const contextRegister = 6;

/**
 * What an instruction reads and writes by itself. What a call does to registers, and which exits read r0, depends on
 * where it happens: `StrictHost` and the interpreter know.
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

/** Writes the sets of all instructions of the program. */
export function writeRegisterSets(machine: Machine, written: Written): void {
  const { code } = machine.program;
  for (let slot = 0; slot < code.length / 8;) {
    const result = decode(code, slot);
    if (result.ok) {
      const { reads, writes } = registersOf(result.value);
      written.setSlot(slot, reads, writes);
    }
    slot += result.ok ? result.value.slots : 1;
  }
}
