import type { DebugProtocol } from '@vscode/debugprotocol';
import { argumentsOf, count, integer, optional, record } from '../protocol/shape.ts';
import type { Session, ShownFrame } from '../session.ts';
import { handler, type Handler } from './handler.ts';
import { memoryReference } from './memory-reference.ts';
import { placeBody } from './source-body.ts';

export const stackHandlers: readonly Handler[] = [
  handler('threads', argumentsOf({}), {
    handle: (session) => ({ threads: [{ id: session.threadId, name: session.threadName }] }),
  }),
  handler('stackTrace', record({ threadId: integer, startFrame: optional(count), levels: optional(count) }), {
    capabilities: { supportsDelayedStackTraceLoading: true },
    showErrors: false,
    handle: (session, { startFrame = 0, levels = 0 }) => {
      const { frames } = session.stopped;
      const shown = frames.slice(startFrame, levels === 0 ? undefined : startFrame + levels);
      return { stackFrames: shown.map((one) => frameBody(session, one)), totalFrames: frames.length };
    },
  }),
  handler('scopes', record({ frameId: integer }), {
    showErrors: false,
    handle: (session, { frameId }) => {
      const { inspector } = session.stopped;
      const scopes = inspector.scopes(session.frame(frameId));
      return {
        scopes: scopes.map(({ name, hint, expensive, root }) => ({
          name,
          ...(hint !== undefined && { presentationHint: hint }),
          expensive,
          variablesReference: session.variables.add(root),
          namedVariables: root.named,
          indexedVariables: root.indexed,
        })),
      };
    },
  }),
];

function frameBody(session: Session, { id, frame }: ShownFrame): DebugProtocol.StackFrame {
  return {
    id,
    name: frame.name,
    ...(frame.source === undefined ? { line: 0, column: 0 } : placeBody(session, frame.source)),
    instructionPointerReference: memoryReference(frame.address),
    ...(frame.kind !== 'function' && { presentationHint: frame.kind === 'helper' ? 'label' : 'subtle' }),
  };
}
