/** The style of `llvm-objdump -d` (version 19): all numbers hexadecimal and signed. */
import { wideImmediate } from './encode.ts';
import { aluOperators, atomicOperators, jumpOperators, signExtendedBits } from './operators.ts';
import type { PrintNames } from './print-names.ts';
import type { Instruction, Semantics } from './row.ts';

type Of<Kind extends Semantics['kind']> = Extract<Semantics, { kind: Kind }>;

export interface LlvmStyle {
  /** Loads and stores of up to 4 bytes name `w` registers, as with `--mcpu=v3` and later. Default: `r`. */
  readonly alu32?: boolean;
  /**
   * llvm-objdump writes calls of helpers, subprograms and kfuncs all as `call 0x1`. With this, the latter two are
   * `call local +0x1` and `call kfunc 0x1`, which `assemble` reads back.
   */
  readonly distinctCalls?: boolean;
}

/** `r2 = *(u32 *)(r1 + 0x4)`, `if r1 > 0x10 goto +0x3 <LBB0_2>`. */
export function printLlvm(
  instruction: Instruction,
  slot = 0,
  names: PrintNames = {},
  style: LlvmStyle = {},
): string {
  const { row, dst, src, off, imm } = instruction;
  const { semantics } = row;
  switch (semantics.kind) {
    case 'alu':
      return alu(semantics, instruction);
    case 'byteswap': {
      const name = semantics.order === 'swap' ? 'bswap' : semantics.order;
      return `r${dst} = ${name}${semantics.bits} r${dst}`;
    }
    case 'load': {
      const letter = semantics.signed ? 'r' : dataLetter(semantics.size, style);
      return `${letter}${dst} = *${pointer(semantics.signed ? 's' : 'u', semantics.size, src, off)}`;
    }
    case 'store': {
      const value = semantics.operand === 'imm' ? hex(imm) : `${dataLetter(semantics.size, style)}${src}`;
      return `*${pointer('u', semantics.size, dst, off)} = ${value}`;
    }
    case 'atomic':
      return atomic(semantics, instruction, style);
    case 'jump':
      return `if ${condition(semantics, instruction)} goto ${target(off, slot, names)}`;
    case 'goto':
      return semantics.displacement === 'off'
        ? `goto ${target(off, slot, names)}`
        : `gotol ${target(imm, slot, names)}`;
    case 'may_goto':
      return `may_goto ${target(off, slot, names)}`;
    case 'call':
      return call(semantics, instruction, names.call?.(instruction, slot), style);
    case 'exit':
      return 'exit';
    case 'lddw':
      return wideLoad(instruction, names.immediate?.(instruction, slot));
    case 'packet_load': {
      // LLVM has no IND load with an immediate, and drops the one it finds.
      const index = semantics.mode === 'abs' ? hex(imm) : `r${src}${imm === 0 ? '' : offset(imm)}`;
      return `r0 = *(u${semantics.size * 8} *)skb[${index}]`;
    }
    case 'addr_space_cast':
      return `r${dst} = addr_space_cast(r${src}, ${hex(imm >>> 16)}, ${hex(imm & 0xffff)})`;
  }
}

function hex(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

function offset(value: number): string {
  return value < 0 ? ` - ${hex(-value)}` : ` + ${hex(value)}`;
}

function displacement(value: number): string {
  return value < 0 ? hex(value) : `+${hex(value)}`;
}

function target(distance: number, slot: number, names: PrintNames): string {
  const label = names.label?.(slot + 1 + distance);
  return label === undefined ? displacement(distance) : `${displacement(distance)} <${label}>`;
}

function pointer(sign: 's' | 'u', size: number, base: number, off: number): string {
  return `(${sign}${size * 8} *)(r${base}${offset(off)})`;
}

function dataLetter(size: number, style: LlvmStyle): 'r' | 'w' {
  return style.alu32 === true && size < 8 ? 'w' : 'r';
}

function alu({ operation, width, operand }: Of<'alu'>, { dst, src, imm }: Instruction): string {
  const letter = width === 32 ? 'w' : 'r';
  if (operation === 'neg') return `${letter}${dst} = -${letter}${dst}`;
  const bits = signExtendedBits(operation);
  if (bits !== undefined) return `${letter}${dst} = (s${bits})${letter}${src}`;
  const value = operand === 'imm' ? hex(imm) : `${letter}${src}`;
  return `${letter}${dst} ${aluOperators[operation] ?? operation} ${value}`;
}

function condition({ operation, width, operand }: Of<'jump'>, { dst, src, imm }: Instruction): string {
  const letter = width === 32 ? 'w' : 'r';
  return `${letter}${dst} ${jumpOperators[operation]} ${operand === 'imm' ? hex(imm) : `${letter}${src}`}`;
}

/** Only `lock … +=` of 4 bytes exists without alu32; llvm-objdump has no text for the others then. */
function atomic(
  { operation, fetch, size }: Of<'atomic'>,
  instruction: Instruction,
  style: LlvmStyle,
): string {
  const { dst, src, off } = instruction;
  const at = pointer('u', size, dst, off);
  const address = `r${dst}${offset(off)}`;
  const letter = size === 8 || (operation === 'add' && !fetch && style.alu32 !== true) ? 'r' : 'w';
  const suffix = size === 8 ? '_64' : '32_32';
  switch (operation) {
    case 'load_acquire':
      return `${letter}${dst} = load_acquire(${pointer('u', size, src, off)})`;
    case 'store_release':
      return `store_release(${at}, ${letter}${src})`;
    case 'xchg':
      return `${letter}${src} = xchg${suffix}(${address}, ${letter}${src})`;
    case 'cmpxchg':
      return `${letter}0 = cmpxchg${suffix}(${address}, ${letter}0, ${letter}${src})`;
    default:
      return fetch
        ? `${letter}${src} = atomic_fetch_${operation}(${at}, ${letter}${src})`
        : `lock *${at} ${atomicOperators[operation] ?? operation} ${letter}${src}`;
  }
}

function call(
  { target }: Of<'call'>,
  { dst, off, imm }: Instruction,
  name: string | undefined,
  style: LlvmStyle,
): string {
  if (target === 'register') return `callx r${dst}`;
  if (name !== undefined) return `call ${name}`;
  if (style.distinctCalls === true) {
    if (target === 'subprogram') return `call local ${displacement(imm)}`;
    if (target === 'kfunc') return `call kfunc ${hex(imm)}${off === 0 ? '' : `@${off}`}`;
  }
  return `call ${hex(imm)}`;
}

/** `ld_pseudo` shows LLVM's number for what the immediate is (`src`); LLVM drops its upper half, here it stays. */
function wideLoad(instruction: Instruction, name: string | undefined): string {
  const { dst, src } = instruction;
  const value = wideImmediate(instruction);
  if (name !== undefined) return `r${dst} = ${name} ll`;
  if (src === 0) return `r${dst} = ${hex(BigInt.asIntN(64, value))} ll`;
  return `ld_pseudo\tr${dst}, ${hex(src)}, ${hex(value)}`;
}
