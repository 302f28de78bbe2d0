import { decodeAll } from '../../isa/decode.ts';
import { encodeAll, makeInstruction } from '../../isa/encode.ts';
import { printKernel } from '../../isa/print-kernel.ts';
import { findRow } from '../../isa/table.ts';

const goto = findRow('goto');
/** Goes on: takes the place of an instruction that does not matter. */
const nothing = goto === undefined ? new Uint8Array(8) : encodeAll([makeInstruction(goto)]);

/**
 * Replaces instructions by such that do nothing for as long as `attempt` still gives an error, and describes what is
 * left and its error.
 */
export function smallestFailing(code: Uint8Array, attempt: (code: Uint8Array) => unknown): string {
  const decoded = decodeAll(code);
  if (!decoded.ok || attempt(code) === undefined) return '(not to be had again)';
  let smallest = code;
  for (let length = 64; length >= 1; length = length > 1 ? length >> 2 : 0) {
    for (let from = 0; from < decoded.value.length; from += length) {
      const shorter = smallest.slice();
      for (let slot = from; slot < from + length && slot < decoded.value.length; slot++) {
        const slots = decoded.value[slot]?.slots ?? 0;
        for (let i = 0; i < slots; i++) shorter.set(nothing, (slot + i) * 8);
      }
      if (shorter.every((byte, i) => byte === smallest[i])) continue;
      if (attempt(shorter) !== undefined) smallest = shorter;
    }
  }
  return `${String(attempt(smallest))}\n${print(smallest)}`;
}

function print(code: Uint8Array): string {
  const decoded = decodeAll(code);
  if (!decoded.ok) return '';
  return decoded.value
    .flatMap((instruction, slot) =>
      instruction === undefined || (instruction.row.name === 'goto' && instruction.off === 0)
        ? []
        : [`${slot}: ${printKernel(instruction, slot)}`],
    )
    .join('\n');
}
