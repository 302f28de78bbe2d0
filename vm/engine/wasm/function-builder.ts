import { ByteWriter } from './byte-writer.ts';
import { valueType, wasm, type ValueType, type WasmOpcode } from './opcodes.ts';

/** A block, loop or if that is open; the target of branches. */
export interface Label {
  /** Nesting level, outermost 1. */
  readonly level: number;
}

const voidType = 0x40;
/** Index of the type that all functions of the table have. */
export const tableType = 0;

/** Writes the body of one function. Methods return nothing; the order of calls is the order of instructions. */
export class FunctionBuilder {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #code = new ByteWriter();
  #level = 0;

  constructor(parameters: readonly ValueType[], results: readonly ValueType[]) {
    this.parameters = parameters;
    this.results = results;
  }

  /** Declares a local and returns its index. */
  local(type: ValueType): number {
    return this.parameters.length + this.#locals.push(type) - 1;
  }

  get(local: number): void {
    this.#code.byte(0x20);
    this.#code.unsigned(local);
  }

  set(local: number): void {
    this.#code.byte(0x21);
    this.#code.unsigned(local);
  }

  tee(local: number): void {
    this.#code.byte(0x22);
    this.#code.unsigned(local);
  }

  i32(value: number): void {
    this.#code.byte(0x41);
    this.#code.signed(value);
  }

  i64(value: bigint): void {
    this.#code.byte(0x42);
    this.#code.signed64(value);
  }

  /** An i64 constant that fits into 32 bits, sign-extended. */
  i64Small(value: number): void {
    this.#code.byte(0x42);
    this.#code.signed(value);
  }

  op(...opcodes: readonly WasmOpcode[]): void {
    for (const opcode of opcodes) this.#code.byte(opcode);
  }

  /** A load or store at a constant offset from the address on the stack. */
  memory(opcode: WasmOpcode, offset = 0): void {
    this.#code.byte(opcode);
    this.#code.unsigned(0);
    this.#code.unsigned(offset);
  }

  /** memory.copy: pops destination, source and size; they may overlap. */
  memoryCopy(): void {
    for (const byte of [0xfc, 0x0a, 0x00, 0x00]) this.#code.byte(byte);
  }

  call(functionIndex: number): void {
    this.#code.byte(wasm.call);
    this.#code.unsigned(functionIndex);
  }

  /** Calls the function of table 0 whose index is on the stack; see `ModuleParts.table`. */
  callIndirect(): void {
    this.#code.byte(wasm.call_indirect);
    this.#code.unsigned(tableType);
    this.#code.unsigned(0);
  }

  block(result?: ValueType): Label {
    return this.#open(0x02, result);
  }

  loop(result?: ValueType): Label {
    return this.#open(0x03, result);
  }

  if(result?: ValueType): Label {
    return this.#open(0x04, result);
  }

  else(): void {
    this.#code.byte(0x05);
  }

  end(): void {
    this.#code.byte(0x0b);
    this.#level--;
  }

  br(target: Label): void {
    this.#code.byte(0x0c);
    this.#code.unsigned(this.#level - target.level);
  }

  brIf(target: Label): void {
    this.#code.byte(0x0d);
    this.#code.unsigned(this.#level - target.level);
  }

  brTable(targets: readonly Label[], otherwise: Label): void {
    this.#code.byte(0x0e);
    this.#code.unsigned(targets.length);
    for (const target of [...targets, otherwise]) this.#code.unsigned(this.#level - target.level);
  }

  #open(opcode: number, result?: ValueType): Label {
    this.#code.byte(opcode);
    this.#code.byte(result ?? voidType);
    return { level: ++this.#level };
  }

  /** The function's entry in the code section (section 5.5.13), its size in front. */
  finish(): Uint8Array {
    const body = new ByteWriter();
    const runs = runsOf(this.#locals);
    body.unsigned(runs.length);
    for (const { type, count } of runs) {
      body.unsigned(count);
      body.byte(type);
    }
    body.append(this.#code.finish());
    body.byte(0x0b);
    const entry = new ByteWriter();
    entry.vector(body.finish());
    return entry.finish();
  }
}

function runsOf(types: readonly ValueType[]): { type: ValueType; count: number }[] {
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of types) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  return runs;
}

export { valueType };
