import { expectOk } from '../../vm/base/problem.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import { arrayOf, basic, pointerTo, sizeOf, spell, type CType } from '../debug-info/c-type.ts';
import { activeMembers, memberOf } from '../debugger/inspection/active-members.ts';
import { keyExpression } from '../debugger/inspection/key-text.ts';
import { pointedTo } from '../debugger/inspection/pointers.ts';
import { traversalFields } from '../debugger/inspection/traversal.ts';
import {
  constant,
  elementOf,
  numberOf,
  numberValue,
  storeBytes,
  storeNumber,
  type Value,
} from '../debugger/inspection/value.ts';
import { comparedTexts } from './compared-texts.ts';
import { encode, numberFor } from './encode.ts';
import { raiseAt } from './lexer.ts';
import { describeOperand, type FrameNames } from './names.ts';
import { arithmetic, commonType, constantType, promote, scalar, truth, wrap } from './numbers.ts';
import { valueOperand, type Operand } from './operand.ts';
import { decay, pointerArithmetic } from './pointer-arithmetic.ts';
import type { BinaryOperator, Expression } from './syntax.ts';
import { typeOf } from './type-syntax.ts';

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

/** Evaluates expressions in a frame. Inside, problems are raised. */
export class Interpreter {
  readonly #names: FrameNames;
  readonly #mayAssign: boolean;
  /** Only the type of the result is wanted, as in the operand of sizeof: nothing fails for its value. */
  #typeOnly = false;
  /** Only an address is wanted, as in the operand of `&`: nothing is read from NULL. */
  #addressOnly = false;

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
    return this.#number(decay(this.value(expression)), expression.at) !== 0n;
  }

  number(expression: Expression): bigint {
    return this.#number(decay(this.value(expression)), expression.at);
  }

  /** What `expression` stands for, evaluated for its type only: its value may be anything. */
  typed(expression: Expression): Operand {
    return this.#onlyType(() => this.operand(expression));
  }

  /** `count` elements from what a pointer points to, or the first of an array. */
  elements(expression: Expression, count: Expression): Value {
    const value = decay(this.value(expression));
    const number = this.#number(decay(this.value(count)), count.at);
    if (number < 0n || number > BigInt(mostElements))
      raiseAt(count.at, 'out-of-range', `from 0 to ${mostElements} elements can be shown, not ${number}`);
    const { type } = value;
    if (type.kind === 'array') return { type: arrayOf(type.element, Number(number)), storage: value.storage };
    if (type.kind !== 'pointer')
      return raiseAt(count.at, 'expression-format', `a ${spell(type)} is no pointer and no array`);
    const address = this.#number(value, expression.at);
    if (address === 0n) return raiseAt(expression.at, 'null-pointer', 'the pointer is NULL');
    const pointed = type.target();
    const element = pointed.kind === 'void' ? basic.byte : pointed;
    return { type: arrayOf(element, Number(number)), storage: this.#names.target.memory(address) };
  }

  #onlyType<T>(body: () => T): T {
    const before = this.#typeOnly;
    this.#typeOnly = true;
    try {
      return body();
    } finally {
      this.#typeOnly = before;
    }
  }

  #number(value: Value, at: number): bigint {
    return this.#typeOnly && isScalar(value.type) ? (numberOf(value) ?? 0n) : scalar(value, at);
  }

  /** The bytes of an expression as a value of a type; raises where it is none. */
  encoded(expression: Expression, type: CType): Uint8Array {
    return encode(expression, type, this.#evaluate);
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
        return this.#conditional(expression);
      case 'assign':
        return this.#assign(expression);
      case 'increment':
        return this.#increment(expression);
      case 'cast':
        return this.#cast(
          typeOf(expression.type, this.#names.target.named),
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
    const type =
      'kind' in operand
        ? this.#onlyType(() => this.value(operand)).type
        : typeOf(operand, this.#names.target.named);
    const size = sizeOf(type) ?? raiseAt(at, 'expression-type', `${spell(type)} has no size`);
    return numberValue(basic.u64, BigInt(size));
  }

  /** One of the two, in the type that both have in common (C11 6.5.15). */
  #conditional({ test, yes, no }: Of<'conditional'>): Value {
    const [taken, other] = this.isTrue(test) ? [yes, no] : [no, yes];
    const value = this.value(taken);
    const types = [value, this.#onlyType(() => this.value(other))].map(({ type, bits }) =>
      promote(type, bits?.size),
    );
    const [type, otherType] = types;
    if (type === undefined || otherType === undefined) return value;
    return wrap(commonType(type, otherType), this.#number(value, taken.at));
  }

  #unary({ operator, operand, at }: Of<'unary'>): Value {
    if (operator === '&') return this.#addressOf(operand, at);
    const value = decay(this.value(operand));
    if (operator === '*') return this.#dereference(value, at);
    const number = this.#number(value, at);
    if (operator === '!') return truth(number === 0n);
    const type = promote(value.type, value.bits?.size);
    if (type === undefined)
      return raiseAt(at, 'expression-type', `${operator} cannot be applied to a ${spell(value.type)}`);
    return wrap(type, operator === '-' ? -number : operator === '~' ? ~number : number);
  }

  #addressOf(expression: Expression, at: number): Value {
    this.#addressOnly = true;
    const operand = this.operand(expression);
    this.#addressOnly = false;
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
    const address = this.#number(pointer, at);
    const mayBeNull = this.#typeOnly || this.#addressOnly;
    if (address === 0n && !mayBeNull) return raiseAt(at, 'null-pointer', 'the pointer is NULL');
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
    const [leftNumber, rightNumber] = [this.#number(a, at), this.#number(b, at)];
    if (leftType === undefined || rightType === undefined)
      return raiseAt(at, 'expression-type', `${operator} needs numbers`);
    if (this.#typeOnly && rightNumber === 0n && (operator === '/' || operator === '%'))
      return numberValue(commonType(leftType, rightType), 0n);
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
    return this.#update(place, operator, this.value(value), at);
  }

  /** `++` and `--`; the value of the postfix ones is the one before. */
  #increment({ operand, operator, postfix, at }: Of<'increment'>): Value {
    if (!this.#mayAssign)
      raiseAt(at, 'expression-assignment', 'nothing is changed here; assign in the debug console');
    const place = this.value(operand);
    const { type, bits } = place;
    const before = {
      ...numberValue(type, this.#number(place, at)),
      ...(bits && { bits: { ...bits, offset: 0 } }),
    };
    const after = this.#update(place, operator, numberValue(basic.s32, 1n), at);
    return postfix ? before : after;
  }

  /** Stores the result of an operator in its left operand, converted to its type. */
  #update(place: Value, operator: BinaryOperator, operand: Value, at: number): Value {
    const result = this.#number(decay(this.#binary(operator, place, operand, at)), at);
    const { type } = place;
    const isBool = type.kind === 'integer' && type.form === 'bool';
    expectOk(storeNumber(place, isBool ? BigInt(result !== 0n) : result));
    return place;
  }

  #cast(type: CType, value: Value, at: number): Value {
    if (type.kind === 'void') return raiseAt(at, 'expression-type', 'a void has no value');
    if (type.kind === 'integer') return wrap(type, this.#number(decay(value), at));
    if (type.kind === 'enum' || type.kind === 'pointer')
      return numberValue(type, this.#number(decay(value), at));
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
    const member = memberOf(struct, struct.type, name, this.#typeOnly || this.#addressOnly);
    if (member !== undefined) return valueOperand(member);
    const { variant } = activeMembers(struct, struct.type);
    if (variant !== undefined && 'problem' in variant) return raiseAt(at, 'no-variant', variant.problem);
    return raiseAt(at, 'unknown-member', `${variant?.name ?? spell(struct.type)} has no member ${name}`);
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
    const number = this.#number(decay(this.value(index)), index.at);
    if (value.type.kind !== 'array')
      return this.#dereference(pointerArithmetic('+', decay(value), numberValue(basic.s64, number), at), at);
    // A count of 0 is a flexible array member.
    const outside = number < 0n || (number >= BigInt(value.type.count) && value.type.count > 0);
    if (outside && !this.#typeOnly)
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
      if (this.#typeOnly) return unknownValue(target.valueType(map));
      const text = keyExpression({ type: keyType, storage: constant(key) });
      return raiseAt(at, 'no-element', `${map.name} has no element with key ${text}`);
    }
    const { valueAddresses } = element;
    const ofCpu = cpu === undefined ? undefined : this.#number(decay(this.value(cpu)), cpu.at);
    const number =
      valueAddresses.length === 1 && ofCpu === undefined ? 0 : Number(ofCpu ?? target.machine.cpu);
    const address = valueAddresses[number];
    if (address === undefined)
      return raiseAt(cpu?.at ?? at, 'out-of-range', `${map.name} has no value for CPU ${number}`);
    return { type: target.valueType(map), storage: target.memory(address) };
  }
}

/** Elements of a slice: more is a mistake. */
const mostElements = 1 << 24;

function isScalar({ kind }: CType): boolean {
  return kind === 'integer' || kind === 'enum' || kind === 'pointer';
}

/** Stands for a value of which only the type is wanted. */
function unknownValue(type: CType): Value {
  return { type, storage: constant(new Uint8Array(sizeOf(type) ?? 0)) };
}
