/**
 * The style of the kernel's verifier log and of bpftool (kernel/bpf/disasm.c): the opcode byte in front,
 * immediates decimal in arithmetic and stores, hexadecimal in conditional jumps.
 */
import { wideImmediate } from './encode.ts';
import { aluOperators, atomicOperators, jumpOperators, signed, signExtendedBits } from './operators.ts';
import type { PrintNames } from './print-names.ts';
import type { Instruction, Semantics } from './row.ts';

type Of<Kind extends Semantics['kind']> = Extract<Semantics, { kind: Kind }>;

/**
 * `(61) r2 = *(u32 *)(r1 +4)`. What the kernel's text leaves open is told apart as bpftool does (`map[fd:3]`,
 * `subprog[+7]`), so that `assemble` reads every line back.
 */
export function printKernel(instruction: Instruction, slot = 0, names: PrintNames = {}): string {
  const opcode = instruction.row.opcode.toString(16).padStart(2, '0');
  return `(${opcode}) ${statement(instruction, slot, names)}`;
}

function statement(instruction: Instruction, slot: number, names: PrintNames): string {
  const { row, dst, src, off, imm } = instruction;
  const { semantics } = row;
  switch (semantics.kind) {
    case 'alu':
      return alu(semantics, instruction);
    case 'byteswap': {
      const name = semantics.order === 'swap' ? 'bswap' : semantics.order;
      return `r${dst} = ${name}${semantics.bits} r${dst}`;
    }
    case 'load':
      return `r${dst} = ${memory(semantics.signed ? 's' : 'u', semantics.size, src, off)}`;
    case 'store': {
      const value = semantics.operand === 'imm' ? String(imm) : `r${src}`;
      return `${memory('u', semantics.size, dst, off)} = ${value}`;
    }
    case 'atomic':
      return atomic(semantics, instruction);
    case 'jump':
      return jump(semantics, instruction);
    case 'goto':
      return semantics.displacement === 'off' ? `goto pc${signed(off)}` : `gotol pc${signed(imm)}`;
    case 'may_goto':
      return `may_goto pc${signed(off)}`;
    case 'call':
      return call(semantics, instruction, names.call?.(instruction, slot));
    case 'exit':
      return 'exit';
    case 'lddw':
      return `r${dst} = ${names.immediate?.(instruction, slot) ?? wideValue(semantics, instruction)}`;
    case 'packet_load': {
      const index = semantics.mode === 'abs' ? String(imm) : `r${src} + ${imm}`;
      return `r0 = *(u${semantics.size * 8} *)skb[${index}]`;
    }
    case 'addr_space_cast':
      return `r${dst} = addr_space_cast(r${src}, ${imm >>> 16}, ${imm & 0xffff})`;
  }
}

function pointer(sign: 's' | 'u', size: number, base: number, off: number): string {
  return `(${sign}${size * 8} *)(r${base} ${signed(off)})`;
}

function memory(sign: 's' | 'u', size: number, base: number, off: number): string {
  return `*${pointer(sign, size, base, off)}`;
}

function alu({ operation, width, operand }: Of<'alu'>, { dst, src, imm }: Instruction): string {
  const letter = width === 32 ? 'w' : 'r';
  if (operation === 'neg') return `${letter}${dst} = -${letter}${dst}`;
  const bits = signExtendedBits(operation);
  if (bits !== undefined) return `${letter}${dst} = (s${bits})${letter}${src}`;
  const value = operand === 'imm' ? String(imm) : `${letter}${src}`;
  return `${letter}${dst} ${aluOperators[operation] ?? operation} ${value}`;
}

function jump({ operation, width, operand }: Of<'jump'>, { dst, src, off, imm }: Instruction): string {
  const letter = width === 32 ? 'w' : 'r';
  const value = operand === 'imm' ? `0x${(imm >>> 0).toString(16)}` : `${letter}${src}`;
  return `if ${letter}${dst} ${jumpOperators[operation]} ${value} goto pc${signed(off)}`;
}

function atomic({ operation, fetch, size }: Of<'atomic'>, { dst, src, off }: Instruction): string {
  const at = pointer('u', size, dst, off);
  const prefix = `atomic${size === 8 ? '64' : ''}`;
  switch (operation) {
    case 'load_acquire':
      return `r${dst} = load_acquire(${pointer('u', size, src, off)})`;
    case 'store_release':
      return `store_release(${at}, r${src})`;
    case 'xchg':
      return `r${src} = ${prefix}_xchg(${at}, r${src})`;
    case 'cmpxchg':
      return `r0 = ${prefix}_cmpxchg(${at}, r0, r${src})`;
    default:
      return fetch
        ? `r${src} = ${prefix}_fetch_${operation}(${at}, r${src})`
        : `lock *${at} ${atomicOperators[operation] ?? operation} r${src}`;
  }
}

function call({ target }: Of<'call'>, { dst, off, imm }: Instruction, name: string | undefined): string {
  switch (target) {
    case 'helper':
      return `call ${name ?? 'unknown'}#${imm}`;
    case 'subprogram':
      return `call pc${signed(imm)}${name === undefined ? '' : `#${name}`}`;
    case 'kfunc':
      // The kernel leaves `off` out; a call into a module has its BTF index there.
      return `call ${name ?? 'kernel-function'}#${imm}${off === 0 ? '' : `@${off}`}`;
    case 'register':
      return `callx r${dst}`;
  }
}

/** Fields of an lddw in words, as bpftool writes them (tools/bpf/bpftool/xlated_dumper.c). */
function wideValue({ value }: Of<'lddw'>, instruction: Instruction): string {
  const { imm, immHigh } = instruction;
  switch (value) {
    case 'imm':
      return `0x${wideImmediate(instruction).toString(16)}`;
    case 'map_fd':
      return `map[fd:${imm}]`;
    case 'map_value':
      return `map[fd:${imm}][0]+${immHigh >>> 0}`;
    case 'map_idx':
      return `map[idx:${imm}]`;
    case 'map_idx_value':
      return `map[idx:${imm}][0]+${immHigh >>> 0}`;
    case 'btf_id':
      return immHigh === 0 ? `ksym[btf_id:${imm}]` : `ksym[btf_id:${imm},fd:${immHigh}]`;
    case 'func':
      return `subprog[${signed(imm)}]`;
  }
}
