import { readUnsigned, writeInteger } from '../../../vm/base/bytes.ts';
import { attempt, expectOk, raise, type Result } from '../../../vm/base/problem.ts';
import type { LocationExpression } from '../debug-info.ts';
import { decodeExpression, type Operation } from './decode.ts';
import {
  absolute,
  binary,
  compare,
  converted,
  extended,
  generic,
  inverted,
  negated,
  reinterpreted,
  typed,
  type BaseType,
  type TypedValue,
} from './typed-value.ts';

/** What an expression may ask of the frame it is evaluated in. */
export interface LocationState {
  /** Undefined where the machine no longer has it. */
  register(number: number): bigint | undefined;
  /** As the function found it when it was called. */
  registerAtEntry(number: number): bigint | undefined;
  read(address: bigint, size: number): Uint8Array | undefined;
  /** Address in the machine of a DebugInfo address. */
  addressOf(address: number): bigint | undefined;
  /** DW_AT_frame_base. */
  readonly frameBase: Uint8Array | undefined;
  /** Bytes of the function's stack, where they are known: see `stackAddress`. */
  readonly stackSize: number | undefined;
}

export type Whereabouts =
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'memory'; readonly address: bigint }
  /** A value that is nowhere: little-endian bytes. */
  | { readonly kind: 'value'; readonly bytes: Uint8Array }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Where a part of a variable is: parts follow one another from its lowest byte on. */
export interface Piece {
  readonly place: Whereabouts;
  /** Undefined: all of the variable. */
  readonly bits: number | undefined;
  /** The first bit in the place. */
  readonly firstBit: number;
}

/** Why a part of a variable has no value. */
export const optimisedOut = '<optimized out>';

/** The frame pointer, at the top of the stack. */
const framePointer = 10;
/** More than any expression without loops has. */
const mostOperations = 10_000;
/** Entry values and frame bases within one another. */
const deepest = 8;

/**
 * Where a variable is, as a DWARF location description says; no pieces: nowhere. Problems: `bad-expression` and those
 * of decoding, `refused-operation` by name, `register-not-saved`, `unreadable`.
 */
export function evaluateLocation(
  expression: LocationExpression,
  state: LocationState,
): Result<readonly Piece[]> {
  return attempt(() =>
    new Evaluation(expression.bytes, { expression, state, atEntry: false, depth: 0 }).pieces(),
  );
}

/**
 * LLVM's offsets from r10 are wrong up to version 22 at least: they count from the lowest byte of the stack, and are not
 * negative then (llvm/llvm-project pull request 204722). Right ones are negative.
 */
function stackAddress(base: bigint, offset: bigint, { stackSize }: LocationState): bigint {
  if (offset < 0n) return base + offset;
  if (stackSize === undefined)
    return raise('unknown-stack-size', 'the size of the stack that the offset counts from is not known');
  return base + offset - BigInt(stackSize);
}

/** What an expression is evaluated in; `atEntry`: with the registers as of then. */
interface Surroundings {
  readonly expression: LocationExpression;
  readonly state: LocationState;
  readonly atEntry: boolean;
  readonly depth: number;
}

class Evaluation {
  readonly #bytes: Uint8Array;
  readonly #around: Surroundings;
  readonly #state: LocationState;
  readonly #stack: TypedValue[] = [];
  /** Of the piece that is being described. */
  #place: Whereabouts | undefined;

  constructor(bytes: Uint8Array, around: Surroundings) {
    this.#bytes = bytes;
    this.#around = around;
    this.#state = around.state;
    if (around.depth > deepest) raise('bad-expression', 'expressions are nested too deep');
  }

