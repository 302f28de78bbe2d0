import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import { lineOf } from './adapter-process.ts';
import type { DapClient } from './client.ts';

/** What VS Code says of itself. */
export const initializeArguments: Dap.InitializeRequestArguments = {
  clientID: 'vscode',
  clientName: 'spec',
  adapterID: 'bpf',
  pathFormat: 'path',
  linesStartAt1: true,
  columnsStartAt1: true,
  supportsVariableType: true,
  supportsVariablePaging: true,
  supportsMemoryReferences: true,
  supportsMemoryEvent: true,
  supportsInvalidatedEvent: true,
};

export const threadId = 1;

export interface BreakpointWish extends Omit<Dap.SourceBreakpoint, 'line'> {
  /** Text that only the line of the breakpoint has. */
  readonly marker: string;
}

/** initialize and launch, in the order of VS Code, up to where breakpoints are set. */
export async function launch(client: DapClient, configuration: object): Promise<void> {
  await client.request('initialize', initializeArguments);
  await client.request('launch', configuration);
  await client.event('initialized');
}

export async function setBreakpoints(
  client: DapClient,
  path: string,
  ...wishes: readonly BreakpointWish[]
): Promise<Dap.Breakpoint[]> {
  const breakpoints = wishes.map(({ marker, ...rest }) => ({ line: lineOf(path, marker), ...rest }));
  const { breakpoints: bound } = await client.request('setBreakpoints', { source: { path }, breakpoints });
  return bound;
}

/** A frame, its scopes by name, and how to look into them: what a client shows at a stop. */
export interface Sight {
  readonly stopped: Dap.StoppedEvent['body'];
  readonly frames: readonly Dap.StackFrame[];
  readonly top: Dap.StackFrame;
}

export async function look(client: DapClient, stopped: Dap.StoppedEvent['body']): Promise<Sight> {
  const { stackFrames: frames } = await client.request('stackTrace', { threadId });
  const [top] = frames;
  if (top === undefined) throw new Error('a stop without frames');
  return { stopped, frames, top };
}

export async function nextStop(client: DapClient): Promise<Sight> {
  return look(client, await client.event('stopped'));
}

export async function resume(
  client: DapClient,
  command: 'continue' | 'next' | 'stepIn' | 'stepOut' | 'bpf/runToCaller' = 'continue',
  more: { granularity?: Dap.SteppingGranularity } = {},
): Promise<Sight> {
  await client.request(command, { threadId, ...more });
  return nextStop(client);
}

export async function scopeOf(client: DapClient, frame: Dap.StackFrame, name: string): Promise<Dap.Scope> {
  const { scopes } = await client.request('scopes', { frameId: frame.id });
  const scope = scopes.find((candidate) => candidate.name === name);
  if (scope === undefined) throw new Error(`no scope ${name} among ${scopes.map((s) => s.name).join(', ')}`);
  return scope;
}

export async function parts(client: DapClient, variablesReference: number): Promise<Dap.Variable[]> {
  return (await client.request('variables', { variablesReference })).variables;
}

export async function part(
  client: DapClient,
  variablesReference: number,
  name: string,
): Promise<Dap.Variable> {
  const all = await parts(client, variablesReference);
  const found = all.find((variable) => variable.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${all.map((v) => v.name).join(', ')}`);
  return found;
}

/** The variable at the end of a path: scope, variable, member. */
export async function variableAt(
  client: DapClient,
  frame: Dap.StackFrame,
  scope: string,
  ...path: readonly string[]
): Promise<Dap.Variable> {
  let reference = (await scopeOf(client, frame, scope)).variablesReference;
  let found: Dap.Variable | undefined;
  for (const name of path) {
    found = await part(client, reference, name);
    reference = found.variablesReference;
  }
  if (found === undefined) throw new Error('a path of no names');
  return found;
}
