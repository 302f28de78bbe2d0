import { failed, ok, type Result } from '../../../vm/base/problem.ts';
import type { DebugFrame } from '../frame.ts';
import type { VariableNode, VariableScope } from '../variable.ts';
import { argumentsOf, unknownArgument } from './arguments.ts';
import { spell } from '../../debug-info/c-type.ts';
import { contextNode, packetNode } from './context-nodes.ts';
import { shortText } from './format-value.ts';
import { globalNodes } from './global-nodes.ts';
import { localNodes } from './locals/local-nodes.ts';
import { FrameLocals } from './locals/locals.ts';
import { mapNodes } from './map-nodes.ts';
import { groupNode, textNode, type NodeContext } from './nodes.ts';
import { registerNodes } from './register-nodes.ts';
import { Target, type InspectedMachine, type InspectionHost } from './target.ts';
import { timerNodes } from './timer-nodes.ts';
import { traversalNodes } from './traversal-nodes.ts';
import { traversalAround } from './traversal.ts';
import type { Value } from './value.ts';
import { ValueNode } from './value-node.ts';

/** Evaluates `text` in a frame and stores it in `value`. */
export type Assign = (value: Value, text: string, frame: DebugFrame) => Result<void>;

export interface MemoryRead {
  /** Of the first byte read; where nothing could be read, of the byte asked for. */
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** Bytes asked for that do not exist, after those read. */
  readonly unreadable: number;
}

/** What the machine holds at a stop, as trees of variables. Reads when asked; changes only by assignment. */
export class Inspector {
  readonly target: Target;
  /** Set by the evaluator of expressions: without one, nothing can be assigned. */
  assign: Assign | undefined;

  constructor(vm: InspectedMachine, host: InspectionHost) {
    this.target = new Target(vm, host);
  }

  /** Scopes of a frame, most wanted first; those with nothing in them are left out. */
  scopes(frame: DebugFrame): readonly VariableScope[] {
    const context = this.context(frame);
    const scope = (
      name: string,
      root: VariableNode | undefined,
      hint?: VariableScope['hint'],
    ): readonly VariableScope[] =>
      root === undefined || root.named + root.indexed === 0 ? [] : [{ name, hint, expensive: false, root }];
    const group = (name: string, parts: () => readonly VariableNode[]): VariableNode =>
      groupNode(name, '', parts);
    const traversal = (): readonly VariableScope[] =>
      scope('Traversal', this.#traversal(context, frame), frame.kind === 'helper' ? 'locals' : undefined);
    const locals = FrameLocals.of(this.target, frame);
    const variables = (): readonly VariableScope[] => [
      ...(locals === undefined
        ? scope(
            'Arguments',
            group('arguments', () => argumentNodes(context, frame)),
            'arguments',
          )
        : localScope(context, locals)),
      ...traversal(),
      ...scope(
        'Registers',
        group('registers', () => registerNodes(context, frame)),
        'registers',
      ),
    ];
    // What a tail call has replaced has no stack and no registers left.
    const own = { function: variables, helper: traversal, 'tail-call': () => [] }[frame.kind]();
    return [
      ...own,
      ...scope(
        'Maps',
        group('maps', () => mapNodes(context)),
      ),
      ...scope(
        'Timers',
        group('timers', () => timerNodes(context)),
      ),
      ...scope(
        'Globals',
        group('globals', () => globalNodes(context)),
      ),
      ...(this.#hasContext ? scope('Context', contextNode(context)) : []),
      ...(this.#hasContext ? scope('Packet', packetNode(context)) : []),
    ];
  }

  /** Callbacks that are runs of their own get none. */
  get #hasContext(): boolean {
    return this.target.machine.frames.read(0).kind !== 'callback';
  }

  /** Of a helper's frame its own, of a function's frame that within which it runs. */
  #traversal(context: NodeContext, { depth }: DebugFrame): VariableNode | undefined {
    const around = traversalAround(this.target, depth);
    if (around === undefined) return undefined;
    return groupNode('traversal', '', () => traversalNodes(context, around.depth, around.callback));
  }

  /** What an address points to: `packet+14`, `counts[3].value+8`, `r10-48 of sum`, `sum+16`; empty where that is not known. */
  describeAddress(address: bigint): string {
    return this.target.describe(address);
  }

  /** Up to `count` bytes at `address + offset`, as far as they exist. */
  readMemory(address: bigint, offset: number, count: number): MemoryRead {
    const start = address + BigInt(offset);
    const available = this.target.machine.regions.peek(start)?.available ?? 0;
    const size = Math.min(available, Math.max(count, 0));
    const bytes = size === 0 ? undefined : this.target.read(start, size);
    return { address: start, bytes: bytes ?? new Uint8Array(), unreadable: Math.max(count, 0) - size };
  }

  /** Writes all of `bytes`, or as many as fit where `partial`; how many were written. */
  writeMemory(address: bigint, offset: number, bytes: Uint8Array, partial = false): Result<number> {
    const start = address + BigInt(offset);
    const available = this.target.machine.regions.peek(start)?.available ?? 0;
    const size = partial ? Math.min(available, bytes.length) : bytes.length;
    if (size === 0 && bytes.length > 0)
      return failed({ code: 'unwritable', message: `there is no byte at 0x${start.toString(16)}` });
    const written = this.target.write(start, bytes.subarray(0, size));
    return written.ok ? ok(size) : written;
  }

  /** What nodes of a frame share. */
  context(frame: DebugFrame): NodeContext {
    const { assign } = this;
    return {
      target: this.target,
      limits: shortText,
      assign: assign && ((value, text) => assign(value, text, frame)),
    };
  }
}

/** Its variables are read when they are asked for: some may have to be looked for in the past. */
function localScope(context: NodeContext, locals: FrameLocals): readonly VariableScope[] {
  const count = locals.locals.length;
  if (count === 0) return [];
  const root: VariableNode = {
    ...textNode('locals', ''),
    named: count,
    children: (filter, start, wanted) =>
      filter === 'named' ? localNodes(context, locals, start, wanted) : [],
  };
  return [{ name: 'Locals', hint: 'locals', expensive: false, root }];
}

function argumentNodes(context: NodeContext, frame: DebugFrame): readonly VariableNode[] {
  return argumentsOf(context.target, frame).map(({ name, type, value }) =>
    value === undefined
      ? textNode(name, unknownArgument, { type: spell(type) })
      : new ValueNode(context, value, { name, expression: name }),
  );
}
