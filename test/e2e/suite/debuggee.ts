import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { findLine, until, workspaceFolder } from './util.ts';

/** A stop as the adapter tells it. */
export interface Sight {
  readonly stopped: Dap.StoppedEvent['body'];
  readonly frames: readonly Dap.StackFrame[];
  readonly top: Dap.StackFrame;
}

/** A debug session under test: what VS Code and our adapter said to each other, and what can be asked at a stop. */
export class Debuggee implements vscode.Disposable {
  readonly #registration: vscode.Disposable;
  readonly #messages: Dap.ProtocolMessage[] = [];
  readonly #requests: Dap.Request[] = [];
  #session: vscode.DebugSession | undefined;
  #consumed = 0;

  constructor() {
    this.#registration = vscode.debug.registerDebugAdapterTrackerFactory('bpf', {
      createDebugAdapterTracker: (session) => {
        this.#session = session;
        return {
          onDidSendMessage: (message: Dap.ProtocolMessage) => this.#messages.push(message),
          onWillReceiveMessage: (message: Dap.Request) => this.#requests.push(message),
        };
      },
    });
  }

  get session(): vscode.DebugSession {
    if (!this.#session) throw new Error('no session has been started');
    return this.#session;
  }

  /** Starts a session and waits for its first stop. */
  async launch(configuration: vscode.DebugConfiguration): Promise<Sight> {
    const started = await vscode.debug.startDebugging(workspaceFolder(), configuration);
    if (!started) throw new Error('the session did not start');
    return this.nextStop();
  }

  /** The next event of that name after the last one that was waited for. */
  async event<T extends Dap.Event>(name: T['event']): Promise<T> {
    return until(`the event ${name}`, () => {
      const isWanted = (message: Dap.ProtocolMessage): message is T =>
        message.type === 'event' && 'event' in message && message.event === name;
      const at = this.#messages.findIndex((message, index) => index >= this.#consumed && isWanted(message));
      const found = this.#messages[at];
      if (found === undefined || !isWanted(found)) return undefined;
      this.#consumed = at + 1;
      return found;
    });
  }

  /** Waits for a stop that VS Code shows, and reads its stack. */
  async nextStop(): Promise<Sight> {
    const { body: stopped } = await this.event<Dap.StoppedEvent>('stopped');
    const { stackFrames: frames } = await this.ask<Dap.StackTraceResponse['body']>('stackTrace', {
      threadId: stopped.threadId,
    });
    const [top] = frames;
    if (top === undefined) throw new Error('a stop without frames');
    await until('the focus on the stop', () => {
      const item = vscode.debug.activeStackItem;
      return item instanceof vscode.DebugStackFrame && frames.some(({ id }) => id === item.frameId);
    });
    return { stopped, frames, top };
  }

  /** Runs a command of the workbench that lets the program go on, and waits for the next stop. */
  async command(name: string): Promise<Sight> {
    await vscode.commands.executeCommand(name);
    return this.nextStop();
  }

  /** Lets the program go on to its end. */
  async finish(command = 'workbench.action.debug.continue'): Promise<void> {
    await vscode.commands.executeCommand(command);
    await this.event('terminated');
    await until('the end of the session', () => vscode.debug.activeDebugSession === undefined);
  }

  async ask<Body>(command: string, words: object): Promise<Body> {
    // The protocol says what the answer to a request is; the test checks it.
    return (await this.session.customRequest(command, words)) as Body;
  }

  async scopes(frame: Dap.StackFrame): Promise<Dap.Scope[]> {
    const { scopes } = await this.ask<Dap.ScopesResponse['body']>('scopes', { frameId: frame.id });
    return scopes;
  }

  /** Variables of a scope, or of what the path leads to. */
  async variables(frame: Dap.StackFrame, scope: string, ...path: string[]): Promise<Dap.Variable[]> {
    const scopes = await this.scopes(frame);
    const root = scopes.find(({ name }) => name === scope);
    if (!root) throw new Error(`no scope ${scope} among ${scopes.map(({ name }) => name).join(', ')}`);
    let found = await this.#parts(root.variablesReference);
    for (const name of path) {
      const next = found.find((variable) => variable.name === name);
      if (!next) throw new Error(`no ${name} among ${found.map((each) => each.name).join(', ')}`);
      found = await this.#parts(next.variablesReference);
    }
    return found;
  }

  /** Values of a scope's variables by name. */
  async values(
    frame: Dap.StackFrame,
    scope: string,
    ...path: string[]
  ): Promise<Readonly<Record<string, string>>> {
    const variables = await this.variables(frame, scope, ...path);
    return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  }

  /** All that was printed so far, by category. */
  output(category: string): string {
    return this.#messages
      .filter((message): message is Dap.OutputEvent => 'event' in message && message.event === 'output')
      .filter(({ body }) => (body.category ?? 'console') === category)
      .map(({ body }) => body.output)
      .join('');
  }

  /** The last request of that name that VS Code sent. */
  lastRequest(command: string): Dap.Request | undefined {
    return this.#requests.findLast((request) => request.command === command);
  }

  /** The last response to that request. */
  lastResponse(command: string): Dap.Response | undefined {
    return this.#messages.findLast(
      (message): message is Dap.Response =>
        'request_seq' in message && 'command' in message && message.command === command,
    );
  }

  async #parts(variablesReference: number): Promise<Dap.Variable[]> {
    const { variables } = await this.ask<Dap.VariablesResponse['body']>('variables', { variablesReference });
    return variables;
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

export async function setBreakpoint(file: string | vscode.Uri, marker: string): Promise<number> {
  const { uri, line } = await findLine(file, marker);
  const place = new vscode.Location(uri, new vscode.Position(line, 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(place)]);
  return line + 1;
}

/** Leaves nothing behind for the next test. */
export async function cleanUp(debuggee: Debuggee): Promise<void> {
  debuggee.dispose();
  // The extension API does not know those of the Disassembly view.
  await vscode.commands.executeCommand('workbench.debug.viewlet.action.removeAllBreakpoints');
  if (vscode.debug.activeDebugSession) await vscode.debug.stopDebugging();
  await until('the end of the session', () => vscode.debug.activeDebugSession === undefined);
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
