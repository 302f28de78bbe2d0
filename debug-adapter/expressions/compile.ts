import type { Machine } from '../../vm/machine/machine.ts';
import { basic, pointerTo, sizeOf, visibleMembers, type CInteger, type CType } from '../debug-info/c-type.ts';
import type { CompiledNames, CompiledPlace } from './compile-places.ts';
import { commonType, constantType, convert, promote } from './numbers.ts';
import type { BinaryOperator, Expression } from './syntax.ts';

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;
type Number64 = () => bigint;

/** Raised by compiled code where the interpreter has to say what is wrong. */
class Unknown extends Error {}
const unknown = new Unknown('no value');

/** A number that is computed. */
interface Computed {
  readonly kind: 'number';
  readonly type: CType;
  /** Of a bit field. */
  readonly bits: number | undefined;
  readonly get: Number64;
}

/** Bytes in memory. */
interface Located {
  readonly kind: 'memory';
  readonly type: CType;
  readonly bits: { readonly offset: number; readonly size: number } | undefined;
  readonly address: Number64;
  readonly offset: number;
}

type Node = Computed | Located;

/**
 * Compiles a condition to a function that says whether it holds, as the interpreter would; undefined where the function
 * cannot say, because there is no value. Undefined: not an expression that is compiled.
 */
export function compileCondition(
  expression: Expression,
  names: CompiledNames,
  machine: Machine,
): (() => boolean | undefined) | undefined {
  const get = new ConditionCompiler(names, machine).number(expression)?.get;
  if (get === undefined) return undefined;
  return () => {
    try {
      return get() !== 0n;
    } catch (error) {
      if (error instanceof Unknown) return undefined;
      throw error;
    }
  };
}

class ConditionCompiler {
  readonly #names: CompiledNames;
  readonly #machine: Machine;

  constructor(names: CompiledNames, machine: Machine) {
    this.#names = names;
    this.#machine = machine;
  }

  /** A scalar: arrays are pointers to their first element. */
  number(expression: Expression): Computed | undefined {
    const node = this.#node(expression);
    if (node === undefined || node.kind === 'number') return node;
    return this.#load(node);
  }

