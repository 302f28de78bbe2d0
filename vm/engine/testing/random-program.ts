import { encodeAll, makeInstruction } from '../../isa/encode.ts';
import type { Instruction, InstructionRow } from '../../isa/row.ts';
import { findRow, instructionTable } from '../../isa/table.ts';
import type { Random } from './random.ts';

/**
 * Random programs that get somewhere: loops with counters, jumps anywhere, calls, callbacks, helpers, accesses of the
 * stack and of a test region, most of them within bounds.
 *
 * Registers: r6 holds an address in the test region, r7 an address that was computed from r6 or r10, r9 counts loops;
 * the others hold numbers.
 */
export interface RandomProgram {
  readonly code: Uint8Array;
  /** Slots where functions begin, the program itself first. */
  readonly functions: readonly number[];
}

/** Addresses a program is given for r6. */
export interface ProgramSurroundings {
  readonly region: bigint;
  /** A region of global data: constants within it need no checks. */
  readonly data: bigint;
  readonly dataSize: number;
  /** Ids of helpers that do nothing with memory, and of one that runs callbacks (nr, function, ctx, flags). */
  readonly helpers: readonly number[];
  readonly loopHelper: number;
  /** What the program may do besides; they change registers as they like, but r6, r9 and r10. */
  readonly statements?: readonly Statement[];
  /** How functions begin. */
  readonly prologue?: Statement;
}

export type Statement = (draft: FunctionDraft) => void;

type Draft =
  | { readonly kind: 'instruction'; readonly instruction: Instruction }
  /** A jump to the draft of an index, in the same function. */
  | { readonly kind: 'jump'; readonly instruction: Instruction; readonly to: number }
  /** A call or an lddw of a function. */
  | { readonly kind: 'function'; readonly instruction: Instruction; readonly to: number };

function row(name: string): InstructionRow {
  const found = findRow(name);
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
}

const arithmetic = instructionTable.filter(
  ({ semantics }) => semantics.kind === 'alu' || semantics.kind === 'byteswap',
);
const accesses = instructionTable.filter(
  ({ semantics }) => semantics.kind === 'load' || semantics.kind === 'store' || semantics.kind === 'atomic',
);
const jumps = instructionTable.filter(({ semantics }) => semantics.kind === 'jump');
const unusual = ['call_kfunc', 'callx', 'ldabsb', 'addr_space_cast'].map(row);

const numberRegisters = [0, 1, 2, 3, 4, 5, 8] as const;

export function randomProgram(random: Random, surroundings: ProgramSurroundings): RandomProgram {
  const count = (surroundings.statements === undefined ? 1 : 3) + random.below(4);
  const functions = Array.from({ length: count }, (_, index) =>
    new FunctionDraft(random, surroundings, index, count).build(),
  );
  const starts: number[] = [];
  let slot = 0;
  for (const drafts of functions) {
    starts.push(slot);
    slot += slotsOf(drafts);
  }
  const code = functions.flatMap((drafts, index) => resolve(drafts, starts[index] ?? 0, starts));
  return { code: encodeAll(code), functions: starts };
}

function slotsOf(drafts: readonly Draft[]): number {
  return drafts.reduce((sum, { instruction }) => sum + instruction.slots, 0);
}

function resolve(drafts: readonly Draft[], start: number, starts: readonly number[]): Instruction[] {
  let slot = start;
  const slots = drafts.map(({ instruction }) => {
    const at = slot;
    slot += instruction.slots;
    return at;
  });
  return drafts.map((draft, index) => {
    const at = slots[index] ?? 0;
    const { instruction } = draft;
    if (draft.kind === 'instruction') return instruction;
    if (draft.kind === 'function') return { ...instruction, imm: (starts[draft.to] ?? 0) - at - 1 };
    const distance = (slots[draft.to] ?? slots.at(-1) ?? 0) - at - 1;
    const long = instruction.row.name === 'gotol';
    return long ? { ...instruction, imm: distance } : { ...instruction, off: distance };
  });
}

export class FunctionDraft {
  readonly random: Random;
  readonly #surroundings: ProgramSurroundings;
  /** Of the function; 0 is the program. */
  readonly index: number;
  /** Functions of the program. */
  readonly count: number;
  readonly #drafts: Draft[] = [];
  /** Jumps whose target is any draft: chosen at the end. */
  readonly #loose: number[] = [];
  #depth = 0;

