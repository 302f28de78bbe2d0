/**
 * The shape of a row of the instruction table (`table.ts`). A row is one instruction in the sense of RFC 9669:
 * an opcode byte, with the values of `src`, `off` and `imm` that tell instructions of one opcode byte apart.
 */

/** The operation of an ALU row. `movsxN` sign-extends the low N bits of the source. */
export type AluOperation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sdiv'
  | 'or'
  | 'and'
  | 'lsh'
  | 'rsh'
  | 'arsh'
  | 'neg'
  | 'mod'
  | 'smod'
  | 'xor'
  | 'mov'
  | 'movsx8'
  | 'movsx16'
  | 'movsx32';

export type JumpOperation = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'set' | 'sgt' | 'sge' | 'slt' | 'sle';

export type AtomicOperation =
  'add' | 'or' | 'and' | 'xor' | 'xchg' | 'cmpxchg' | 'load_acquire' | 'store_release';

export type Width = 32 | 64;
export type AccessSize = 1 | 2 | 4 | 8;
/** Where the second operand comes from; `none` for neg. */
export type Operand = 'imm' | 'reg' | 'none';

export type Semantics =
  | {
      readonly kind: 'alu';
      readonly operation: AluOperation;
      readonly width: Width;
      readonly operand: Operand;
    }
  | { readonly kind: 'byteswap'; readonly order: 'le' | 'be' | 'swap'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'load'; readonly size: AccessSize; readonly signed: boolean }
  | { readonly kind: 'store'; readonly size: AccessSize; readonly operand: 'imm' | 'reg' }
  | {
      readonly kind: 'atomic';
      readonly operation: AtomicOperation;
      /** The BPF_FETCH bit: the old value goes to `src` (to r0 for cmpxchg). False for load_acquire and store_release. */
      readonly fetch: boolean;
      readonly size: AccessSize;
    }
  | {
      readonly kind: 'jump';
      readonly operation: JumpOperation;
      readonly width: Width;
      readonly operand: 'imm' | 'reg';
    }
  /** Target = next slot + `off` (goto) or + `imm` (gotol). */
  | { readonly kind: 'goto'; readonly displacement: 'off' | 'imm' }
  /** helper: imm = id; subprogram: next slot + imm; kfunc: imm = BTF id, off = index of the BTF; register (callx): address in `dst`. */
  | { readonly kind: 'call'; readonly target: 'helper' | 'subprogram' | 'kfunc' | 'register' }
  | { readonly kind: 'exit' }
  /** Two slots. `value` is what `src` says the 64-bit immediate means (BPF_PSEUDO_* in uapi/linux/bpf.h). */
  | {
      readonly kind: 'lddw';
      readonly value: 'imm' | 'map_fd' | 'map_value' | 'btf_id' | 'func' | 'map_idx' | 'map_idx_value';
    }
  /** Legacy BPF_ABS and BPF_IND: big-endian loads from the packet into r0. */
  | { readonly kind: 'packet_load'; readonly mode: 'abs' | 'ind'; readonly size: 1 | 2 | 4 }
  | { readonly kind: 'may_goto' }
  | { readonly kind: 'addr_space_cast' };

/** What an instruction does with the register a field names; the frame pointer r10 may only be read. */
export type RegisterUse = 'read' | 'write' | 'modify';

/**
 * What each field of the instruction word is to a row. `reserved`: must be 0. `free`: any value. A list: the
 * field must have one of these values.
 */
export interface FieldUses {
  readonly dst: RegisterUse | 'reserved';
  readonly src: RegisterUse | 'reserved' | readonly number[];
  readonly off: 'free' | 'reserved' | readonly number[];
  readonly imm: 'free' | 'reserved' | readonly number[];
  /** `imm` of the second slot; reserved for everything but lddw. */
  readonly immHigh: 'free' | 'reserved';
}

/** The fields that may tell instructions of one opcode byte apart. */
export type Selector = 'src' | 'off' | 'imm';

export interface InstructionRow {
  /** Dense index within the table. */
  readonly id: number;
  /** Unique, for people and tests: `add64_imm`, `ldxw`, `lock_fetch_add32`. */
  readonly name: string;
  readonly opcode: number;
  readonly semantics: Semantics;
  readonly fields: FieldUses;
  /** The field whose value chooses this row among those of its opcode byte: its `fields` entry is a list. */
  readonly selector?: Selector;
}

/** One decoded instruction, its fields as encoded (selectors included); `slots` is 2 for lddw. */
export interface Instruction {
  readonly row: InstructionRow;
  readonly dst: number;
  readonly src: number;
  /** Signed 16 bits. */
  readonly off: number;
  /** Signed 32 bits. */
  readonly imm: number;
  /** Second half of an lddw, signed 32 bits; 0 otherwise. */
  readonly immHigh: number;
  readonly slots: 1 | 2;
}
