/** Bytes to instructions, refusing what RFC 9669 and the kernel's verifier refuse in an instruction's encoding. */
import { failed, ok, type Problem, type Result } from '../base/problem.ts';
import { framePointer, registerCount, slotSize } from './opcode.ts';
import type { Instruction, InstructionRow, RegisterUse, Selector } from './row.ts';
import { instructionTable } from './table.ts';

interface OpcodeEntry {
  readonly selector: Selector | undefined;
  /** By the selector's value; by 0 where there is no selector. */
  readonly rows: Map<number, InstructionRow>;
}

const opcodeEntries: readonly (OpcodeEntry | undefined)[] = indexOpcodes();

function indexOpcodes(): (OpcodeEntry | undefined)[] {
  const entries = new Array<OpcodeEntry | undefined>(256).fill(undefined);
  for (const row of instructionTable) {
    const entry = (entries[row.opcode] ??= { selector: row.selector, rows: new Map() });
    const use = row.selector === undefined ? [0] : row.fields[row.selector];
    for (const value of typeof use === 'string' ? [] : use) entry.rows.set(value, row);
  }
  return entries;
}

/** clang before version 19 puts its register into imm, where clang 19 and GCC have it in dst. */
const callx = 0x8d;

/** Instructions of newer kernels that this machine does not have, by opcode: refused by name. */
const notImplemented = new Map([[0x0d, 'gotox']]);

/** The instruction that starts at `slot` (byte offset slot × 8). */
export function decode(code: Uint8Array, slot: number): Result<Instruction> {
  return toResult(decodeSlot(viewOf(code), slot));
}

/** One entry per slot, undefined in the second slots of lddw; the first problem where the code has any. */
export function decodeAll(code: Uint8Array): Result<readonly (Instruction | undefined)[]> {
  const view = viewOf(code);
  const count = Math.ceil(code.length / slotSize);
  const instructions = new Array<Instruction | undefined>(count).fill(undefined);
  for (let slot = 0; slot < count;) {
    const found = decodeSlot(view, slot);
    if (!isInstruction(found)) return failed(found);
    instructions[slot] = found;
    slot += found.slots;
  }
  return ok(instructions);
}

/** The code decoded last, and its view: programs are decoded one instruction after another. */
let recent: { readonly code: Uint8Array; readonly view: DataView } | undefined;

function viewOf(code: Uint8Array): DataView {
  if (recent?.code !== code)
    recent = { code, view: new DataView(code.buffer, code.byteOffset, code.byteLength) };
  return recent.view;
}

function isInstruction(found: Instruction | Problem): found is Instruction {
  return 'row' in found;
}

function toResult(found: Instruction | Problem): Result<Instruction> {
  return isInstruction(found) ? ok(found) : failed(found);
}

function decodeSlot(view: DataView, slot: number): Instruction | Problem {
  const at = slot * slotSize;
  if (!Number.isInteger(slot) || slot < 0 || at + slotSize > view.byteLength) {
    const message = `slot ${slot} does not lie within code of ${view.byteLength} bytes (${slotSize} bytes a slot)`;
    return { code: 'truncated-code', message, place: { offset: at } };
  }
  const opcode = view.getUint8(at);
  const registers = view.getUint8(at + 1);
  let dst = registers & 0xf;
  const src = registers >> 4;
  const off = view.getInt16(at + 2, true);
  let imm = view.getInt32(at + 4, true);
  if (opcode === callx && registers === 0 && imm > 0 && imm < framePointer) [dst, imm] = [imm, 0];

  const entry = opcodeEntries[opcode];
  if (entry === undefined) return unknownOpcode(opcode, slot);
  const { selector } = entry;
  const selected = selector === undefined ? 0 : selector === 'src' ? src : selector === 'off' ? off : imm;
  const row = entry.rows.get(selected);
  if (row === undefined) return unknownVariant(opcode, slot, entry, selected);

  const { kind } = row.semantics;
  if (kind !== 'lddw') {
    const instruction: Instruction = { row, dst, src, off, imm, immHigh: 0, slots: 1 };
    return fieldProblem(instruction, slot) ?? instruction;
  }
  const second = secondSlotProblem(view, row, slot);
  if (second !== undefined) return second;
  const immHigh = view.getInt32(at + slotSize + 4, true);
  const instruction: Instruction = { row, dst, src, off, imm, immHigh, slots: 2 };
  return fieldProblem(instruction, slot) ?? instruction;
}