  constructor(random: Random, surroundings: ProgramSurroundings, index: number, count: number) {
    this.random = random;
    this.#surroundings = surroundings;
    this.index = index;
    this.count = count;
  }

  build(): readonly Draft[] {
    const random = this.random;
    this.#pointers();
    for (const register of random.chance(50) ? numberRegisters : []) this.wide(register, random.word());
    this.#surroundings.prologue?.(this);
    this.add('mov64_imm', { dst: 9, imm: random.below(6) });
    this.statements(5 + random.below(30));
    this.add('mov64_imm', { dst: 0, imm: random.chance(97) ? random.below(2) : 2 });
    this.add('exit');
    for (const at of this.#loose) {
      const draft = this.#drafts[at];
      if (draft === undefined) continue;
      this.#drafts[at] = {
        kind: 'jump',
        instruction: draft.instruction,
        to: random.below(this.#drafts.length),
      };
    }
    return this.#drafts;
  }

  add(name: string, operands: Parameters<typeof makeInstruction>[1] = {}): void {
    this.#drafts.push({ kind: 'instruction', instruction: makeInstruction(row(name), operands) });
  }

  wide(register: number, value: bigint): void {
    const imm = Number(BigInt.asIntN(32, value));
    this.add('lddw_imm', { dst: register, imm, immHigh: Number(BigInt.asIntN(32, value >> 32n)) });
  }

  /** A call or an lddw of a function. */
  function(name: string, to: number, operands: Parameters<typeof makeInstruction>[1] = {}): void {
    this.#drafts.push({ kind: 'function', instruction: makeInstruction(row(name), operands), to });
  }

  /** A jump over `body`. */
  over(name: string, operands: Parameters<typeof makeInstruction>[1], body: () => void): void {
    const at = this.#drafts.length;
    const instruction = makeInstruction(row(name), operands);
    this.#drafts.push({ kind: 'instruction', instruction });
    body();
    this.#drafts[at] = { kind: 'jump', instruction, to: this.#drafts.length };
  }

  /** A function further down; undefined behind the last. */
  laterFunction(): number | undefined {
    const left = this.count - this.index - 1;
    return left > 0 ? this.index + 1 + this.random.below(left) : undefined;
  }

  #pointers(): void {
    this.wide(6, this.#surroundings.region + BigInt(this.random.below(8)));
    this.#pointer();
  }

