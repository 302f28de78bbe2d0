import type { Result } from '../../../vm/base/problem.ts';
import type { DataSubject, ValueFormat, VariableNode } from '../variable.ts';
import type { Limits } from './format-value.ts';
import type { Target } from './target.ts';
import type { Value } from './value.ts';

/** What all nodes of a frame share. */
export interface NodeContext {
  readonly target: Target;
  readonly limits: Limits;
  /** Evaluates the text in the frame and stores it in the value; undefined where nothing may be changed. */
  readonly assign: ((value: Value, text: string) => Result<void>) | undefined;
}

/** `nodes` from `start`, at most `count`. */
export function page<T>(nodes: readonly T[], start: number, count: number): readonly T[] {
  return nodes.slice(Math.max(0, start), Math.max(0, start) + Math.max(0, count));
}

interface TextOptions {
  readonly type?: string;
  readonly evaluateName?: string;
  readonly virtual?: boolean;
  readonly data?: DataSubject;
}

/** A node that is only text. */
export function textNode(
  name: string,
  text: string | ((format: ValueFormat) => string),
  options: TextOptions = {},
): VariableNode {
  return {
    name,
    type: options.type,
    value: typeof text === 'string' ? () => text : text,
    evaluateName: options.evaluateName,
    address: undefined,
    size: undefined,
    named: 0,
    indexed: 0,
    children: () => [],
    assign: undefined,
    virtual: options.virtual ?? false,
    data: options.data,
  };
}

/** A node with named parts, made when first asked for. */
export function groupNode(
  name: string,
  text: string | ((format: ValueFormat) => string),
  parts: () => readonly VariableNode[],
  options: TextOptions = {},
): VariableNode {
  let made: readonly VariableNode[] | undefined;
  const all = (): readonly VariableNode[] => (made ??= parts());
  return {
    ...textNode(name, text, options),
    get named() {
      return all().length;
    },
    children: (filter, start, count) => (filter === 'named' ? page(all(), start, count) : []),
  };
}

/** A node with numbered parts, made one by one. */
export function listNode(
  name: string,
  text: string | ((format: ValueFormat) => string),
  count: number,
  parts: (start: number, count: number) => readonly VariableNode[],
  options: TextOptions = {},
): VariableNode {
  return {
    ...textNode(name, text, options),
    indexed: count,
    children: (filter, start, wanted) => {
      if (filter !== 'indexed' || start < 0 || start >= count) return [];
      return parts(start, Math.min(wanted, count - start));
    },
  };
}