  #node(expression: Expression): Node | undefined {
    switch (expression.kind) {
      case 'number': {
        const { value, decimal, suffix } = expression;
        return constant(constantType(value, decimal, suffix), value);
      }
      case 'character':
        return constant(basic.s32, expression.value);
      case 'name':
        return this.#placed(this.#names.named(expression.name));
      case 'special':
        return this.#special(expression.name);
      case 'member':
        return this.#member(expression);
      case 'unary':
        return this.#unary(expression);
      case 'binary':
        return this.#binary(expression);
      case 'logical':
        return this.#logical(expression);
      case 'cast':
        return this.#cast(expression);
      default:
        return undefined;
    }
  }

  #special(name: string): Node | undefined {
    const machine = this.#machine;
    const found = this.#names.special(name);
    switch (found) {
      case 'cycle':
        return computed(basic.u64, () => BigInt(machine.cycle));
      case 'run':
        return computed(basic.u32, () => BigInt(machine.run));
      case 'cpu':
        return computed(basic.u32, () => BigInt(machine.cpu));
      default:
        return this.#placed(found);
    }
  }

  #placed(place: CompiledPlace | undefined): Node | undefined {
    if (place === undefined) return undefined;
    const { type } = place;
    const machine = this.#machine;
    switch (place.kind) {
      case 'register': {
        const extend = extension(type, undefined);
        const { register } = place;
        return extend && computed(type, () => extend(machine.register(register)));
      }
      case 'behind': {
        const { register, offset } = place;
        const address = (): bigint => BigInt.asUintN(64, machine.register(register) + offset);
        return { kind: 'memory', type, bits: undefined, address, offset: 0 };
      }
      case 'memory': {
        const { address } = place;
        return { kind: 'memory', type, bits: undefined, address: () => address, offset: 0 };
      }
      case 'constant':
        return constant(type, place.value);
    }
  }

  #load({ type, bits, address, offset }: Located): Computed | undefined {
    if (type.kind === 'array') {
      const start = BigInt(offset);
      return computed(pointerTo(type.element), () => BigInt.asUintN(64, address() + start));
    }
    const size = bits === undefined ? sizeOf(type) : Math.ceil((bits.offset + bits.size) / 8);
    const extend = extension(type, bits?.size);
    if (extend === undefined || (size !== 1 && size !== 2 && size !== 4 && size !== 8)) return undefined;
    const shift = BigInt(bits?.offset ?? 0);
    const read = this.#reader(size);
    const start = BigInt(offset);
    const get = (): bigint => extend(read(BigInt.asUintN(64, address() + start)) >> shift);
    return { kind: 'number', type, bits: bits?.size, get };
  }

  #reader(size: 1 | 2 | 4 | 8): (address: bigint) => bigint {
    const { regions, memory } = this.#machine;
    return (address) => {
      const place = regions.peek(address);
      if (place === undefined || place.available < size) throw unknown;
      const { view } = memory;
      const { linear } = place;
      if (size === 8) return view.getBigUint64(linear, true);
      if (size === 4) return BigInt(view.getUint32(linear, true));
      return BigInt(size === 2 ? view.getUint16(linear, true) : view.getUint8(linear));
    };
  }

  #dereferenced(node: Node | undefined): Located | undefined {
    const pointer = node?.kind === 'memory' ? this.#load(node) : node;
    if (pointer?.type.kind !== 'pointer') return undefined;
    const type = pointer.type.target();
    if (type.kind === 'void') return undefined;
    const { get } = pointer;
    const address = (): bigint => {
      const found = get();
      if (found === 0n) throw unknown;
      return found;
    };
    return { kind: 'memory', type, bits: undefined, address, offset: 0 };
  }

  #member({ object, name, arrow }: Of<'member'>): Node | undefined {
    const node = this.#node(object);
    if (node === undefined) return undefined;
    const struct = node.type.kind === 'pointer' || arrow ? this.#dereferenced(node) : node;
    if (struct?.kind !== 'memory' || struct.type.kind !== 'struct') return undefined;
    const member = visibleMembers(struct.type).find((candidate) => candidate.name === name);
    if (member === undefined) return undefined;
    const { type, bitOffset, bitSize } = member;
    const offset = struct.offset + Math.floor(bitOffset / 8);
    const bits = bitSize === undefined ? undefined : { offset: bitOffset % 8, size: bitSize };
    return { kind: 'memory', type, bits, address: struct.address, offset };
  }

  #unary({ operator, operand }: Of<'unary'>): Node | undefined {
    if (operator === '&') return undefined;
    if (operator === '*') return this.#dereferenced(this.#node(operand));
    const value = this.number(operand);
    if (value === undefined) return undefined;
    const { get } = value;
    if (operator === '!') return computed(basic.s32, () => (get() === 0n ? 1n : 0n));
    const type = promote(value.type, value.bits);
    if (type === undefined) return undefined;
    if (operator === '+') return computed(type, () => convert(type, get()));
    return computed(type, operator === '-' ? () => convert(type, -get()) : () => convert(type, ~get()));
  }

  #logical({ operator, left, right }: Of<'logical'>): Node | undefined {
    const a = this.number(left)?.get;
    const b = this.number(right)?.get;
    if (a === undefined || b === undefined) return undefined;
    return operator === '&&'
      ? computed(basic.s32, () => (a() !== 0n && b() !== 0n ? 1n : 0n))
      : computed(basic.s32, () => (a() !== 0n || b() !== 0n ? 1n : 0n));
  }

  #cast({ type: syntax, operand }: Of<'cast'>): Node | undefined {
    const type = this.#names.type(syntax);
    const value = this.number(operand);
    const extend = type && extension(type, undefined);
    if (type === undefined || value === undefined || extend === undefined) return undefined;
    const { get } = value;
    if (type.kind === 'integer' && type.form === 'bool')
      return computed(type, () => (get() === 0n ? 0n : 1n));
    return computed(type, () => extend(get()));
  }

  /** Numbers; of pointers only comparisons, which are of addresses. */
  #binary({ operator, left, right }: Of<'binary'>): Node | undefined {
    const a = this.#node(left);
    const b = this.#node(right);
    // Texts are compared as such.
    if (a === undefined || b === undefined || (a.type.kind === 'array' && b.type.kind === 'array'))
      return undefined;
    const [x, y] = [a, b].map((node) => (node.kind === 'memory' ? this.#load(node) : node));
    if (x === undefined || y === undefined) return undefined;
    const [m, n] = [x.get, y.get];
    if (x.type.kind === 'pointer' || y.type.kind === 'pointer') {
      const compared = comparison(operator);
      return (
        compared && computed(basic.s32, () => compared(BigInt.asUintN(64, m()), BigInt.asUintN(64, n())))
      );
    }
    const leftType = promote(x.type, x.bits);
    const rightType = promote(y.type, y.bits);
    if (leftType === undefined || rightType === undefined) return undefined;
    return arithmetic(operator, { type: leftType, get: m }, { type: rightType, get: n });
  }
}

