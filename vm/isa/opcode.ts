/**
 * The parts of an opcode byte (RFC 9669 §3 and §5; uapi/linux/bpf.h, bpf_common.h).
 *
 *     arithmetic and jump                    load and store
 *     +----------+--------+---------+        +--------+--------+---------+
 *     | 4 bits   | 1 bit  | 3 bits  |        | 3 bits | 2 bits | 3 bits  |
 *     | code     | source | class   |        | mode   | size   | class   |
 *     +----------+--------+---------+        +--------+--------+---------+
 */
import type { AccessSize, AluOperation, AtomicOperation, JumpOperation, Width } from './row.ts';

export const InstructionClass = {
  ld: 0x00,
  ldx: 0x01,
  st: 0x02,
  stx: 0x03,
  alu: 0x04,
  jmp: 0x05,
  jmp32: 0x06,
  alu64: 0x07,
} as const;

export const Mode = {
  imm: 0x00,
  abs: 0x20,
  ind: 0x40,
  mem: 0x60,
  memsx: 0x80,
  atomic: 0xc0,
} as const;

/** Source bit: `k` takes the operand from `imm`, `x` from the register `src`. */
export const Source = { k: 0x00, x: 0x08 } as const;

export const sizeBits: Readonly<Record<AccessSize, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 };

/** As mnemonics end: ldxb, ldxh, ldxw, ldxdw. */
export const sizeLetters: Readonly<Record<AccessSize, string>> = { 1: 'b', 2: 'h', 4: 'w', 8: 'dw' };

export const aluClass: Readonly<Record<Width, number>> = {
  32: InstructionClass.alu,
  64: InstructionClass.alu64,
};

export const jumpClass: Readonly<Record<Width, number>> = {
  32: InstructionClass.jmp32,
  64: InstructionClass.jmp,
};

/** sdiv, smod and movsx share the code of their unsigned kin; `off` tells them apart. */
export const aluCode: Readonly<Record<AluOperation, number>> = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  sdiv: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  neg: 0x80,
  mod: 0x90,
  smod: 0x90,
  xor: 0xa0,
  mov: 0xb0,
  movsx8: 0xb0,
  movsx16: 0xb0,
  movsx32: 0xb0,
  arsh: 0xc0,
};

/** BPF_END: byte swaps, in both ALU classes. */
export const endCode = 0xd0;

export const jumpCode: Readonly<Record<JumpOperation, number>> = {
  eq: 0x10,
  gt: 0x20,
  ge: 0x30,
  set: 0x40,
  ne: 0x50,
  sgt: 0x60,
  sge: 0x70,
  lt: 0xa0,
  le: 0xb0,
  slt: 0xc0,
  sle: 0xd0,
};

/** Codes of the jump classes that are no comparison. */
export const ControlCode = { ja: 0x00, call: 0x80, exit: 0x90, jcond: 0xe0 } as const;

/** BPF_FETCH in `imm` of an atomic operation. */
export const fetchBit = 0x01;

/** `imm` of an atomic operation, without BPF_FETCH where it is optional. */
export const atomicCode: Readonly<Record<AtomicOperation, number>> = {
  add: 0x00,
  or: 0x40,
  and: 0x50,
  xor: 0xa0,
  xchg: 0xe0 | fetchBit,
  cmpxchg: 0xf0 | fetchBit,
  load_acquire: 0x100,
  store_release: 0x110,
};

/** Bytes of one instruction slot; lddw takes two. */
export const slotSize = 8;

export const registerCount = 11;

/** r10, which programs may only read. */
export const framePointer = 10;