  /** The value of an expression within this one. */
  #inner(bytes: Uint8Array, atEntry: boolean): TypedValue {
    return new Evaluation(bytes, { ...this.#around, atEntry, depth: this.#around.depth + 1 }).value();
  }

  pieces(): readonly Piece[] {
    const found: Piece[] = [];
    this.#run((bits, firstBit) => found.push({ place: this.#takePlace(), bits, firstBit }));
    if (this.#place !== undefined || this.#stack.length > 0) {
      if (found.length > 0) raise('bad-expression', 'something follows the last piece');
      found.push({ place: this.#takePlace(), bits: undefined, firstBit: 0 });
    }
    return found;
  }

  /** What the expression leaves: the contents of a register, or the top of the stack. */
  value(): TypedValue {
    this.#run(() => raise('bad-expression', 'a value has no pieces'));
    return this.#place?.kind === 'register' ? generic(this.#register(this.#place.register)) : this.#pop();
  }

  #run(piece: (bits: number, firstBit: number) => void): void {
    const operations = expectOk(decodeExpression(this.#bytes));
    const byOffset = new Map(operations.map((operation, index) => [operation.offset, index]));
    const end = this.#bytes.length;
    let executed = 0;
    for (let index = 0; index < operations.length;) {
      if (++executed > mostOperations) raise('bad-expression', 'the expression does not end');
      const operation = operations[index];
      if (operation === undefined) return;
      const target = this.#perform(operation, piece);
      if (target === end) return;
      index =
        target === undefined
          ? index + 1
          : (byOffset.get(target) ?? raise('bad-expression', 'a jump leads into an operation'));
    }
  }

  /** Gives the offset to go on at, where that is not the next operation. */
  #perform(operation: Operation, piece: (bits: number, firstBit: number) => void): number | undefined {
    const { row, operands, next } = operation;
    const [first = 0n, second = 0n] = operands;
    const { meaning } = row;
    switch (meaning.kind) {
      case 'branch':
        return this.#pop().bits !== 0n ? next + Number(first) : undefined;
      case 'skip':
        return next + Number(first);
      case 'piece':
        piece(Number(first) * 8, 0);
        return undefined;
      case 'bitPiece':
        piece(Number(first), Number(second));
        return undefined;
      case 'refused':
        return raise('refused-operation', `DW_OP_${row.name}: ${meaning.reason}`);
      case 'register':
        this.#place = { kind: 'register', register: meaning.number ?? Number(first) };
        return undefined;
      case 'implicitValue':
        this.#place = { kind: 'value', bytes: operation.block ?? new Uint8Array() };
        return undefined;
      case 'stackValue': {
        const { bits, size } = extended(this.#pop());
        this.#place = { kind: 'value', bytes: writeInteger(bits, size) };
        return undefined;
      }
      case 'implicitPointer':
        this.#place = { kind: 'unknown', reason: '<points to what was optimized out>' };
        return undefined;
      case 'dup':
      case 'drop':
      case 'over':
      case 'pick':
      case 'swap':
      case 'rot':
      case 'nop':
        this.#arrange(meaning.kind, Number(first));
        return undefined;
      default:
        this.#stack.push(this.#compute(operation));
        return undefined;
    }
  }

  #arrange(kind: 'dup' | 'drop' | 'over' | 'pick' | 'swap' | 'rot' | 'nop', index: number): void {
    switch (kind) {
      case 'dup':
        this.#stack.push(this.#at(0));
        break;
      case 'over':
        this.#stack.push(this.#at(1));
        break;
      case 'pick':
        this.#stack.push(this.#at(index));
        break;
      case 'drop':
        this.#pop();
        break;
      case 'swap': {
        const [top, below] = [this.#pop(), this.#pop()];
        this.#stack.push(top, below);
        break;
      }
      case 'rot': {
        const [top, second, third] = [this.#pop(), this.#pop(), this.#pop()];
        this.#stack.push(top, third, second);
        break;
      }
      case 'nop':
        break;
    }
  }

  /** An operation that pushes one value. */
  #compute({ row, operands, block }: Operation): TypedValue {
    const [first = 0n, second = 0n] = operands;
    const { meaning } = row;
    switch (meaning.kind) {
      case 'literal':
        return generic(meaning.value);
      case 'constant':
        return generic(first);
      case 'address':
        return generic(this.#address(Number(first)));
      case 'addressIndex':
        return generic(this.#address(this.#indexed(first)));
      case 'constantIndex':
        return generic(BigInt(this.#indexed(first)));
      case 'typedConstant':
        return typed(this.#type(first), readUnsigned(block ?? new Uint8Array()));
      case 'registerOffset': {
        const number = meaning.number ?? Number(first);
        const offset = meaning.number === undefined ? second : first;
        const base = this.#register(number);
        return generic(number === framePointer ? stackAddress(base, offset, this.#state) : base + offset);
      }
      case 'registerType':
        return typed(this.#type(second), this.#register(Number(first)));
      case 'frameBase':
        return generic(this.#frameAddress(first));
      case 'entryValue':
        return this.#inner(block ?? new Uint8Array(), true);
      case 'dereference':
        return generic(this.#read(8));
      case 'dereferenceSize':
        return generic(this.#read(Number(first)));
      case 'dereferenceType':
        return typed(this.#type(second), this.#read(Number(first)));
      case 'abs':
        return absolute(this.#pop());
      case 'neg':
        return negated(this.#pop());
      case 'not':
        return inverted(this.#pop());
      case 'plusConstant': {
        const value = this.#pop();
        return typed(value.type, value.bits + first);
      }
      case 'convert':
        return converted(this.#pop(), this.#type(first));
      case 'reinterpret':
        return reinterpreted(this.#pop(), this.#type(first));
      case 'binary':
      case 'comparison': {
        const right = this.#pop();
        const left = this.#pop();
        return meaning.kind === 'binary'
          ? binary(meaning.operator, left, right)
          : compare(meaning.operator, left, right);
      }
      default:
        throw new Error(`DW_OP_${row.name} pushes no value`);
    }
  }

  /** Takes the description of a piece: what was said, or the address on the stack, or nothing. */
  #takePlace(): Whereabouts {
    const place = this.#place;
    this.#place = undefined;
    if (place !== undefined) return place;
    const address = this.#stack.pop();
    return address === undefined
      ? { kind: 'unknown', reason: optimisedOut }
      : { kind: 'memory', address: address.bits };
  }

  #pop(): TypedValue {
    return this.#stack.pop() ?? raise('bad-expression', 'the expression takes more than it has pushed');
  }

  /** Counted from the top. */
  #at(index: number): TypedValue {
    return (
      this.#stack.at(-1 - index) ?? raise('bad-expression', 'the expression picks what it has not pushed')
    );
  }

  #register(number: number): bigint {
    const { atEntry } = this.#around;
    const value = atEntry ? this.#state.registerAtEntry(number) : this.#state.register(number);
    return value ?? raise('register-not-saved', `r${number} of this frame was not saved`);
  }

  #read(size: number): bigint {
    const address = this.#pop().bits;
    if (size < 1 || size > 8) raise('bad-expression', `${size} bytes cannot be loaded`);
    const bytes = this.#state.read(address, size);
    return readUnsigned(
      bytes ?? raise('unreadable', `there are no ${size} bytes at 0x${address.toString(16)}`),
    );
  }

  #address(address: number): bigint {
    return (
      this.#state.addressOf(address) ?? raise('unreadable', 'the variable is in no part that was loaded')
    );
  }

  #indexed(index: bigint): number {
    const address = this.#around.expression.addressAt(Number(index));
    return address ?? raise('bad-expression', `there is no address ${index} in the table of the unit`);
  }

  #type(offset: bigint): BaseType | undefined {
    if (offset === 0n) return undefined;
    const type = this.#around.expression.baseType(Number(offset));
    return type ?? raise('bad-expression', `there is no base type at 0x${offset.toString(16)} of the unit`);
  }

  /** DW_OP_fbreg: LLVM has DW_OP_reg10 for the base, other compilers an expression. */
  #frameAddress(offset: bigint): bigint {
    const { frameBase } = this.#state;
    if (frameBase === undefined) return raise('bad-expression', 'the function has no frame base');
    const base = this.#inner(frameBase, this.#around.atEntry).bits;
    return base === this.#state.register(framePointer)
      ? stackAddress(base, offset, this.#state)
      : base + offset;
  }
}
