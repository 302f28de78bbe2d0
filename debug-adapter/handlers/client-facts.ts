import type { DebugProtocol } from '@vscode/debugprotocol';

/** What `initialize` said about the client: which lines it counts from, and what it understands. */
export interface ClientFacts {
  /** VS Code and its kin: they open documents of our own scheme and number lines from 1. */
  readonly opensListings: boolean;
  readonly firstLine: 0 | 1;
  readonly firstColumn: 0 | 1;
  readonly variableType: boolean;
  readonly memoryReferences: boolean;
  readonly memoryEvent: boolean;
  readonly invalidatedEvent: boolean;
  readonly progressReporting: boolean;
  readonly startDebugging: boolean;
}

/** Until `initialize`: what the protocol says for arguments left out. */
export const unknownClient = clientFacts({});

export function clientFacts(args: Partial<DebugProtocol.InitializeRequestArguments>): ClientFacts {
  return {
    opensListings: args.clientID === 'vscode',
    firstLine: args.linesStartAt1 === false ? 0 : 1,
    firstColumn: args.columnsStartAt1 === false ? 0 : 1,
    variableType: args.supportsVariableType === true,
    memoryReferences: args.supportsMemoryReferences === true,
    memoryEvent: args.supportsMemoryEvent === true,
    invalidatedEvent: args.supportsInvalidatedEvent === true,
    startDebugging: args.supportsStartDebuggingRequest === true,
    progressReporting: args.supportsProgressReporting === true,
  };
}
