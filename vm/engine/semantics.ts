import type { AluOperation, AtomicOperation, JumpOperation, Width } from '../isa/row.ts';
import type { FunctionBuilder } from './wasm/function-builder.ts';
import { valueType, wasm, type WasmOpcode } from './wasm/opcodes.ts';

/**
 * What the instructions compute, as WebAssembly: the part that the interpreter and the compiler share. Each function
 * leaves its result on the stack; where operands come from and results go to is the engine's business.
 */

/** Pushes an operand: its 64 bits, or its low 32 bits as an i32. */
export interface Operand {
  push64(): void;
  push32(): void;
  /** Where it is an immediate. */
  readonly constant?: number;
}

interface WidthCodes {
  readonly type: 0x7f | 0x7e;
  readonly eqz: WasmOpcode;
  readonly binary: Readonly<Partial<Record<AluOperation, WasmOpcode>>>;
  readonly compare: Readonly<Partial<Record<JumpOperation, WasmOpcode>>>;
  readonly eq: WasmOpcode;
  readonly divide: {
    readonly div: WasmOpcode;
    readonly mod: WasmOpcode;
    readonly sdiv: WasmOpcode;
    readonly smod: WasmOpcode;
  };
}

const codes: Readonly<Record<Width, WidthCodes>> = {
  64: {
    type: valueType.i64,
    eqz: wasm.i64_eqz,
    eq: wasm.i64_eq,
    binary: {
      add: wasm.i64_add,
      sub: wasm.i64_sub,
      mul: wasm.i64_mul,
      or: wasm.i64_or,
      and: wasm.i64_and,
      xor: wasm.i64_xor,
      lsh: wasm.i64_shl,
      rsh: wasm.i64_shr_u,
      arsh: wasm.i64_shr_s,
    },
    divide: { div: wasm.i64_div_u, mod: wasm.i64_rem_u, sdiv: wasm.i64_div_s, smod: wasm.i64_rem_s },
    compare: {
      eq: wasm.i64_eq,
      ne: wasm.i64_ne,
      gt: wasm.i64_gt_u,
      ge: wasm.i64_ge_u,
      lt: wasm.i64_lt_u,
      le: wasm.i64_le_u,
      sgt: wasm.i64_gt_s,
      sge: wasm.i64_ge_s,
      slt: wasm.i64_lt_s,
      sle: wasm.i64_le_s,
    },
  },
  32: {
    type: valueType.i32,
    eqz: wasm.i32_eqz,
    eq: wasm.i32_eq,
    binary: {
      add: wasm.i32_add,
      sub: wasm.i32_sub,
      mul: wasm.i32_mul,
      or: wasm.i32_or,
      and: wasm.i32_and,
      xor: wasm.i32_xor,
      lsh: wasm.i32_shl,
      rsh: wasm.i32_shr_u,
      arsh: wasm.i32_shr_s,
    },
    divide: { div: wasm.i32_div_u, mod: wasm.i32_rem_u, sdiv: wasm.i32_div_s, smod: wasm.i32_rem_s },
    compare: {
      eq: wasm.i32_eq,
      ne: wasm.i32_ne,
      gt: wasm.i32_gt_u,
      ge: wasm.i32_ge_u,
      lt: wasm.i32_lt_u,
      le: wasm.i32_le_u,
      sgt: wasm.i32_gt_s,
      sge: wasm.i32_ge_s,
      slt: wasm.i32_lt_s,
      sle: wasm.i32_le_s,
    },
  },
};

/** Pushes the result of an ALU operation as 64 bits; 32-bit operations clear the upper half (RFC 9669, 4.1). */
export function emitAlu(
  f: FunctionBuilder,
  operation: AluOperation,
  width: Width,
  dst: Operand,
  src: Operand,
): void {
  const push = (operand: Operand): void => (width === 64 ? operand.push64() : operand.push32());
  const { type } = codes[width];
  switch (operation) {
    case 'div':
    case 'mod':
    case 'sdiv':
    case 'smod':
      emitDivision(
        f,
        operation,
        width,
        () => push(dst),
        () => push(src),
        src.constant,
      );
      break;
    case 'neg':
      if (width === 64) f.i64(0n);
      else f.i32(0);
      push(dst);
      f.op(width === 64 ? wasm.i64_sub : wasm.i32_sub);
      break;
    case 'mov':
      push(src);
      break;
    case 'movsx8':
    case 'movsx16':
    case 'movsx32':
      push(src);
      f.op(signExtension(operation, width));
      break;
    default: {
      const opcode = codes[width].binary[operation];
      if (opcode === undefined) throw new Error(`no WebAssembly for ${operation}`);
      push(dst);
      push(src);
      f.op(opcode);
    }
  }
  if (type === valueType.i32) f.op(wasm.i64_extend_i32_u);
}

function signExtension(operation: 'movsx8' | 'movsx16' | 'movsx32', width: Width): WasmOpcode {
  if (operation === 'movsx8') return width === 64 ? wasm.i64_extend8_s : wasm.i32_extend8_s;
  if (operation === 'movsx16') return width === 64 ? wasm.i64_extend16_s : wasm.i32_extend16_s;
  return wasm.i64_extend32_s;
}

/**
 * Division by zero gives 0, remainder by zero leaves dst; the smallest number divided by -1 is itself, remainder 0
 * (RFC 9669, 4.1). None of these may reach WebAssembly's own division, which traps.
 */
