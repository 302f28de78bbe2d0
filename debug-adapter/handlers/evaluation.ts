import { expectOk } from '../../vm/base/problem.ts';
import { splitCommand } from '../console/command.ts';
import { helpText, isHelp, runCommand } from '../console/commands.ts';
import type { EvaluationMode } from '../expressions/evaluator.ts';
import { argumentsOf, flag, integer, optional, record, text } from '../protocol/shape.ts';
import type { Session } from '../session.ts';
import { consoleContext, frameOf } from './console-context.ts';
import { announceRunning } from './execution.ts';
import { handler, type Handler } from './handler.ts';
import { valueBody } from './variable-body.ts';
import { format, formatOf } from './variables.ts';

/** Watches, inline values and `variables` (Copy Value) are alike: they may be edited and change nothing themselves. */
function modeOf(context: string | undefined): EvaluationMode {
  return context === 'hover' || context === 'repl' || context === 'clipboard' ? context : 'watch';
}

interface EvaluateArguments {
  readonly expression: string;
  readonly frameId?: number;
  readonly context?: string;
  readonly format?: { readonly hex?: boolean };
}

/** A command of the debug console. What it lets run waits until its text is sent. */
function command(session: Session, { expression, frameId }: EvaluateArguments): object {
  // Also of use while the program runs.
  const help = isHelp(expression) ? splitCommand(expression) : undefined;
  if (help !== undefined) return { result: helpText(help.words), variablesReference: 0 };
  const { text: result, node, run } = runCommand(consoleContext(session, frameId), expression);
  session.afterwards = run;
  return { result, ...(node === undefined ? { variablesReference: 0 } : valueBody(session, node)) };
}

export const evaluationHandlers: readonly Handler[] = [
  handler(
    'evaluate',
    record({ expression: text, frameId: optional(integer), context: optional(text), format }),
    {
      capabilities: { supportsEvaluateForHovers: true, supportsClipboardContext: true },
      showErrors: false,
      handle: (session, args) => {
        if (args.context === 'repl' && splitCommand(args.expression) !== undefined)
          return command(session, args);
        const { evaluator } = session.stopped;
        const frame = frameOf(session, args.frameId);
        const node = expectOk(evaluator.evaluate(args.expression, frame, modeOf(args.context)));
        return { result: node.value(formatOf(session, args.format)), ...valueBody(session, node) };
      },
      after: (session) => {
        session.tellEdits();
        const { afterwards } = session;
        session.afterwards = undefined;
        if (afterwards === undefined) return;
        announceRunning(session);
        session.run(afterwards);
      },
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
