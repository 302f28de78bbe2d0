import { decode } from '../isa/decode.ts';
import type { Instruction } from '../isa/row.ts';
import type { Machine } from '../machine/machine.ts';
import { targetSlot } from './interpreter/target-slot.ts';

const castToKernel = 1;

/**
 * Whether a register, before the instruction at `slot`, may hold what an addr_space_cast to address space 0 has made of
 * a number: looks for where the register was written, back along all ways within the code section. It tells a NULL
 * pointer to the arena from other NULL pointers.
 */
export function isArenaPointer(machine: Machine, slot: number, register: number): boolean {
  const section = machine.code.sectionOfSlot(slot)?.section;
  if (section === undefined) return false;
  const end = section.firstSlot + section.slots;
  const code = new Map<number, Instruction>();
  const before = new Map<number, number[]>();
  const from = (target: number, source: number): void => {
    before.set(target, [...(before.get(target) ?? []), source]);
  };
  for (let at = section.firstSlot; at < end;) {
    const result = decode(machine.program.code, at);
    const next = at + (result.ok ? result.value.slots : 1);
    if (result.ok) {
      code.set(at, result.value);
      const { kind } = result.value.row.semantics;
      const target = kind === 'call' ? undefined : targetSlot(result.value, at);
      if (target !== undefined) from(target, at);
      if (kind !== 'goto' && kind !== 'exit') from(next, at);
    }
    at = next;
  }
  const seen = new Set<string>();
  const open: [number, number][] = [[slot, register]];
  const ask = (at: number, wanted: number): void => {
    const key = `${at}:${wanted}`;
    if (!seen.has(key)) open.push([at, wanted]);
    seen.add(key);
  };
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const [at, wanted] = item;
    for (const source of before.get(at) ?? []) {
      const instruction = code.get(source);
      if (instruction === undefined) continue;
      const origins = originsOf(instruction, wanted);
      if (origins === 'arena') return true;
      for (const origin of origins) ask(source, origin);
    }
  }
  return false;
}

/** The registers that say what `register` holds after an instruction. */
function originsOf({ row, dst, src, imm, off }: Instruction, register: number): readonly number[] | 'arena' {
  const { semantics } = row;
  // A stack slot, as a number below 0.
  if (register < 0) {
    const stores = semantics.kind === 'store' && dst === 10 && off === register;
    return stores ? (semantics.operand === 'reg' ? [src] : []) : [register];
  }
  switch (semantics.kind) {
    case 'addr_space_cast':
      if (dst !== register) return [register];
      return imm === castToKernel ? 'arena' : [];
    case 'alu': {
      if (dst !== register) return [register];
      if (semantics.operation === 'mov') return semantics.operand === 'reg' ? [src] : [];
      return semantics.operand === 'reg' ? [dst, src] : [dst];
    }
    case 'load':
      if (dst !== register) return [register];
      return src === 10 && semantics.size === 8 ? [off] : [];
    case 'lddw':
    case 'byteswap':
      return dst === register ? [] : [register];
    case 'call':
      return register <= 5 ? [] : [register];
    default:
      return [register];
  }
}