function emitDivision(
  f: FunctionBuilder,
  operation: 'div' | 'mod' | 'sdiv' | 'smod',
  width: Width,
  pushDst: () => void,
  pushSrc: () => void,
  divisor: number | undefined,
): void {
  const { type, eqz, eq, divide } = codes[width];
  if (divisor !== undefined && divisor !== 0 && divisor !== -1) {
    pushDst();
    pushSrc();
    f.op(divide[operation]);
    return;
  }
  const pushZero = (): void => (width === 64 ? f.i64(0n) : f.i32(0));
  const remainder = operation === 'mod' || operation === 'smod';
  pushSrc();
  f.op(eqz);
  f.if(type);
  if (remainder) pushDst();
  else pushZero();
  f.else();
  if (operation === 'sdiv' || operation === 'smod') {
    pushSrc();
    if (width === 64) f.i64(-1n);
    else f.i32(-1);
    f.op(eq);
    f.if(type);
    pushZero();
    if (!remainder) {
      pushDst();
      f.op(width === 64 ? wasm.i64_sub : wasm.i32_sub);
    }
    f.else();
  }
  pushDst();
  pushSrc();
  f.op(divide[operation]);
  if (operation === 'sdiv' || operation === 'smod') f.end();
  f.end();
}

/** Pushes 1 where the jump is taken (i32). */
export function emitCondition(
  f: FunctionBuilder,
  operation: JumpOperation,
  width: Width,
  dst: Operand,
  src: Operand,
): void {
  const wide = width === 64;
  if (wide) dst.push64();
  else dst.push32();
  if (wide) src.push64();
  else src.push32();
  if (operation === 'set') {
    if (wide) f.op(wasm.i64_and, wasm.i64_eqz, wasm.i32_eqz);
    else f.op(wasm.i32_and, wasm.i32_eqz, wasm.i32_eqz);
    return;
  }
  const opcode = codes[width].compare[operation];
  if (opcode === undefined) throw new Error(`no WebAssembly for ${operation}`);
  f.op(opcode);
}

/**
 * Pushes an address of the arena: the low half of `source` with the high half that `pushHigh` pushes, and 0 for a low
 * half of 0. Both directions of addr_space_cast do the same here; `scratch` is an i64 local.
 */
export function emitArenaAddress(
  f: FunctionBuilder,
  source: Operand,
  pushHigh: () => void,
  scratch: number,
): void {
  source.push64();
  f.i64(0xffffffffn);
  f.op(wasm.i64_and);
  f.tee(scratch);
  pushHigh();
  f.op(wasm.i64_or);
  f.get(scratch);
  f.get(scratch);
  f.op(wasm.i32_wrap_i64, wasm.select);
}

/** Pushes dst in another byte order, or cut to `bits` (le on a little-endian machine); `scratch` is an i64 local. */
export function emitByteSwap(
  f: FunctionBuilder,
  order: 'le' | 'be' | 'swap',
  bits: 16 | 32 | 64,
  dst: Operand,
  scratch: number,
): void {
  dst.push64();
  if (order === 'le') {
    if (bits !== 64) {
      f.i64(bits === 16 ? 0xffffn : 0xffffffffn);
      f.op(wasm.i64_and);
    }
    return;
  }
  swapWithin(f, scratch, 8n, 0x00ff00ff00ff00ffn);
  if (bits !== 16) swapWithin(f, scratch, 16n, 0x0000ffff0000ffffn);
  if (bits === 64) {
    f.i64(32n);
    f.op(wasm.i64_rotl);
    return;
  }
  f.i64(bits === 16 ? 0xffffn : 0xffffffffn);
  f.op(wasm.i64_and);
}

/** Exchanges neighbouring groups of `distance` bits of the value on the stack. */
function swapWithin(f: FunctionBuilder, scratch: number, distance: bigint, mask: bigint): void {
  f.tee(scratch);
  f.i64(distance);
  f.op(wasm.i64_shr_u);
  f.i64(mask);
  f.op(wasm.i64_and);
  f.get(scratch);
  f.i64(mask);
  f.op(wasm.i64_and);
  f.i64(distance);
  f.op(wasm.i64_shl, wasm.i64_or);
}

/** Pushes what an atomic operation leaves in memory, from the old value (a local) and the source register. */
export function emitAtomicResult(
  f: FunctionBuilder,
  operation: Exclude<AtomicOperation, 'load_acquire' | 'store_release'>,
  old: number,
  src: Operand,
  r0: Operand,
  size: 4 | 8,
): void {
  if (operation === 'xchg') {
    src.push64();
    return;
  }
  if (operation === 'cmpxchg') {
    src.push64();
    f.get(old);
    f.get(old);
    r0.push64();
    if (size === 4) {
      f.i64(0xffffffffn);
      f.op(wasm.i64_and);
    }
    f.op(wasm.i64_eq, wasm.select);
    return;
  }
  f.get(old);
  src.push64();
  f.op({ add: wasm.i64_add, or: wasm.i64_or, and: wasm.i64_and, xor: wasm.i64_xor }[operation]);
}

/** Loads of a given size into 64 bits. */
export const loads: Readonly<Record<'unsigned' | 'signed', Readonly<Record<1 | 2 | 4 | 8, WasmOpcode>>>> = {
  unsigned: { 1: wasm.i64_load8_u, 2: wasm.i64_load16_u, 4: wasm.i64_load32_u, 8: wasm.i64_load },
  signed: { 1: wasm.i64_load8_s, 2: wasm.i64_load16_s, 4: wasm.i64_load32_s, 8: wasm.i64_load },
};

/** Stores of the low bytes of 64 bits. */
export const stores: Readonly<Record<1 | 2 | 4 | 8, WasmOpcode>> = {
  1: wasm.i64_store8,
  2: wasm.i64_store16,
  4: wasm.i64_store32,
  8: wasm.i64_store,
};
