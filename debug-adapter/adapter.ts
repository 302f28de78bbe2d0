// The module of the protocol alone: the main module of the package also loads what needs Node.
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol.js';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { raise } from '../vm/base/problem.ts';
import { turnEventLoop } from './debugger/event-loop.ts';
import type { FileAccessor } from './debugger/file-accessor.ts';
import { failureOf, traceOf } from './handlers/failure.ts';
import type { Answer } from './handlers/handler.ts';
import { findHandler } from './handlers/registry.ts';
import { Session } from './session.ts';

/** Milliseconds that a client has to answer a request. */
const patience = 30_000;
/** Milliseconds after which a client is listened to between two requests. */
const longestDeafness = 10;

/** One debug session on one connection: takes requests in order and sends what their handlers answer. */
export class Adapter extends ProtocolServer {
  readonly #session: Session;
  #queue = Promise.resolve();
  #listened = 0;

  /** `ended` is called when the client has disconnected and has its answer. */
  constructor(files: FileAccessor, ended: () => void = () => undefined) {
    super();
    this.#session = new Session(
      files,
      (event, body) => {
        // The server numbers the message when it sends it.
        const message: DebugProtocol.Event = { type: 'event', seq: 0, event, body };
        this.sendEvent(message);
      },
      (command, args) => this.sendRequest(command, args, patience, (response) => this.#heard(response)),
      ended,
    );
    // Without a listener an 'error' of the stream (a message that is no JSON) would end the process.
    this.on('error', (error: unknown) => this.#session.report(describeStreamError(error)));
  }

  override dispose(): void {
    this.#session.dispose();
    super.dispose();
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    // What is to be cancelled waits in the queue: this may not.
    if (request.command === 'cancel') {
      void this.#answer(request);
      return;
    }
    this.#session.waiting.add(request.seq);
    this.#queue = this.#queue.then(async () => {
      await this.#listen();
      this.#session.waiting.delete(request.seq);
      await this.#answer(request);
    });
  }

  /** Lets the client's next messages in, where answering has taken long. */
  async #listen(): Promise<void> {
    if (performance.now() - this.#listened < longestDeafness) return;
    await turnEventLoop();
    this.#listened = performance.now();
  }

  async #answer(request: DebugProtocol.Request): Promise<void> {
    const { command, seq } = request;
    const response = { type: 'response', seq: 0, request_seq: seq, command };
    const handler = findHandler(command);
    let answer: Answer;
    try {
      if (this.#session.cancelled.delete(seq)) raise('cancelled', `${command} was cancelled`);
      if (handler === undefined) raise('unknown-request', `no such request: ${command}`);
      answer = await handler.answer(this.#session, request.arguments);
    } catch (error) {
      const failure = failureOf(error, handler?.showErrors ?? false);
      this.sendResponse({ ...response, success: false, ...failure });
      this.#reportDefect(error);
      return;
    }
    this.sendResponse({ ...response, success: true, body: answer.body });
    try {
      answer.after();
    } catch (error) {
      this.#reportDefect(error);
    }
  }

  /** A client that does not do what it was asked for is no defect, but worth a word. */
  #heard({ success, command, message }: DebugProtocol.Response): void {
    if (!success) this.#session.write('important', `${command}: the client answers ${message ?? 'no'}`);
  }

  #reportDefect(error: unknown): void {
    const trace = traceOf(error);
    if (trace !== undefined) this.#session.report(trace);
  }
}

function describeStreamError(error: unknown): string {
  const body: unknown = typeof error === 'object' && error !== null && 'body' in error ? error.body : error;
  return `message not understood: ${String(body)}`;
}

/** The part of vscode.DebugAdapter that an inline adapter needs. */
export interface InlineAdapter {
  readonly onDidSendMessage: ProtocolServer['onDidSendMessage'];
  handleMessage(message: DebugProtocol.ProtocolMessage): void;
  dispose(): void;
}

/** An adapter for use within the process of its client: messages in and out, no streams, no Node. */
export function createAdapter(files: FileAccessor): InlineAdapter {
  return new Adapter(files);
}
