import { expectOk } from '../../vm/base/problem.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import { arrayOf, basic, pointerTo, sizeOf, spell, type CPointer, type CType } from '../debug-info/c-type.ts';
import { keyExpression } from '../debugger/inspection/key-text.ts';
import { pointedTo } from '../debugger/inspection/pointers.ts';
import { traversalFields } from '../debugger/inspection/traversal.ts';
import {
  bytesOf,
  constant,
  elementOf,
  memberOf,
  numberValue,
  storeBytes,
  storeNumber,
  type Value,
} from '../debugger/inspection/value.ts';
import { encode, numberFor } from './encode.ts';
import { raiseAt } from './lexer.ts';
import { describeOperand, type FrameNames } from './names.ts';
import { arithmetic, compare, constantType, convert, promote, scalar, truth, wrap } from './numbers.ts';
import { valueOperand, type Operand } from './operand.ts';
import type { BinaryOperator, Expression } from './syntax.ts';
import { typeOf } from './type-syntax.ts';

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

/** Evaluates expressions in a frame. Inside, problems are raised. */
export class Interpreter {
  readonly #names: FrameNames;
  readonly #mayAssign: boolean;

  constructor(names: FrameNames, mayAssign: boolean) {
    this.#names = names;
    this.#mayAssign = mayAssign;
  }

  operand(expression: Expression): Operand {
    const { at } = expression;
    switch (expression.kind) {
      case 'name':
        return this.#names.named(expression.name, at);
      case 'special':
        return this.#names.special(expression.name, at);
      case 'member':
        return this.#member(expression);
      case 'index':
        return valueOperand(this.#index(expression));
      default:
        return valueOperand(this.#computed(expression));
    }
  }

  /** Raises for a map or a traversal as a whole. */
  value(expression: Expression): Value {
    const operand = this.operand(expression);
    if (operand.kind === 'value') return operand.value;
    const hint = operand.kind === 'map' ? `; ${operand.map.name}[key] is one of its values` : '';
    return raiseAt(expression.at, 'expression-type', `${describeOperand(operand)} is not a value${hint}`);
  }

  isTrue(expression: Expression): boolean {
    return scalar(decay(this.value(expression)), expression.at) !== 0n;
  }

  /** Stores what `expression` gives in `target`, which must be something that can be changed. */
  store(target: Value, expression: Expression): void {
    const { type, bits } = target;
    if (bits !== undefined) {
      const number = numberFor(expression, type, this.#evaluate, bits.size);
      expectOk(storeNumber(target, number));
      return;
    }
    expectOk(storeBytes(target, encode(expression, type, this.#evaluate)));
  }

  readonly #evaluate = (expression: Expression): Value => decay(this.value(expression), false);

  #computed(expression: Exclude<Expression, Of<'name' | 'special' | 'member' | 'index'>>): Value {
    const { at } = expression;
    switch (expression.kind) {
      case 'number':
        return numberValue(
          constantType(expression.value, expression.decimal, expression.suffix),
          expression.value,
        );
      case 'character':
        return numberValue(basic.s32, expression.value);
      case 'string': {
        const bytes = new Uint8Array(expression.bytes.length + 1);
        bytes.set(expression.bytes);
        return { type: arrayOf(basic.char, bytes.length), storage: constant(bytes) };
      }
      case 'unary':
        return this.#unary(expression);
      case 'binary':
        return this.#binary(
          expression.operator,
          this.value(expression.left),
          this.value(expression.right),
          at,
        );
      case 'logical':
        return truth(
          expression.operator === '&&'
            ? this.isTrue(expression.left) && this.isTrue(expression.right)
            : this.isTrue(expression.left) || this.isTrue(expression.right),
        );
      case 'conditional':
        return this.value(this.isTrue(expression.test) ? expression.yes : expression.no);
      case 'assign':
        return this.#assign(expression);
      case 'cast':
        return this.#cast(
          typeOf(expression.type, this.#names.target.types),
          this.value(expression.operand),
          at,
        );
      case 'sizeof':
        return this.#sizeof(expression);
      case 'list':
        return raiseAt(at, 'expression-syntax', 'a list can only be assigned, or be the key of a map');
    }
  }

  #sizeof({ operand, at }: Of<'sizeof'>): Value {
    const type = 'kind' in operand ? this.value(operand).type : typeOf(operand, this.#names.target.types);
    const size = sizeOf(type) ?? raiseAt(at, 'expression-type', `${spell(type)} has no size`);
    return numberValue(basic.u64, BigInt(size));
  }

  #unary({ operator, operand, at }: Of<'unary'>): Value {
    if (operator === '&') return this.#addressOf(operand, at);
    const value = decay(this.value(operand));
    if (operator === '*') return this.#dereference(value, at);
    const number = scalar(value, at);
    if (operator === '!') return truth(number === 0n);
    const type = promote(value.type, value.bits?.size);
    if (type === undefined)
      return raiseAt(at, 'expression-type', `${operator} cannot be applied to a ${spell(value.type)}`);
    return wrap(type, operator === '-' ? -number : operator === '~' ? ~number : number);
  }

  #addressOf(expression: Expression, at: number): Value {
    const operand = this.operand(expression);
    if (operand.kind === 'map') return numberValue(pointerTo(basic.void), operand.map.address);
    if (operand.kind === 'traversal') return raiseAt(at, 'no-address', 'a traversal has no address');
    const { type, storage, bits } = operand.value;
    if (storage.address === undefined || bits !== undefined)
      return raiseAt(at, 'no-address', bits ? 'a bit field has no address' : 'this value is not in memory');
    return numberValue(pointerTo(type), storage.address);
  }

  #dereference(pointer: Value, at: number): Value {
    const { target } = this.#names;
    if (pointer.type.kind !== 'pointer') {
      const hint = `cast it first: *(__u64 *)...`;
      return raiseAt(at, 'expression-type', `a ${spell(pointer.type)} is not a pointer; ${hint}`);
    }
    const address = scalar(pointer, at);
    if (address === 0n) return raiseAt(at, 'null-pointer', 'the pointer is NULL');
    const pointed = pointer.type.target();
    if (pointed.kind !== 'void') return { type: pointed, storage: target.memory(address) };
    return (
      pointedTo(target, pointer) ??
      raiseAt(at, 'expression-type', 'what a void * points to is not known; cast it first')
    );
  }

  #binary(operator: BinaryOperator, left: Value, right: Value, at: number): Value {
    const texts = comparedTexts(left, right);
    if (texts !== undefined && (operator === '==' || operator === '!='))
      return truth((texts[0] === texts[1]) === (operator === '=='));
    const a = decay(left);
    const b = decay(right);
    if (a.type.kind === 'pointer' || b.type.kind === 'pointer') return pointerArithmetic(operator, a, b, at);
    const leftType = promote(a.type, a.bits?.size);
    const rightType = promote(b.type, b.bits?.size);
    const [leftNumber, rightNumber] = [scalar(a, at), scalar(b, at)];
    if (leftType === undefined || rightType === undefined)
      return raiseAt(at, 'expression-type', `${operator} needs numbers`);
    return arithmetic(
      operator,
      { type: leftType, number: leftNumber },
      { type: rightType, number: rightNumber },
      at,
    );
  }

