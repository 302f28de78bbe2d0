import { decode } from '../../isa/decode.ts';
import { wideImmediate } from '../../isa/encode.ts';
import type { Instruction } from '../../isa/row.ts';
import { decoded, state } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { ArenaMap, arenaOf, arenaPageSize } from '../../maps/arena-map.ts';
import { isArenaPointer } from '../arena-pointer.ts';
import { handlerOf, specialHandler } from './handlers.ts';
import { targetSlot } from './target-slot.ts';

export { targetSlot };

/**
 * Writes the decoded form of a linked program's code into machine memory, resolving lddw pseudo values to addresses.
 * Instructions that cannot be executed (unknown, damaged, jumping out of their section) get the special handler and
 * fault when they are reached: other functions of the object stay debuggable.
 */
export function decodeProgram(machine: Machine): void {
  const { code } = machine.program;
  const slots = code.length / 8;
  for (let slot = 0; slot < slots;) {
    const result = decode(code, slot);
    const used = result.ok ? result.value.slots : 1;
    writeRaw(machine, slot, used);
    if (result.ok && refusal(machine, result.value, slot) === undefined) write(machine, result.value, slot);
    if (used === 2) writeRaw(machine, slot + 1, 1);
    slot += used;
  }
}

function writeRaw(machine: Machine, slot: number, slots: number): void {
  const { view } = machine.memory;
  const at = machine.code.ipOfSlot(slot);
  view.setUint16(at + decoded.handler, specialHandler, true);
  view.setUint16(at + decoded.slots, slots, true);
}

function write(machine: Machine, instruction: Instruction, slot: number): void {
  const { view } = machine.memory;
  const { row, dst, src, off, imm } = instruction;
  const { semantics } = row;
  const at = machine.code.ipOfSlot(slot);
  const takesRegister =
    'operand' in semantics
      ? semantics.operand === 'reg'
      : semantics.kind === 'atomic' || semantics.kind === 'addr_space_cast';
  const operand = takesRegister ? state.registers + 8 * src : at + decoded.constant;
  // Calls while a lock is held are looked at by whoever performs helpers.
  view.setUint16(at + decoded.handler, handlerOf(row, machine.locks.used ? 0 : imm), true);
  view.setUint16(at + decoded.dst, state.registers + 8 * dst, true);
  view.setUint32(at + decoded.operand, operand, true);
  view.setInt32(at + decoded.off, off, true);
  view.setUint32(at + decoded.address, state.registers + 8 * addressRegister(instruction), true);
  const target = targetSlot(instruction, slot);
  if (target !== undefined) view.setUint32(at + decoded.target, machine.code.ipOfSlot(target), true);
  if (semantics.kind === 'call' && target !== undefined && machine.stackDepths.canExceed(target))
    view.setUint16(at + decoded.handler, specialHandler, true);
  if (isRefusedInArena(instruction) && isArenaPointer(machine, slot, dst))
    view.setUint16(at + decoded.handler, specialHandler, true);
  const arena = semantics.kind === 'addr_space_cast' ? arenaOf(machine) : undefined;
  if (semantics.kind === 'addr_space_cast' && arena === undefined)
    view.setUint16(at + decoded.handler, specialHandler, true);
  const constant =
    semantics.kind === 'lddw'
      ? (wideConstant(machine, instruction, slot) ?? 0n)
      : (arena?.high ?? BigInt(imm));
  view.setBigUint64(at + decoded.constant, BigInt.asUintN(64, constant), true);
}

/** Atomic instructions that x86-64 has not for arenas (bpf_jit_supports_insn). */
export function isRefusedInArena({ row }: Instruction): boolean {
  const { semantics } = row;
  return semantics.kind === 'atomic' && semantics.fetch && ['and', 'or', 'xor'].includes(semantics.operation);
}

/** The register that holds the address of a memory access: src of loads, dst of stores. */
export function addressRegister({ row, dst, src }: Instruction): number {
  const { semantics } = row;
  const loads =
    semantics.kind === 'load' || (semantics.kind === 'atomic' && semantics.operation === 'load_acquire');
  return loads ? src : dst;
}

/** Why an instruction that decodes well cannot be executed where it stands; undefined for all good ones. */
export function refusal(machine: Machine, instruction: Instruction, slot: number): string | undefined {
  const { semantics } = instruction.row;
  const own = machine.code.sectionOfSlot(slot);
  if (semantics.kind === 'lddw') {
    if (own === undefined || slot + 2 > own.section.firstSlot + own.section.slots)
      return 'lddw takes two slots, but the section ends after the first';
    return wideConstant(machine, instruction, slot) === undefined
      ? `lddw refers to a ${semantics.value} that the program does not have (imm ${instruction.imm})`
      : undefined;
  }
  const target = targetSlot(instruction, slot);
  if (target === undefined) return undefined;
  const place = machine.code.sectionOfSlot(target);
  const outside = place === undefined || target >= place.section.firstSlot + place.section.slots;
  if (outside || (semantics.kind !== 'call' && own?.ordinal !== place.ordinal)) {
    return `jump out of range: it goes to instruction ${target - (own?.section.firstSlot ?? 0)} of ${own?.section.slots ?? 0}`;
  }
  return isSecondSlot(machine, target) ? 'jump into the middle of an lddw instruction' : undefined;
}

/** The slot before holds an lddw: code bytes, not decoded ones, so that it does not matter which came first. */
function isSecondSlot(machine: Machine, slot: number): boolean {
  const { code } = machine.program;
  const lddw = 0x18;
  let run = 0;
  while (slot - run > 0 && code[(slot - run - 1) * 8] === lddw) run++;
  return run % 2 === 1;
}

/** What an lddw loads: pseudo values become addresses of the machine. */
function wideConstant(machine: Machine, instruction: Instruction, slot: number): bigint | undefined {
  const { semantics } = instruction.row;
  if (semantics.kind !== 'lddw') return undefined;
  const { imm, immHigh } = instruction;
  switch (semantics.value) {
    case 'imm':
      return wideImmediate(instruction);
    case 'map_idx':
      return machine.maps[imm]?.address;
    case 'map_idx_value': {
      const map = machine.maps[imm];
      const offset = immHigh >>> 0;
      if (map instanceof ArenaMap)
        return offset <= map.pages * arenaPageSize ? map.start + BigInt(offset) : undefined;
      return map?.valueBase === undefined || offset >= map.linked.definition.valueSize
        ? undefined
        : map.valueBase + BigInt(offset);
    }
    case 'func': {
      const target = slot + 1 + imm;
      const address = machine.code.addressOfSlot(target);
      return address === 0n ? undefined : address;
    }
    case 'map_fd':
    case 'map_value':
    case 'btf_id':
      return undefined;
  }
}
