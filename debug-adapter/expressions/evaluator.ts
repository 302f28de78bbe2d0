import { callbackCallerName } from '../../vm/machine/helper.ts';
import { attempt, expectOk, type Result } from '../../vm/base/problem.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import type { DebugFrame } from '../debugger/frame.ts';
import { wholeText } from '../debugger/inspection/format-value.ts';
import type { Inspector } from '../debugger/inspection/inspector.ts';
import { mapNode } from '../debugger/inspection/map-nodes.ts';
import { groupNode, type NodeContext } from '../debugger/inspection/nodes.ts';
import { traversalNodes } from '../debugger/inspection/traversal-nodes.ts';
import type { Value } from '../debugger/inspection/value.ts';
import { ValueNode } from '../debugger/inspection/value-node.ts';
import type { DisplayFormat, VariableNode } from '../debugger/variable.ts';
import { compileCondition } from './compile.ts';
import { Interpreter } from './interpreter.ts';
import { FrameNames } from './names.ts';
import { valueOperand, type Operand } from './operand.ts';
import { parse } from './parser.ts';
import { SlotNames } from './slot-names.ts';
import type { Expression, Parsed } from './syntax.ts';
import { isCommonType, type TypeNames } from './type-syntax.ts';

/** What an expression is evaluated for; only `repl` may change something, only `clipboard` gives text in full. */
export type EvaluationMode = 'watch' | 'hover' | 'repl' | 'condition' | 'clipboard';

const rememberedExpressions = 256;

/** Names nothing but what is the same everywhere. */
const noFrame: DebugFrame = {
  id: 0,
  kind: 'tail-call',
  name: '',
  depth: 0,
  slot: 0,
  address: 0n,
  function: undefined,
  source: undefined,
  scope: undefined,
  inlined: false,
  callback: undefined,
};

/** C expressions in a frame of the program that stands still. */
export class Evaluator implements TypeNames {
  readonly #inspector: Inspector;
  readonly #parsed = new Map<string, Result<Parsed>>();

  /** Gives the inspector its assignments too. */
  constructor(inspector: Inspector) {
    this.#inspector = inspector;
    inspector.assign = (value, text, frame) => this.#storeText(value, text, frame);
  }

