import { readUnsigned } from '../base/bytes.ts';
import { decode } from '../isa/decode.ts';
import type { Instruction, Semantics } from '../isa/row.ts';
import { accessFault } from '../machine/access-fault.ts';
import { outcome, type Outcome } from '../machine/helper.ts';
import { refusalOfFrame } from '../machine/stack-depth.ts';
import { decoded, state } from '../machine/layout.ts';
import { spinUnlockHelper } from '../machine/locks.ts';
import type { Machine } from '../machine/machine.ts';
import { performArenaAccess } from './arena-access.ts';
import { isArenaPointer } from './arena-pointer.ts';
import { addressRegister, isRefusedInArena, refusal, targetSlot } from './interpreter/decode-program.ts';
import { performPacketLoad } from './packet-load.ts';

/** Kfuncs that may be called while a lock is held (kfunc_spin_allowed): of iterators, lists, trees and other locks. */
const lockedKfuncs = /^bpf_(iter_num|list|rbtree|res_spin|refcount_acquire)_/;

/**
 * Performs the instruction where the machine stands, when the fast path does not: accesses to the context, calls
 * through registers, and everything that ends in a fault.
 */
export function performSpecial(machine: Machine): Outcome {
  const { slot } = machine;
  const result = decode(machine.program.code, slot);
  const place = machine.code.sectionOfSlot(slot);
  if (place !== undefined && slot === place.section.firstSlot + place.section.slots) {
    const message = `the program runs off the end of section ${place.section.name}: its last instruction is not an exit or a jump`;
    return machine.fail({ kind: 'end-of-code', message });
  }
  if (!result.ok) return machine.fail({ kind: 'invalid-instruction', message: result.problem.message });
  const refused = refusal(machine, result.value, slot);
  if (refused !== undefined) return machine.fail({ kind: 'invalid-instruction', message: refused });
  return performInstruction(machine, result.value);
}

function performInstruction(machine: Machine, instruction: Instruction): Outcome {
  const { row } = instruction;
  const { semantics } = row;
  switch (semantics.kind) {
    case 'load':
      return performAccess(machine, instruction, 'read', semantics.size);
    case 'store':
      return performAccess(machine, instruction, 'write', semantics.size);
    case 'atomic':
      return performAccess(machine, instruction, atomicAccess(machine, instruction), semantics.size);
    case 'call':
      return performCall(machine, instruction, semantics.target);
    case 'exit':
      return performExit(machine);
    case 'packet_load':
      return performPacketLoad(machine, instruction, semantics);
    case 'addr_space_cast':
      machine.fail({
        kind: 'refused-by-kernel',
        message: 'addr_space_cast insn can only be used in a program that has an associated arena',
      });
      return outcome.fault;
    default:
      return machine.fail({
        kind: 'unsupported-instruction',
        message: `the machine does not have the instruction ${row.name} (opcode 0x${row.opcode.toString(16)})`,
      });
  }
}

/** An exit while the program holds references: the program itself has to have released them. */
function performExit(machine: Machine): Outcome {
  const { depth } = machine.frames;
  const leak =
    depth === 0 && machine.kernelRules
      ? machine.references.leak('BPF_EXIT instruction in main prog')
      : undefined;
  return leak === undefined ? outcome.exit : machine.fail(leak);
}

/** What of an atomic instruction was refused: where it may write, it may not read. */
function atomicAccess(machine: Machine, instruction: Instruction): 'read' | 'write' {
  const { semantics } = instruction.row;
  if (semantics.kind !== 'atomic' || semantics.operation === 'load_acquire') return 'read';
  const address = accessedAddress(machine, instruction);
  return machine.regions.resolve(address, semantics.size, 'write') === undefined ? 'write' : 'read';
}

function accessedAddress(machine: Machine, instruction: Instruction): bigint {
  return BigInt.asUintN(64, machine.register(addressRegister(instruction)) + BigInt(instruction.off));
}

/** Where addresses of the kernel begin on x86-64. */
const kernelAddresses = 0xffff_8000_0000_0000n;

/** A load through a pointer to a struct of the kernel; false where the environment says nothing of what lies there. */
function loadOutside(machine: Machine, { dst, row }: Instruction, address: bigint, size: number): boolean {
  const found = machine.kernelMemory.find(address);
  if (found === undefined || found.available < size) return false;
  machine.accessListener?.(found.linear, size, 'read');
  const value = readUnsigned(machine.memory.bytes.subarray(found.linear, found.linear + size));
  const signed = row.semantics.kind === 'load' && row.semantics.signed;
  machine.setRegister(dst, signed ? BigInt.asIntN(8 * size, value) : value);
  return true;
}