  #assign({ target, operator, value, at }: Of<'assign'>): Value {
    if (!this.#mayAssign)
      raiseAt(at, 'expression-assignment', 'nothing is changed here; assign in the debug console');
    const place = this.value(target);
    if (operator === undefined) {
      this.store(place, value);
      return place;
    }
    const result = decay(this.#binary(operator, place, this.value(value), at));
    expectOk(storeNumber(place, scalar(result, at)));
    return place;
  }

  #cast(type: CType, value: Value, at: number): Value {
    if (type.kind === 'void') return raiseAt(at, 'expression-type', 'a void has no value');
    if (type.kind === 'integer') return wrap(type, scalar(decay(value), at));
    if (type.kind === 'enum' || type.kind === 'pointer') return numberValue(type, scalar(decay(value), at));
    if (spell(type) === spell(value.type)) return value;
    const hint = `*(${spell(type)} *)& reads its bytes as such`;
    return raiseAt(at, 'expression-type', `a ${spell(value.type)} cannot be cast to ${spell(type)}; ${hint}`);
  }

  #member({ object, name, arrow, at }: Of<'member'>): Operand {
    const ofFunction = object.kind === 'name' ? this.#names.staticOf(object.name, name) : undefined;
    if (ofFunction !== undefined) return valueOperand(ofFunction);
    const operand = this.operand(object);
    if (operand.kind === 'traversal') return this.#ofTraversal(operand, name, at);
    if (operand.kind === 'map')
      return raiseAt(at, 'expression-type', `the map ${operand.map.name} has no members`);
    const { value } = operand;
    // As in GDB, both of . and -> find the members behind a pointer.
    const struct = value.type.kind === 'pointer' || arrow ? this.#dereference(decay(value), at) : value;
    if (struct.type.kind !== 'struct')
      return raiseAt(at, 'expression-type', `a ${spell(struct.type)} has no members`);
    const member = memberOf(struct, struct.type, name);
    return member === undefined
      ? raiseAt(at, 'unknown-member', `${spell(struct.type)} has no member ${name}`)
      : valueOperand(member);
  }

  #ofTraversal(
    { depth, callback }: Extract<Operand, { kind: 'traversal' }>,
    name: string,
    at: number,
  ): Operand {
    const fields = traversalFields(this.#names.target, depth, callback);
    const field = fields.find((candidate) => candidate.name === name);
    if (field === undefined) {
      const names = fields.map((candidate) => candidate.name).join(', ');
      return raiseAt(at, 'unknown-member', `this traversal has no ${name}; it has ${names}`);
    }
    return 'map' in field.value ? { kind: 'map', map: field.value.map } : valueOperand(field.value);
  }

  #index({ object, index, cpu, at }: Of<'index'>): Value {
    const operand = this.operand(object);
    if (operand.kind === 'map') return this.#element(operand.map, index, cpu, at);
    if (operand.kind === 'traversal') return raiseAt(at, 'expression-type', 'a traversal has no elements');
    if (cpu !== undefined) raiseAt(cpu.at, 'expression-syntax', 'only values of a per-CPU map have a CPU');
    const { value } = operand;
    const number = scalar(decay(this.value(index)), index.at);
    if (value.type.kind !== 'array')
      return this.#dereference(pointerArithmetic('+', decay(value), numberValue(basic.s64, number), at), at);
    // A count of 0 is a flexible array member.
    if (number < 0n || (number >= BigInt(value.type.count) && value.type.count > 0))
      raiseAt(index.at, 'out-of-range', `there are ${value.type.count} elements, none with number ${number}`);
    return elementOf(value, value.type, Number(number));
  }

  /** The value for a key; for per-CPU maps that of the running CPU, unless one is named. */
  #element(map: KernelMap, index: Expression, cpu: Expression | undefined, at: number): Value {
    const { target } = this.#names;
    const keyType = target.keyType(map);
    if (sizeOf(keyType) === 0) raiseAt(at, 'expression-type', `the map ${map.name} has no keys`);
    const key = encode(index, keyType, this.#evaluate);
    const element = map.find(key);
    if (element === undefined) {
      const text = keyExpression({ type: keyType, storage: constant(key) });
      return raiseAt(at, 'no-element', `${map.name} has no element with key ${text}`);
    }
    const { valueAddresses } = element;
    const ofCpu = cpu === undefined ? undefined : scalar(decay(this.value(cpu)), cpu.at);
    const number =
      valueAddresses.length === 1 && ofCpu === undefined ? 0 : Number(ofCpu ?? target.machine.cpu);
    const address = valueAddresses[number];
    if (address === undefined)
      return raiseAt(cpu?.at ?? at, 'out-of-range', `${map.name} has no value for CPU ${number}`);
    return { type: target.valueType(map), storage: target.memory(address) };
  }
}