  evaluate(text: string, frame: DebugFrame, mode: EvaluationMode): Result<VariableNode> {
    return attempt(() => {
      const { expression, count, format, end } = expectOk(this.#parse(text));
      const interpreter = this.#interpreter(frame, mode === 'repl');
      const operand =
        count === undefined
          ? interpreter.operand(expression)
          : valueOperand(interpreter.elements(expression, count));
      const context = this.#inspector.context(frame);
      const changes = mode === 'repl' || mode === 'watch';
      const node = nodeOf(
        {
          ...context,
          assign: changes ? context.assign : undefined,
          limits: mode === 'clipboard' ? wholeText : context.limits,
        },
        operand,
        expression,
        text.slice(0, end).trim(),
      );
      if (format === undefined) return count === undefined ? node : renamed(node, text.trim());
      const suffix = text.slice(text.lastIndexOf(',')).replaceAll(/\s/g, '');
      return renamed(withFormat(node, format, suffix), text.trim());
    });
  }

  /** The number of a scalar; of an array or a function its address. */
  number(text: string, frame: DebugFrame): Result<bigint> {
    return attempt(() => this.#interpreter(frame, false).number(expectOk(this.#parse(text)).expression));
  }

  /** What an expression stands for, evaluated for its type only. */
  typed(text: string, frame: DebugFrame): Result<Operand> {
    return attempt(() => this.#interpreter(frame, false).typed(expectOk(this.#parse(text)).expression));
  }

  /** Stores the value of one expression in what another stands for, and gives that. */
  assign(expression: string, valueText: string, frame: DebugFrame): Result<VariableNode> {
    return attempt(() => {
      const value = this.#interpreter(frame, false).value(expectOk(this.#parse(expression)).expression);
      expectOk(this.#storeText(value, valueText, frame));
      return expectOk(this.evaluate(expression, frame, 'watch'));
    });
  }

  /**
   * Whether an expression is not 0 in the innermost frame, at an arrival at `slot`, as a function that reads the machine
   * by itself; it gives undefined where there is no value. Undefined: `condition` has to be asked.
   */
  compile(text: string, slot: number): (() => boolean | undefined) | undefined {
    const parsed = this.#parse(text);
    if (!parsed.ok || parsed.value.count !== undefined) return undefined;
    const { target } = this.#inspector;
    return compileCondition(parsed.value.expression, new SlotNames(target, slot), target.machine);
  }

  /** Whether an expression is not 0. */
  condition(text: string, frame: DebugFrame): Result<boolean> {
    return attempt(() => this.#interpreter(frame, false).isTrue(expectOk(this.#parse(text)).expression));
  }

  /** The bytes of a map's key, as an expression of constants and globals gives it: there need be no frame. */
  key(map: KernelMap, text: string): Result<Uint8Array> {
    return attempt(() => {
      const interpreter = this.#interpreter(noFrame, false);
      return interpreter.encoded(expectOk(this.#parse(text)).expression, this.#inspector.target.keyType(map));
    });
  }

  /** Whether a name in an expression is that of a type. */
  isType(name: string): boolean {
    if (isCommonType(name)) return true;
    return this.#inspector.target.named.named(name, ['typedef', 'basic']) !== undefined;
  }

  #storeText(value: Value, text: string, frame: DebugFrame): Result<void> {
    return attempt(() => {
      const { expression } = expectOk(this.#parse(withoutNote(text)));
      this.#interpreter(frame, false).store(value, expression);
    });
  }

  #interpreter(frame: DebugFrame, mayAssign: boolean): Interpreter {
    return new Interpreter(new FrameNames(this.#inspector.target, frame), mayAssign);
  }

  #parse(text: string): Result<Parsed> {
    let parsed = this.#parsed.get(text);
    if (parsed === undefined) {
      parsed = parse(text, this);
      if (this.#parsed.size >= rememberedExpressions) this.#parsed.clear();
      this.#parsed.set(text, parsed);
    }
    return parsed;
  }
}

function nodeOf(context: NodeContext, operand: Operand, expression: Expression, text: string): VariableNode {
  switch (operand.kind) {
    case 'value':
      return new ValueNode(context, operand.value, {
        name: text,
        expression: bindsTightly(expression) ? text : `(${text})`,
      });
    case 'map':
      return { ...mapNode(context, operand.map), name: text, evaluateName: text };
    case 'traversal': {
      const { depth, callback } = operand;
      const { helpers } = context.target.machine;
      const helper = callbackCallerName(helpers, callback.helper);
      return groupNode(text, helper, () => traversalNodes(context, depth, callback), { evaluateName: text });
    }
  }
}

/** Whether `.member` may follow without parentheses. */
function bindsTightly({ kind }: Expression): boolean {
  return kind === 'name' || kind === 'special' || kind === 'member' || kind === 'index' || kind === 'number';
}

/** Shown in a format, parts included; `suffix` is how the format is written. */
function withFormat(node: VariableNode, format: DisplayFormat, suffix: string): VariableNode {
  const shown = { hex: format === 'x', as: format };
  const { name, type, evaluateName, address, size, data, named, indexed, assign } = node;
  return {
    ...{ name, type, address, size, data, named, indexed, assign },
    evaluateName: evaluateName === undefined ? undefined : evaluateName + suffix,
    virtual: node.virtual ?? false,
    value: () => node.value(shown),
    children: (filter, start, count) =>
      node.children(filter, start, count).map((child) => withFormat(child, format, suffix)),
  };
}

/** The same node under the text that it was asked for with. */
function renamed(node: VariableNode, text: string): VariableNode {
  const { type, address, size, data, named, indexed, assign } = node;
  return {
    ...{ type, address, size, data, named, indexed, assign },
    name: text,
    evaluateName: text,
    virtual: node.virtual ?? false,
    value: (format) => node.value(format),
    children: (filter, start, count) => node.children(filter, start, count),
  };
}

/** Numbers are shown with notes after them, which come back when a shown value is edited. */
function withoutNote(text: string): string {
  const noted = /^\s*(-?(?:0x[0-9a-fA-F]+|\d+))\s+(?:<.*>.*|'.+'|\(.*\)|".*")\s*$/.exec(text);
  return noted?.[1] ?? text;
}