/** As the verifier: the second slot carries `imm` and nothing else ("invalid bpf_ld_imm64 insn"). */
function secondSlotProblem(view: DataView, row: InstructionRow, slot: number): Problem | undefined {
  const at = (slot + 1) * slotSize;
  if (at + slotSize > view.byteLength) {
    return refuse('truncated-lddw', row, slot, 'takes two slots, but the code ends after the first');
  }
  if (view.getUint32(at, true) === 0) return undefined;
  const found = `opcode ${hexByte(view.getUint8(at))}, registers ${hexByte(view.getUint8(at + 1))}, off ${view.getInt16(at + 2, true)}`;
  return refuse('bad-lddw', row, slot, `has ${found} in its second slot, where only imm may be other than 0`);
}

function fieldProblem(instruction: Instruction, slot: number): Problem | undefined {
  const { row, dst, src, off, imm, immHigh } = instruction;
  const { fields } = row;
  if (fields.dst === 'reserved') {
    if (dst !== 0) return reserved(row, slot, 'dst', dst);
  } else if (dst >= framePointer) {
    const problem = registerProblem(row, slot, 'dst', dst, fields.dst);
    if (problem !== undefined) return problem;
  }
  if (fields.src === 'reserved') {
    if (src !== 0) return reserved(row, slot, 'src', src);
  } else if (src >= framePointer && typeof fields.src === 'string') {
    const problem = registerProblem(row, slot, 'src', src, fields.src);
    if (problem !== undefined) return problem;
  }
  if (off !== 0 && fields.off === 'reserved') return reserved(row, slot, 'off', off);
  if (fields.imm !== 'free') {
    if (fields.imm === 'reserved') {
      if (imm !== 0) return reserved(row, slot, 'imm', imm);
    } else if (!fields.imm.includes(imm)) {
      return refuse(
        'bad-field',
        row,
        slot,
        `has imm ${imm}; only ${listed(fields.imm)} have a meaning there`,
      );
    }
  }
  if (immHigh !== 0 && fields.immHigh === 'reserved') {
    return reserved(row, slot, 'the imm of the second slot', immHigh);
  }
  return undefined;
}

function registerProblem(
  row: InstructionRow,
  slot: number,
  field: string,
  register: number,
  use: RegisterUse,
): Problem | undefined {
  if (register >= registerCount) {
    return refuse('bad-register', row, slot, `names r${register} in ${field}; there are only r0 to r10`);
  }
  if (use === 'read') return undefined;
  return refuse('frame-pointer-write', row, slot, 'writes r10, but the frame pointer is read only');
}

function reserved(row: InstructionRow, slot: number, field: string, value: number): Problem {
  return refuse('reserved-field', row, slot, `has ${field} ${value}; the field is reserved and must be 0`);
}

function refuse(code: string, row: InstructionRow, slot: number, what: string): Problem {
  const message = `${row.name} (opcode ${hexByte(row.opcode)}) at slot ${slot} ${what}`;
  return { code, message, place: { offset: slot * slotSize } };
}

function unknownOpcode(opcode: number, slot: number): Problem {
  const name = notImplemented.get(opcode);
  const what = name === undefined ? 'is no instruction' : `is ${name}, which is not implemented`;
  return {
    code: name === undefined ? 'unknown-opcode' : 'not-implemented',
    message: `opcode ${hexByte(opcode)} at slot ${slot} ${what}`,
    place: { offset: slot * slotSize },
  };
}

function unknownVariant(opcode: number, slot: number, entry: OpcodeEntry, value: number): Problem {
  const field = entry.selector ?? 'src';
  const known = [...entry.rows.keys()].sort((a, b) => a - b);
  return {
    code: 'unknown-variant',
    message: `opcode ${hexByte(opcode)} at slot ${slot} has ${field} ${value}, which is no instruction: ${field} may be ${listed(known)}`,
    place: { offset: slot * slotSize },
  };
}

function hexByte(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

function listed(values: readonly number[]): string {
  const last = values.at(-1) ?? '';
  return values.length < 2 ? String(last) : `${values.slice(0, -1).join(', ')} or ${last}`;
}
