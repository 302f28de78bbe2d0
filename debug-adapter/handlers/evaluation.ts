import { expectOk } from '../../vm/base/problem.ts';
import type { DebugFrame } from '../debugger/frame.ts';
import type { EvaluationMode } from '../expressions/evaluator.ts';
import { argumentsOf, flag, integer, optional, record, text } from '../protocol/shape.ts';
import type { Session } from '../session.ts';
import { handler, type Handler } from './handler.ts';
import { valueBody } from './variable-body.ts';
import { format, formatOf } from './variables.ts';

/** Watches, inline values and `variables` (Copy Value) are alike: they may be edited and change nothing themselves. */
function modeOf(context: string | undefined): EvaluationMode {
  return context === 'hover' || context === 'repl' || context === 'clipboard' ? context : 'watch';
}

/** The frame a client means; the innermost where it names none. */
function frameOf(session: Session, frameId: number | undefined): DebugFrame {
  const { frames } = session.stopped;
  return session.frame(frameId ?? frames[0]?.id ?? 0);
}

export const evaluationHandlers: readonly Handler[] = [
  handler(
    'evaluate',
    record({ expression: text, frameId: optional(integer), context: optional(text), format }),
    {
      capabilities: { supportsEvaluateForHovers: true, supportsClipboardContext: true },
      showErrors: false,
      handle: (session, args) => {
        const { evaluator } = session.stopped;
        const frame = frameOf(session, args.frameId);
        const node = expectOk(evaluator.evaluate(args.expression, frame, modeOf(args.context)));
        return { result: node.value(formatOf(session, args.format)), ...valueBody(session, node) };
      },
      after: (session) => session.tellEdits(),
    },
  ),
  handler('setExpression', record({ expression: text, value: text, frameId: optional(integer), format }), {
    capabilities: { supportsSetExpression: true },
    showErrors: false,
    handle: (session, args) => {
      const { evaluator } = session.stopped;
      const frame = frameOf(session, args.frameId);
      const node = expectOk(evaluator.assign(args.expression, args.value, frame));
      return { value: node.value(formatOf(session, args.format)), ...valueBody(session, node) };
    },
    after: (session) => session.tellEdits(),
  }),
  handler('bpf/toggleHex', argumentsOf({ hex: optional(flag) }), {
    handle: (session, { hex = !session.format.hex }) => {
      session.format = { hex };
      return { hex };
    },
    after: (session) => session.invalidateValues(),
  }),
];