  /** r7 from r6, r10 or global data. */
  #pointer(): void {
    const random = this.random;
    const { data, dataSize } = this.#surroundings;
    const way = random.below(3);
    if (way === 2) {
      const at = random.below(random.chance(96) ? dataSize - 48 : dataSize);
      if (random.chance(50)) this.wide(7, data + BigInt(at));
      else this.add('lddw_map_idx_value', { dst: 7, imm: 0, immHigh: at });
      return;
    }
    const far = random.chance(4);
    this.add('mov64_reg', { dst: 7, src: way === 0 ? 6 : 10 });
    this.add('add64_imm', {
      dst: 7,
      imm: way === 0 ? random.below(far ? 80 : 8) : -random.below(450) - (far ? 0 : 56),
    });
  }

  statements(count: number): void {
    for (let i = 0; i < count; i++) this.#statement();
  }

  #statement(): void {
    const random = this.random;
    const { statements = [] } = this.#surroundings;
    if (statements.length > 0 && random.chance(35)) return random.pick(statements)(this);
    const way = random.below(100);
    if (way < 34) this.#arithmetic();
    else if (way < 54) this.#access();
    else if (way < 60) this.#indexed();
    else if (way < 64) this.#pointer();
    else if (way < 70) this.#loop();
    else if (way < 72) this.#mayGoto();
    else if (way < 80) this.#branch();
    else if (way < 83) this.#looseJump();
    else if (way < 88) this.#call();
    else if (way < 92) this.#helper();
    else if (way < 94) this.#callbacks();
    else if (way < 96) this.earlyExit();
    else if (way < 99) this.wide(random.pick(numberRegisters), random.word());
    else if (random.chance(8)) this.#unusual();
  }

  #arithmetic(): void {
    const random = this.random;
    const chosen = random.pick(arithmetic);
    const src = chosen.fields.src === 'read' ? random.below(11) : undefined;
    const imm = chosen.fields.imm === 'free' ? Number(BigInt.asIntN(32, random.word())) : undefined;
    this.#push(chosen, { dst: random.pick(numberRegisters), src, imm });
  }

  #push(
    chosen: InstructionRow,
    operands: {
      dst?: number | undefined;
      src?: number | undefined;
      off?: number | undefined;
      imm?: number | undefined;
    },
  ): void {
    const given = Object.fromEntries(Object.entries(operands).filter(([, value]) => value !== undefined));
    this.#drafts.push({ kind: 'instruction', instruction: makeInstruction(chosen, given) });
  }

  /** One to four, through the same register, so that they are checked together. */
  #access(): void {
    const random = this.random;
    this.accesses(random.pick([6, 6, 7, 7, 10]));
  }

  accesses(base: number): void {
    const random = this.random;
    for (let count = 1 + random.below(4); count > 0; count--) {
      const chosen = random.pick(accesses);
      const { semantics } = chosen;
      const loads =
        semantics.kind === 'load' || (semantics.kind === 'atomic' && semantics.operation === 'load_acquire');
      const off = base === 10 ? this.#stackOffset() : this.#offset();
      const value = random.pick(numberRegisters);
      const list = chosen.fields.src;
      this.#push(chosen, {
        dst: loads ? value : base,
        src: loads ? base : typeof list === 'string' && list !== 'reserved' ? value : undefined,
        off,
        imm: chosen.fields.imm === 'free' ? random.below(1000) : undefined,
      });
    }
  }

  /** r7 from the stack, global data or r6, and an index that is bounded in one way or another, or not at all. */
  #indexed(): void {
    const random = this.random;
    this.#pointer();
    const index = random.pick(numberRegisters);
    if (random.chance(30))
      this.#push(random.pick(accesses.filter(({ name }) => /^ldx[bhw]$/.test(name))), {
        dst: index,
        src: 10,
        off: -8,
      });
    const wide = random.chance(50) ? 64 : 32;
    const bounds = [
      ['and', random.pick([3, 7, 15, 31, 63])],
      ['rsh', wide - 1 - random.below(6)],
      ['mod', 1 + random.below(30)],
      ['and', random.chance(80) ? random.below(64) : -1 - random.below(8)],
      ['mov', random.below(40)],
    ] as const;
    for (let count = random.below(20) > 0 ? 1 : 0; count > 0 || random.chance(20); count--) {
      const [operation, imm] = random.pick(bounds);
      this.add(`${operation}${wide}_imm`, { dst: index, imm });
    }
    if (random.chance(30)) this.add(`lsh${wide}_imm`, { dst: index, imm: random.below(3) });
    if (random.chance(15)) this.add(`mul${wide}_imm`, { dst: index, imm: random.below(4) });
    if (random.chance(30)) this.add(`add${wide}_imm`, { dst: index, imm: random.below(12) - 2 });
    if (random.chance(20))
      this.add(`mov${random.pick([32, 64])}_reg`, { dst: index, src: random.pick(numberRegisters) });
    if (random.chance(80)) {
      this.add('add64_reg', { dst: 7, src: index });
      if (random.chance(25)) this.add('add64_reg', { dst: 7, src: index });
    } else {
      this.add('add64_reg', { dst: index, src: 7 });
      this.add('mov64_reg', { dst: 7, src: index });
    }
    this.accesses(7);
  }

  /** From r10; some just across the ends of the stack. */
  #stackOffset(): number {
    const random = this.random;
    if (random.chance(98)) return -random.below(505) - 8;
    return random.chance(50) ? random.below(12) - 8 : -random.below(16) - 505;
  }

  #offset(): number {
    const random = this.random;
    return random.below(200) > 0 ? random.below(40) : random.below(0x10000) - 0x8000;
  }

  #jumpRow(): { readonly instruction: Instruction } {
    const random = this.random;
    const chosen = random.pick(jumps);
    const src = chosen.fields.src === 'read' ? { src: random.pick(numberRegisters) } : {};
    const imm = chosen.fields.imm === 'free' ? { imm: Number(BigInt.asIntN(32, random.word())) } : {};
    return { instruction: makeInstruction(chosen, { dst: random.pick(numberRegisters), ...src, ...imm }) };
  }

  /** r9 counts; loops within loops keep it in the stack. */
  #loop(): void {
    if (this.#depth >= 3) return;
    const random = this.random;
    const slot = -8 * (1 + this.#depth);
    this.#depth++;
    this.add('stxdw', { dst: 10, src: 9, off: slot });
    this.add('mov64_imm', { dst: 9, imm: 1 + random.below(12) });
    const head = this.#drafts.length;
    this.statements(1 + random.below(6));
    this.add('add64_imm', { dst: 9, imm: -1 });
    const instruction = makeInstruction(row('jne64_imm'), { dst: 9, imm: 0 });
    this.#drafts.push({ kind: 'jump', instruction, to: head });
    this.add('ldxdw', { dst: 9, src: 10, off: slot });
    this.#depth--;
  }

  /** A loop that ends when may_goto has been passed so often, or by a jump. */
  #mayGoto(): void {
    if (this.#depth >= 3) return;
    const random = this.random;
    const head = this.#drafts.length;
    this.#depth++;
    this.statements(1 + random.below(3));
    this.#depth--;
    const leave: number[] = [];
    const leaving = (instruction: Instruction): void => {
      leave.push(this.#drafts.length);
      this.#drafts.push({ kind: 'instruction', instruction });
    };
    if (random.chance(60)) leaving(this.#jumpRow().instruction);
    leaving(makeInstruction(row('may_goto')));
    this.#drafts.push({ kind: 'jump', instruction: makeInstruction(row('goto')), to: head });
    for (const at of leave) {
      const draft = this.#drafts[at];
      if (draft !== undefined)
        this.#drafts[at] = { kind: 'jump', instruction: draft.instruction, to: this.#drafts.length };
    }
  }

  /** if, or if and else */
  #branch(): void {
    const random = this.random;
    const at = this.#drafts.length;
    this.#drafts.push({ kind: 'instruction', ...this.#jumpRow() });
    const jump = this.#drafts[at];
    this.statements(1 + random.below(3));
    let to = this.#drafts.length;
    if (random.chance(40)) {
      const over = this.#drafts.length;
      const go = makeInstruction(row(random.chance(20) ? 'gotol' : 'goto'));
      this.#drafts.push({ kind: 'instruction', instruction: go });
      to = this.#drafts.length;
      this.statements(1 + random.below(3));
      this.#drafts[over] = { kind: 'jump', instruction: go, to: this.#drafts.length };
    }
    if (jump !== undefined) this.#drafts[at] = { kind: 'jump', instruction: jump.instruction, to };
  }

  #looseJump(): void {
    this.#loose.push(this.#drafts.length);
    this.#drafts.push({ kind: 'instruction', ...this.#jumpRow() });
  }

  #call(): void {
    const random = this.random;
    // Later ones mostly, so that few programs recurse until the call stack is full.
    const later = this.index + 1 + random.below(this.count);
    const to = later < this.count ? later : random.chance(15) ? random.below(this.count) : undefined;
    if (to === undefined) return;
    this.#drafts.push({ kind: 'function', instruction: makeInstruction(row('call_subprogram')), to });
  }

  #helper(): void {
    this.#callHelper(this.random.pick(this.#surroundings.helpers));
  }

  /** By its number, or as code made at -O0 does: through a register. */
  #callHelper(imm: number): void {
    if (this.random.chance(75)) return this.add('call_helper', { imm });
    this.add('mov64_imm', { dst: 0, imm });
    this.add('callx');
  }

  #callbacks(): void {
    const random = this.random;
    const to = this.index + 1 + random.below(this.count);
    if (to >= this.count) return;
    this.add('mov64_imm', { dst: 1, imm: random.below(7) });
    this.#drafts.push({ kind: 'function', instruction: makeInstruction(row('lddw_func'), { dst: 2 }), to });
    this.add('mov64_reg', { dst: 3, src: 10 });
    this.add('mov64_imm', { dst: 4, imm: random.chance(90) ? 0 : 1 });
    this.#callHelper(this.#surroundings.loopHelper);
  }

  earlyExit(): void {
    const at = this.#drafts.length;
    const { instruction } = this.#jumpRow();
    this.#drafts.push({ kind: 'jump', instruction, to: at + 3 });
    this.add('mov64_imm', { dst: 0, imm: this.random.below(2) });
    this.add('exit');
    this.add('mov64_imm', { dst: 1, imm: 1 });
  }

  #unusual(): void {
    const chosen = this.random.pick(unusual);
    this.#push(chosen, { dst: chosen.fields.dst === 'reserved' ? undefined : 1 });
  }
}
