import type { Result } from '../../../vm/base/problem.ts';
import type { SourcePosition } from '../../debug-info/debug-info.ts';
import type { DataSubject, ValueFormat, VariableNode } from '../variable.ts';
import { sizeOf, spell } from '../../debug-info/c-type.ts';
import { activeMembers } from './active-members.ts';
import { packetPointerText } from './context-fields.ts';
import { formatValue } from './format-value.ts';
import { mapNode } from './map-nodes.ts';
import { page, type NodeContext } from './nodes.ts';
import { mapPointedTo, pointedTo } from './pointers.ts';
import { elementOf, numberOf, placeMember, type Value } from './value.ts';

export interface ValueNodeOptions {
  readonly name: string;
  /** An expression of a unary operand's rank, so that `.x` and `[i]` can follow. */
  readonly expression?: string | undefined;
  readonly virtual?: boolean;
  /** Said behind the value. */
  readonly note?: string;
  readonly declaration?: SourcePosition | undefined;
}

/** A typed value with its parts: members, elements, what it points to. */
export class ValueNode implements VariableNode {
  readonly name: string;
  readonly type: string;
  readonly evaluateName: string | undefined;
  readonly virtual: boolean;
  readonly declaration: SourcePosition | undefined;
  readonly inner: Value;
  readonly #context: NodeContext;
  readonly #note: string;
  #parts: Parts | undefined;

  constructor(context: NodeContext, value: Value, options: ValueNodeOptions) {
    this.#context = context;
    this.inner = value;
    this.name = options.name;
    this.type = spell(value.type);
    this.evaluateName = options.expression;
    this.virtual = options.virtual ?? false;
    this.declaration = options.declaration;
    this.#note = options.note === undefined ? '' : ` ${options.note}`;
  }

  value(format: ValueFormat): string {
    const { target, limits } = this.#context;
    const text = formatValue(this.inner, { ...format, surroundings: target, limits });
    const packet = packetPointerText(target, this.inner);
    return (packet === '' ? text : `${text} <${packet}>`) + this.#note;
  }

  /** Of a pointer: what it points to, since those are the bytes one wants to see. */
  get address(): bigint | undefined {
    const { type, storage, bits } = this.inner;
    if (type.kind === 'pointer') {
      const address = numberOf(this.inner);
      return address !== undefined && this.#context.target.read(address, 1) !== undefined
        ? address
        : undefined;
    }
    return bits === undefined ? storage.address : undefined;
  }

  get size(): number | undefined {
    const { type } = this.inner;
    const pointed = type.kind === 'pointer' ? pointedTo(this.#context.target, this.inner) : this.inner;
    return pointed && sizeOf(pointed.type);
  }

  get data(): DataSubject {
    const { type, storage, bits } = this.inner;
    if (storage.address === undefined) return { kind: 'none', reason: notInMemory(this.name) };
    if (bits === undefined)
      return { kind: 'memory', address: storage.address, size: sizeOf(type) ?? 0, type };
    const size = Math.ceil((bits.offset + bits.size) / 8);
    return { kind: 'memory', address: storage.address, size, type: undefined };
  }

  get named(): number {
    return this.#all.named;
  }

  get indexed(): number {
    return this.#all.indexed;
  }

  children(filter: 'named' | 'indexed', start: number, count: number): readonly VariableNode[] {
    return this.#all.children(filter, start, count);
  }

  get assign(): ((text: string) => Result<void>) | undefined {
    const { assign } = this.#context;
    const { type, storage } = this.inner;
    if (assign === undefined || storage.write === undefined || sizeOf(type) === undefined) return undefined;
    return (text) => assign(this.inner, text);
  }

  get #all(): Parts {
    return (this.#parts ??= partsOf(this.#context, this.inner, this.evaluateName));
  }
}

function notInMemory(name: string): string {
  return `${name} is in a register or computed: only memory can be watched`;
}

type Parts = Pick<VariableNode, 'named' | 'indexed' | 'children'>;

const noParts: Parts = { named: 0, indexed: 0, children: () => [] };

function partsOf(context: NodeContext, value: Value, expression: string | undefined): Parts {
  switch (value.type.kind) {
    case 'struct':
      return memberParts(context, value, expression, '.');
    case 'array':
      return elementParts(context, value, expression);
    case 'pointer':
      return pointerParts(context, value, expression);
    case 'integer':
    case 'float':
    case 'enum':
    case 'void':
    case 'function':
    case 'forward':
      return noParts;
  }
}

function memberParts(
  context: NodeContext,
  value: Value,
  expression: string | undefined,
  access: '.' | '->',
): Parts {
  if (value.type.kind !== 'struct') return noParts;
  const { members } = activeMembers(value, value.type);
  return {
    named: members.length,
    indexed: 0,
    children: (filter, start, count) =>
      filter === 'indexed'
        ? []
        : page(members, start, count).map((member) => {
            const inner = expression === undefined ? undefined : `${expression}${access}${member.name}`;
            return new ValueNode(context, placeMember(value, member), {
              name: member.name,
              expression: inner,
            });
          }),
  };
}

function elementParts(context: NodeContext, value: Value, expression: string | undefined): Parts {
  const { type } = value;
  if (type.kind !== 'array') return noParts;
  return {
    named: 0,
    indexed: type.count,
    children: (filter, start, count) => {
      if (filter === 'named' || start < 0) return [];
      const wanted = Math.max(0, Math.min(count, type.count - start));
      return Array.from({ length: wanted }, (_, i) => {
        const name = `[${start + i}]`;
        const inner = expression === undefined ? undefined : expression + name;
        return new ValueNode(context, elementOf(value, type, start + i), { name, expression: inner });
      });
    },
  };
}

function pointerParts(context: NodeContext, pointer: Value, expression: string | undefined): Parts {
  const map = mapPointedTo(context.target, pointer);
  if (map !== undefined) return mapNode(context, map);
  const pointed = pointedTo(context.target, pointer);
  if (pointed === undefined) return noParts;
  // A `void *` is shown by what is known to be there, which only a cast would say in an expression.
  const declared = pointer.type.kind === 'pointer' && pointer.type.target().kind !== 'void';
  const text = declared ? expression : undefined;
  if (pointed.type.kind === 'struct') return memberParts(context, pointed, text, '->');
  if (pointed.type.kind === 'array')
    return elementParts(context, pointed, text === undefined ? undefined : `(*${text})`);
  const starred = text === undefined ? undefined : `*${text}`;
  const node = new ValueNode(context, pointed, {
    name: starred ?? '*',
    expression: starred && `(${starred})`,
  });
  return {
    named: 1,
    indexed: 0,
    children: (filter, start, count) => (filter === 'named' ? page([node], start, count) : []),
  };
}
