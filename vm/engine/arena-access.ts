import type { Instruction } from '../isa/row.ts';
import { readUnsigned } from '../base/bytes.ts';
import { decoded, state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { arenaOf } from '../maps/arena-map.ts';
import { addressRegister } from './interpreter/decode-program.ts';
import { isArenaPointer } from './arena-pointer.ts';

type Access = Extract<Instruction['row']['semantics'], { kind: 'load' | 'store' | 'atomic' }>;

/** Where the offset of an instruction reaches beyond the arena: the kernel has nothing there (GUARD_SZ). */
const reach = 0x8000n;

/**
 * An access to an arena that the region's limits do not cover. In pages that are allocated it is performed; elsewhere
 * loads give 0, and stores and atomic instructions do nothing, as the kernel's handler of page faults goes on behind
 * the instruction (ex_handler_bpf of arch/x86/net/bpf_jit_comp.c). False: the address is not one of an arena.
 */
export function performArenaAccess(machine: Machine, instruction: Instruction, address: bigint): boolean {
  const { semantics } = instruction.row;
  if (semantics.kind !== 'load' && semantics.kind !== 'store' && semantics.kind !== 'atomic') return false;
  const arena = arenaOf(machine);
  if (arena === undefined) return false;
  const low = offsetFrom(machine, arena.high, instruction, address);
  if (low === undefined) return false;
  const linear = arena.allocatedAt(Number(low - (arena.start - arena.high)), semantics.size);
  if (linear !== undefined) {
    perform(machine, instruction, semantics, linear);
    return true;
  }
  if (semantics.kind === 'load') machine.setRegister(instruction.dst, 0n);
  note(machine, arena.name, semantics.kind, low);
  return true;
}

/** Distance of an address from where the low half is 0; undefined where it is no address of an arena. */
function offsetFrom(
  machine: Machine,
  high: bigint,
  instruction: Instruction,
  address: bigint,
): bigint | undefined {
  const distance = address - high;
  if (distance >= -reach && distance < 0x1_0000_0000n + reach) return distance;
  // A cast leaves NULL as it is.
  const fromNull = BigInt.asIntN(64, address);
  const small = fromNull >= -reach && fromNull < 0x1_0000n;
  return small && isArenaPointer(machine, machine.slot, addressRegister(instruction)) ? fromNull : undefined;
}

function note(machine: Machine, arena: string, kind: string, low: bigint): void {
  const name = 'arena';
  if (machine.notes.some((earlier) => earlier.run === machine.run && earlier.helper === name)) return;
  const effect = kind === 'load' ? 'loads give 0 there' : 'stores do nothing there';
  const where = low < 0n ? `-0x${(-low).toString(16)}` : `0x${low.toString(16)}`;
  machine.emitNote(name, `${arena} has no page at ${where}: ${effect}`);
}

/** Of allocated pages that lie behind ones that are not. */
function perform(machine: Machine, instruction: Instruction, semantics: Access, linear: number): void {
  const { memory, accessListener } = machine;
  const { size, kind } = semantics;
  const reads = kind === 'load' || (kind === 'atomic' && semantics.operation !== 'store_release');
  const writes = kind === 'store' || (kind === 'atomic' && semantics.operation !== 'load_acquire');
  if (reads) accessListener?.(linear, size, 'read');
  if (writes) accessListener?.(linear, size, 'write');
  const bits = size * 8;
  const old = readUnsigned(memory.bytes.subarray(linear, linear + size));
  if (kind === 'load') {
    machine.setRegister(instruction.dst, semantics.signed ? BigInt.asIntN(bits, old) : old);
    return;
  }
  const operand = operandOf(machine, bits);
  if (kind === 'store') return write(machine, linear, size, operand);
  const { operation, fetch } = semantics;
  if (operation === 'load_acquire') return machine.setRegister(instruction.dst, old);
  write(machine, linear, size, combined(machine, operation, old, operand, bits));
  if (operation === 'cmpxchg') machine.setRegister(0, old);
  else if (fetch) machine.setRegister(instruction.src, old);
}

type Changing = Exclude<Extract<Access, { kind: 'atomic' }>['operation'], 'load_acquire'>;

function combined(machine: Machine, operation: Changing, old: bigint, operand: bigint, bits: number): bigint {
  switch (operation) {
    case 'add':
      return old + operand;
    case 'and':
      return old & operand;
    case 'or':
      return old | operand;
    case 'xor':
      return old ^ operand;
    case 'xchg':
    case 'store_release':
      return operand;
    case 'cmpxchg':
      return BigInt.asUintN(bits, machine.register(0)) === old ? operand : old;
  }
}

function operandOf(machine: Machine, bits: number): bigint {
  const { view } = machine.memory;
  const at = view.getUint32(view.getUint32(state.ip, true) + decoded.operand, true);
  return BigInt.asUintN(bits, view.getBigUint64(at, true));
}

function write({ memory }: Machine, linear: number, size: number, value: bigint): void {
  for (let i = 0; i < size; i++) memory.bytes[linear + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