interface Operand {
  readonly type: CInteger;
  readonly get: Number64;
}

function arithmetic(operator: BinaryOperator, left: Operand, right: Operand): Computed | undefined {
  const [m, n] = [left.get, right.get];
  if (operator === '<<' || operator === '>>') {
    const { type } = left;
    const mask = BigInt(type.size * 8 - 1);
    return computed(
      type,
      operator === '<<' ? () => convert(type, m() << (n() & mask)) : () => convert(type, m() >> (n() & mask)),
    );
  }
  const type = commonType(left.type, right.type);
  const compared = comparison(operator);
  if (compared !== undefined)
    return computed(basic.s32, () => compared(convert(type, m()), convert(type, n())));
  const calculate = calculation(operator);
  return calculate && computed(type, () => convert(type, calculate(convert(type, m()), convert(type, n()))));
}

function comparison(operator: BinaryOperator): ((a: bigint, b: bigint) => bigint) | undefined {
  switch (operator) {
    case '==':
      return (a, b) => (a === b ? 1n : 0n);
    case '!=':
      return (a, b) => (a === b ? 0n : 1n);
    case '<':
      return (a, b) => (a < b ? 1n : 0n);
    case '>':
      return (a, b) => (a > b ? 1n : 0n);
    case '<=':
      return (a, b) => (a <= b ? 1n : 0n);
    case '>=':
      return (a, b) => (a >= b ? 1n : 0n);
    default:
      return undefined;
  }
}

function calculation(operator: BinaryOperator): ((a: bigint, b: bigint) => bigint) | undefined {
  const divisor = (b: bigint): bigint => {
    if (b === 0n) throw unknown;
    return b;
  };
  switch (operator) {
    case '+':
      return (a, b) => a + b;
    case '-':
      return (a, b) => a - b;
    case '*':
      return (a, b) => a * b;
    case '/':
      return (a, b) => a / divisor(b);
    case '%':
      return (a, b) => a % divisor(b);
    case '&':
      return (a, b) => a & b;
    case '|':
      return (a, b) => a | b;
    case '^':
      return (a, b) => a ^ b;
    default:
      return undefined;
  }
}

/** How the bits of a scalar become its number; undefined for types that are none. */
function extension(type: CType, bits: number | undefined): ((raw: bigint) => bigint) | undefined {
  if (type.kind !== 'integer' && type.kind !== 'enum' && type.kind !== 'pointer') return undefined;
  const width = bits ?? (sizeOf(type) ?? 8) * 8;
  const signed = type.kind !== 'pointer' && type.signed;
  return signed ? (raw) => BigInt.asIntN(width, raw) : (raw) => BigInt.asUintN(width, raw);
}

function computed(type: CType, get: Number64): Computed {
  return { kind: 'number', type, bits: undefined, get };
}

function constant(type: CType, value: bigint): Computed | undefined {
  const number = extension(type, undefined)?.(value);
  return number === undefined ? undefined : computed(type, () => number);
}
