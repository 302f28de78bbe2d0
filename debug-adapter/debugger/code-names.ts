import { printKernel } from '../../vm/isa/print-kernel.ts';
import type { PrintNames } from '../../vm/isa/print-names.ts';
import type { Instruction } from '../../vm/isa/row.ts';
import type { CodeIndex } from './code-index.ts';

type HelperName = (id: number) => string | undefined;

/** Prints the instruction at a slot in the kernel's style, with names. */
export function instructionPrinter(code: CodeIndex, helperName: HelperName): (slot: number) => string {
  const names = codeNames(code, helperName);
  return (slot) => {
    const instruction = code.instruction(slot);
    return instruction === undefined ? '(no instruction)' : printKernel(instruction, slot, names);
  };
}

/** Names for the printers of a linked program: helpers, subprograms, callbacks, maps and their global variables. */
export function codeNames(code: CodeIndex, helperName: HelperName): PrintNames {
  const functionAt = (slot: number): string | undefined => code.functionFrom(slot)?.name;
  return {
    call(instruction, slot) {
      const { semantics } = instruction.row;
      if (semantics.kind !== 'call') return undefined;
      if (semantics.target === 'helper') return helperName(instruction.imm);
      if (semantics.target === 'kfunc') return code.program.kernelFunctions[instruction.imm]?.name;
      return semantics.target === 'subprogram' ? functionAt(slot + 1 + instruction.imm) : undefined;
    },
    immediate(instruction, slot) {
      const { semantics } = instruction.row;
      if (semantics.kind !== 'lddw') return undefined;
      if (semantics.value === 'func') {
        const name = functionAt(slot + 1 + instruction.imm);
        return name === undefined ? undefined : `subprog[${name}]`;
      }
      if (semantics.value !== 'map_idx' && semantics.value !== 'map_idx_value') return undefined;
      return mapText(code, instruction, semantics.value === 'map_idx_value');
    },
    label: functionAt,
  };
}

/** `map[counts]`; `map[.data][0]+8` for the address of a value. */
function mapText(code: CodeIndex, { imm, immHigh }: Instruction, ofValue: boolean): string | undefined {
  const map = code.program.maps[imm];
  if (map === undefined) return undefined;
  return ofValue ? `map[${map.name}][0]+${immHigh >>> 0}` : `map[${map.name}]`;
}