/** Arrays in memory become pointers to their first element, functions to themselves. */
function decay(value: Value, arrays = true): Value {
  const { type, storage } = value;
  if (storage.address === undefined) return value;
  if (type.kind === 'array' && arrays) return numberValue(pointerTo(type.element), storage.address);
  return type.kind === 'function' ? numberValue(pointerTo(type), storage.address) : value;
}

function pointerArithmetic(operator: BinaryOperator, left: Value, right: Value, at: number): Value {
  const a = scalar(left, at);
  const b = scalar(right, at);
  const compared = compare(operator, unsigned(a), unsigned(b));
  if (compared !== undefined) return compared;
  if (left.type.kind === 'pointer' && right.type.kind === 'pointer') {
    if (operator !== '-')
      return raiseAt(at, 'expression-type', `${operator} cannot be applied to two pointers`);
    return numberValue(basic.s64, convert(basic.s64, a - b) / stride(left.type, at));
  }
  if (left.type.kind === 'pointer' && (operator === '+' || operator === '-'))
    return numberValue(
      left.type,
      operator === '+' ? a + b * stride(left.type, at) : a - b * stride(left.type, at),
    );
  if (right.type.kind === 'pointer' && operator === '+')
    return numberValue(right.type, a * stride(right.type, at) + b);
  return raiseAt(at, 'expression-type', `${operator} cannot be applied to a pointer; cast it to __u64 first`);
}

function unsigned(number: bigint): bigint {
  return BigInt.asUintN(64, number);
}

/** Bytes from one pointed-to element to the next; 1 for void, as in GNU C. */
function stride(type: CPointer, at: number): bigint {
  const pointed = type.target();
  if (pointed.kind === 'void') return 1n;
  const size = sizeOf(pointed);
  return size === undefined || size === 0
    ? raiseAt(at, 'expression-type', `${spell(pointed)} has no size to step by`)
    : BigInt(size);
}

/** Two char arrays up to their NULs, so that `comm == "bash"` compares what one means. */
function comparedTexts(left: Value, right: Value): readonly [string, string] | undefined {
  if (!isText(left.type) || !isText(right.type)) return undefined;
  const [a, b] = [textOf(left), textOf(right)];
  return a === undefined || b === undefined ? undefined : [a, b];
}

function isText(type: CType): boolean {
  return type.kind === 'array' && type.element.kind === 'integer' && type.element.size === 1;
}

function textOf(value: Value): string | undefined {
  const bytes = bytesOf(value);
  if (bytes === undefined) return undefined;
  const nul = bytes.indexOf(0);
  return bytes.subarray(0, nul < 0 ? bytes.length : nul).join(' ');
}
