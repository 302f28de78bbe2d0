import { wideImmediate } from '../../isa/encode.ts';
import type { AluOperation, Instruction, JumpOperation, Semantics } from '../../isa/row.ts';

/**
 * A second interpreter, to compare with: BigInt from RFC 9669, one instruction at a time, nothing shared with the
 * engine. It knows arithmetic, jumps and accesses to the program's own stack; any other access is a fault.
 */
export class Reference {
  /** r0 to r10, unsigned. */
  readonly registers: bigint[];
  readonly stack = new Uint8Array(512);
  readonly #view = new DataView(this.stack.buffer);
  readonly #code: readonly (Instruction | undefined)[];
  slot = 0;

  /** One entry a slot; `framePointer` is the address one past the stack. */
  constructor(code: readonly (Instruction | undefined)[], framePointer: bigint) {
    this.#code = code;
    this.registers = Array.from({ length: 11 }, (_, i) => (i === 10 ? framePointer : 0n));
  }

  /** Executes one instruction. After a fault nothing has changed. */
  step(): 'next' | 'exit' | 'fault' {
    const instruction = this.#code[this.slot];
    if (instruction === undefined) return 'fault';
    const { semantics } = instruction.row;
    switch (semantics.kind) {
      case 'alu':
        this.#alu(instruction, semantics);
        break;
      case 'byteswap':
        this.#byteSwap(instruction, semantics);
        break;
      case 'lddw':
        if (semantics.value !== 'imm') return 'fault';
        this.registers[instruction.dst] = wideImmediate(instruction);
        break;
      case 'load':
      case 'store':
      case 'atomic':
        if (!this.#access(instruction, semantics)) return 'fault';
        break;
      case 'jump': {
        const other = semantics.operand === 'imm' ? BigInt(instruction.imm) : this.#get(instruction.src);
        if (taken(semantics.operation, semantics.width, this.#get(instruction.dst), other))
          this.slot += instruction.off;
        break;
      }
      case 'goto':
        this.slot += semantics.displacement === 'off' ? instruction.off : instruction.imm;
        break;
      case 'exit':
        return 'exit';
      case 'call':
      case 'packet_load':
      case 'may_goto':
      case 'addr_space_cast':
        return 'fault';
    }
    this.slot += instruction.slots;
    return 'next';
  }

  #get(register: number): bigint {
    return this.registers[register] ?? 0n;
  }

  #alu(
    { dst, src, imm }: Instruction,
    { operation, width, operand }: Extract<Semantics, { kind: 'alu' }>,
  ): void {
    const second = operand === 'imm' ? BigInt(imm) : this.#get(src);
    const value = compute(operation, width, this.#get(dst), second);
    this.registers[dst] = BigInt.asUintN(width, value);
  }

  #byteSwap({ dst }: Instruction, { order, bits }: Extract<Semantics, { kind: 'byteswap' }>): void {
    const value = BigInt.asUintN(bits, this.#get(dst));
    if (order === 'le') {
      this.registers[dst] = value;
      return;
    }
    const digits = value.toString(16).padStart(bits / 4, '0');
    const reversed = digits.match(/../g)?.reverse().join('') ?? '';
    this.registers[dst] = BigInt(`0x${reversed}`);
  }

  #access(
    instruction: Instruction,
    semantics: Extract<Semantics, { kind: 'load' | 'store' | 'atomic' }>,
  ): boolean {
    const { dst, src, off, imm } = instruction;
    const { kind, size } = semantics;
    const isLoad = kind === 'load' || (kind === 'atomic' && semantics.operation === 'load_acquire');
    const at = this.#offsetOf(BigInt.asUintN(64, this.#get(isLoad ? src : dst) + BigInt(off)), size);
    if (at === undefined) return false;
    if (isLoad) {
      const value = this.#read(at, size);
      const signed = kind === 'load' && semantics.signed;
      this.registers[dst] = signed ? BigInt.asUintN(64, BigInt.asIntN(size * 8, value)) : value;
    } else if (kind === 'store') {
      this.#write(at, size, semantics.operand === 'imm' ? BigInt(imm) : this.#get(src));
    } else {
      this.#atomic(at, src, semantics);
    }
    return true;
  }

  #atomic(at: number, src: number, { operation, fetch, size }: Extract<Semantics, { kind: 'atomic' }>): void {
    const old = this.#read(at, size);
    const operand = this.#get(src);
    const results: Partial<Record<typeof operation, bigint>> = {
      add: old + operand,
      or: old | operand,
      and: old & operand,
      xor: old ^ operand,
      xchg: operand,
      cmpxchg: old === BigInt.asUintN(size * 8, this.#get(0)) ? operand : old,
      store_release: operand,
    };
    this.#write(at, size, results[operation] ?? 0n);
    if (operation === 'cmpxchg') this.registers[0] = old;
    else if (fetch) this.registers[src] = old;
  }

  /** Index into the stack of an access that lies within it. */
  #offsetOf(address: bigint, size: number): number | undefined {
    const offset = address - (this.#get(10) - 512n);
    return offset >= 0n && offset + BigInt(size) <= 512n ? Number(offset) : undefined;
  }

  #read(at: number, size: number): bigint {
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#view.getUint8(at + i));
    return value;
  }

  #write(at: number, size: number, value: bigint): void {
    for (let i = 0; i < size; i++) this.#view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 0xffn));
  }
}

function compute(operation: AluOperation, width: 32 | 64, left: bigint, right: bigint): bigint {
  const a = BigInt.asUintN(width, left);
  const b = BigInt.asUintN(width, right);
  const signedA = BigInt.asIntN(width, a);
  const signedB = BigInt.asIntN(width, b);
  const shift = b & BigInt(width - 1);
  switch (operation) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return b === 0n ? 0n : a / b;
    case 'sdiv':
      return b === 0n ? 0n : signedA / signedB;
    case 'mod':
      return b === 0n ? a : a % b;
    case 'smod':
      return b === 0n ? a : signedA % signedB;
    case 'or':
      return a | b;
    case 'and':
      return a & b;
    case 'xor':
      return a ^ b;
    case 'lsh':
      return a << shift;
    case 'rsh':
      return a >> shift;
    case 'arsh':
      return signedA >> shift;
    case 'neg':
      return -a;
    case 'mov':
      return b;
    case 'movsx8':
      return BigInt.asIntN(8, b);
    case 'movsx16':
      return BigInt.asIntN(16, b);
    case 'movsx32':
      return BigInt.asIntN(32, b);
  }
}

function taken(operation: JumpOperation, width: 32 | 64, left: bigint, right: bigint): boolean {
  const a = BigInt.asUintN(width, left);
  const b = BigInt.asUintN(width, right);
  const signedA = BigInt.asIntN(width, a);
  const signedB = BigInt.asIntN(width, b);
  switch (operation) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'set':
      return (a & b) !== 0n;
    case 'sgt':
      return signedA > signedB;
    case 'sge':
      return signedA >= signedB;
    case 'slt':
      return signedA < signedB;
    case 'sle':
      return signedA <= signedB;
  }
}