/** An access that the region table refused: a store to the context by its program type's rules, else a fault. */
function performAccess(
  machine: Machine,
  instruction: Instruction,
  type: 'read' | 'write',
  size: number,
): Outcome {
  const register = addressRegister(instruction);
  const address = accessedAddress(machine, instruction);
  const place = machine.regions.locate(address);
  if (isRefusedInArena(instruction) && isArenaPointer(machine, machine.slot, register)) {
    const message = `BPF_ATOMIC stores into R${register} arena is not allowed`;
    return machine.fail({ kind: 'refused-by-kernel', message, access: { type, address, size, register } });
  }
  const { kind } = instruction.row.semantics;
  if (place?.region.kind === 'ctx' && kind === 'store' && machine.contextStore !== undefined) {
    if (machine.contextStore(machine, place.offset, size, storedValue(machine, size))) return outcome.next;
  }
  if (kind === 'load' && address >= kernelAddresses && loadOutside(machine, instruction, address, size))
    return outcome.next;
  if (performArenaAccess(machine, instruction, address)) return outcome.next;
  return machine.fail(accessFault(machine, { type, address, size, register }));
}

function storedValue(machine: Machine, size: number): bigint {
  const { view, bytes } = machine.memory;
  const operand = view.getUint32(view.getUint32(state.ip, true) + decoded.operand, true);
  return readUnsigned(bytes.subarray(operand, operand + size));
}

function performCall(
  machine: Machine,
  instruction: Instruction,
  target: Extract<Semantics, { kind: 'call' }>['target'],
): Outcome {
  switch (target) {
    case 'subprogram':
      return callSubprogram(machine, targetSlot(instruction, machine.slot) ?? 0);
    case 'kfunc':
      return callKernelFunction(machine, instruction);
    case 'register':
      return callRegister(machine, instruction.dst);
    case 'helper':
      return callHelper(machine);
  }
}

/** A kfunc: its immediate is an index into LinkedProgram.kernelFunctions. */
function callKernelFunction(machine: Machine, { imm }: Instruction): Outcome {
  const name = machine.program.kernelFunctions[imm]?.name;
  const kfunc = name === undefined ? undefined : machine.helpers.kfuncs?.get(name);
  if (kfunc === undefined) {
    const message = `the machine does not have the kfunc ${name ?? `with BTF id ${imm}`}`;
    return machine.fail({ kind: 'unsupported-kfunc', message });
  }
  const { programType } = machine;
  if (kfunc.types !== undefined && programType !== '' && !kfunc.types.includes(programType)) {
    if (machine.refuse(`calling kernel function ${kfunc.name} is not allowed`)) return outcome.fault;
  }
  if (machine.locks.held !== 0n && !lockedKfuncs.test(kfunc.name)) {
    if (machine.refuse('function calls are not allowed while holding a lock')) return outcome.fault;
  }
  return kfunc.call(machine);
}

/** callx: the address of a function, or (in code that clang made at -O0) the number of a helper. */
function callRegister(machine: Machine, register: number): Outcome {
  const address = machine.register(register);
  const target = machine.code.slotOfAddress(address);
  if (target === undefined) {
    if (machine.helpers.nameOf(Number(address)) !== undefined)
      return callHelperById(machine, Number(address));
    const message = `callx R${register}: 0x${address.toString(16)} is neither the address of a function nor the number of a helper`;
    return machine.fail({
      kind: 'invalid-access',
      message,
      access: { type: 'call', address, size: 8, register },
    });
  }
  return callSubprogram(machine, target);
}

/** The function at slot `target`: a call that may be one frame, or some bytes of stack, too many. */
function callSubprogram(machine: Machine, target: number): Outcome {
  const refused = refusalOfFrame(machine) ?? machine.stackDepths.refusalOfCall(machine, target);
  if (refused !== undefined) return machine.fail(refused);
  const { view } = machine.memory;
  const ip = view.getUint32(state.ip, true);
  machine.frames.pushSubprogram(ip, ip + decoded.sizeOf, machine.code.ipOfSlot(target), machine.cycle + 1);
  return outcome.reload;
}

/** The helper call where the machine stands: its id is the immediate. */
export function callHelper(machine: Machine): Outcome {
  const { view } = machine.memory;
  return callHelperById(machine, view.getInt32(view.getUint32(state.ip, true) + decoded.constant, true));
}

function callHelperById(machine: Machine, id: number): Outcome {
  const helper = machine.helpers.helpers.get(id);
  if (machine.locks.used && id !== spinUnlockHelper && machine.locks.held !== 0n) {
    if (machine.refuse('function calls are not allowed while holding a lock')) return outcome.fault;
  }
  if (helper !== undefined) return helper.call(machine);
  const name = machine.helpers.nameOf(id);
  const message =
    name === undefined
      ? `invalid func unknown#${id}: the kernel has no helper of this number`
      : `the machine does not have the helper ${name}#${id}`;
  return machine.fail({ kind: 'unsupported-helper', message });
}
