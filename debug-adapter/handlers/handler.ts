import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Shape } from '../protocol/shape.ts';
import type { Session } from '../session.ts';

/** What answers one request, with the capabilities that it makes true beside it. */
export interface HandlerDefinition<A, B> {
  readonly capabilities?: DebugProtocol.Capabilities;
  /** Whether a failure is worth a message of its own; default true. Clients show those of values in place. */
  readonly showErrors?: boolean;
  /** The body of the response. Raises, or throws what is a defect. */
  readonly handle: (session: Session, args: A) => B | Promise<B>;
  /** What happens once the response is sent: running, mostly. */
  readonly after?: (session: Session, args: A) => void;
}

/** A handler whose types are closed over: what the dispatcher calls. */
export interface Handler {
  readonly command: string;
  readonly capabilities: DebugProtocol.Capabilities;
  readonly showErrors: boolean;
  readonly answer: (session: Session, args: unknown) => Promise<Answer>;
}

export interface Answer {
  readonly body: unknown;
  readonly after: () => void;
}

/** The shape stands alone before the definition so that the compiler knows its type when it reads `handle`. */
export function handler<A, B>(
  command: string,
  shape: Shape<A>,
  definition: HandlerDefinition<A, B>,
): Handler {
  const { capabilities = {}, showErrors = true } = definition;
  return {
    command,
    capabilities,
    showErrors,
    answer: async (session, rawArguments) => {
      const args = shape(rawArguments, `${command}: arguments`);
      const body = await definition.handle(session, args);
      return { body, after: () => definition.after?.(session, args) };
    },
  };
}
