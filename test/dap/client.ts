import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import type { InlineAdapter } from '../../debug-adapter/adapter.ts';
import type { Events, Requests } from './requests.ts';
import { encodeMessage, MessageReader } from './wire.ts';

const patience = 15_000;

interface Pending {
  readonly resolve: (response: Dap.Response) => void;
  readonly reject: (error: Error) => void;
}

interface Waiter {
  readonly name: string;
  readonly accepts: (body: unknown) => boolean;
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** An error response. */
export class RequestFailed extends Error {
  /** `message` of the response: a short, stable code. */
  readonly code: string;
  readonly error: Dap.Message | undefined;

  constructor(response: Dap.ErrorResponse) {
    super(`${response.command}: ${response.body.error?.format ?? response.message ?? 'no message'}`);
    this.code = response.message ?? '';
    this.error = response.body.error;
  }
}

/**
 * A debug client. Requests answer with their body or reject with RequestFailed; events are taken in the order in
 * which they came, each once. Nothing sleeps: what does not come in time fails with all messages so far.
 */
export class DapClient {
  readonly #send: (message: Dap.ProtocolMessage) => void;
  readonly #output: Writable | undefined;
  readonly #pending = new Map<number, Pending>();
  readonly #events: Dap.Event[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #close: () => void;
  #ended: Error | undefined;
  #seq = 0;
  readonly #fromAdapter = new Set<Dap.ProtocolMessage>();
  /** All messages, both ways, in order. */
  readonly messages: Dap.ProtocolMessage[] = [];

  /** Starts the adapter as its own process, as editors do. */
  static spawn(adapter: string): DapClient {
    const child = spawn(process.execPath, [adapter], { stdio: 'pipe' });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const client = DapClient.#onStreams(child.stdout, child.stdin, () => child.kill());
    child.on('exit', (code, signal) => {
      client.#end(new Error(`the adapter ended (${String(code ?? signal)})\n${errors}`));
    });
    return client;
  }

  static async connect(port: number): Promise<DapClient> {
    const socket = createConnection({ port, host: '127.0.0.1' });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return DapClient.over(socket);
  }

  static over(stream: Duplex): DapClient {
    const client = DapClient.#onStreams(stream, stream, () => stream.destroy());
    stream.on('close', () => client.#end(new Error('the connection was closed')));
    return client;
  }

  /** An adapter in this process. */
  static inline(adapter: InlineAdapter): DapClient {
    const send = (message: Dap.ProtocolMessage): void => adapter.handleMessage(message);
    const client = new DapClient(send, () => adapter.dispose());
    adapter.onDidSendMessage((message) => client.#receive(message as Dap.ProtocolMessage));
    return client;
  }

  static #onStreams(input: Readable, output: Writable, close: () => void): DapClient {
    const client = new DapClient((message) => output.write(encodeMessage(message)), close, output);
    const reader = new MessageReader((message) => client.#receive(message));
    input.on('data', (chunk: Buffer) => reader.push(chunk));
    output.on('error', () => undefined);
    return client;
  }

  private constructor(send: (message: Dap.ProtocolMessage) => void, close: () => void, output?: Writable) {
    this.#send = send;
    this.#close = close;
    this.#output = output;
  }

  /** Answers with the body of the response. */
  async request<C extends keyof Requests>(command: C, args?: Requests[C][0]): Promise<Requests[C][1]> {
    // The table of requests says what the adapter answers; the specs check it.
    return (await this.requestRaw(command, args)) as Requests[C][1];
  }

  /** Requests of the adapter so far. */
  get asked(): readonly Dap.Request[] {
    return this.messages.filter(
      (message): message is Dap.Request => message.type === 'request' && this.#fromAdapter.has(message),
    );
  }

  /** For requests that are wrong on purpose. */
  async requestRaw(command: string, args?: unknown): Promise<unknown> {
    const seq = ++this.#seq;
    const request = { seq, type: 'request', command, ...(args !== undefined && { arguments: args }) };
    const response = await this.#inTime<Dap.Response>(`response to ${command}`, (resolve, reject) => {
      if (this.#ended) throw this.#ended;
      this.#pending.set(seq, { resolve, reject });
      this.messages.push(request);
      this.#send(request);
    });
    if (!response.success) throw new RequestFailed(response as Dap.ErrorResponse);
    return response.body;
  }

  /** Bytes as they are, for messages that are no messages. */
  write(bytes: string): void {
    this.#output?.write(bytes);
  }

  /** The error of a request that has to fail. */
  async failure(command: string, args?: unknown): Promise<RequestFailed> {
    const outcome = await this.requestRaw(command, args).catch((error: unknown) => error);
    if (outcome instanceof RequestFailed) return outcome;
    throw new Error(`${command} was to fail and answered ${JSON.stringify(outcome)}`);
  }

  /** The first event of that name, not yet taken, that `accepts`; earlier ones of the name are dropped. */
  async event<N extends keyof Events>(
    name: N,
    accepts: (body: Events[N]) => boolean = () => true,
  ): Promise<Events[N]> {
    const matches = (body: unknown): boolean => accepts(body as Events[N]);
    const body = await this.#inTime<unknown>(`event ${name}`, (resolve, reject) => {
      for (;;) {
        const index = this.#events.findIndex((event) => event.event === name);
        if (index < 0) break;
        const [event] = this.#events.splice(index, 1);
        if (event && matches(event.body)) {
          resolve(event.body);
          return;
        }
      }
      if (this.#ended) throw this.#ended;
      this.#waiters.push({ name, accepts: matches, resolve, reject });
    });
    return body as Events[N];
  }

  /** Bodies of all events of a name that came so far, taken or not. */
  seen<N extends keyof Events>(name: N): Events[N][] {
    return this.messages
      .filter((message): message is Dap.Event => message.type === 'event' && 'event' in message)
      .filter(({ event }) => event === name)
      .map(({ body }) => body as Events[N]);
  }

  /** Ends what the adapter reads, as a client that dies does. */
  hangUp(): void {
    this.#output?.end();
  }

  close(): void {
    this.#close();
  }

  /** One line a message: what a failing spec shows. */
  transcript(): string {
    return this.messages.map((message) => JSON.stringify(message).slice(0, 600)).join('\n');
  }

  #receive(message: Dap.ProtocolMessage): void {
    this.messages.push(message);
    if (message.type === 'request') {
      this.#fromAdapter.add(message);
      const { seq, command } = message as Dap.Request;
      this.#send({
        seq: ++this.#seq,
        type: 'response',
        request_seq: seq,
        success: true,
        command,
      } as Dap.Response);
    } else if (message.type === 'response') {
      const response = message as Dap.Response;
      this.#pending.get(response.request_seq)?.resolve(response);
      this.#pending.delete(response.request_seq);
    } else if (message.type === 'event') {
      const event = message as Dap.Event;
      const index = this.#waiters.findIndex(({ name }) => name === event.event);
      const waiter = this.#waiters[index];
      if (waiter === undefined) this.#events.push(event);
      else if (waiter.accepts(event.body)) {
        this.#waiters.splice(index, 1);
        waiter.resolve(event.body);
      }
    }
  }

  #end(error: Error): void {
    this.#ended = error;
    for (const { reject } of [...this.#pending.values(), ...this.#waiters]) reject(error);
    this.#pending.clear();
    this.#waiters.length = 0;
  }

  async #inTime<T>(
    what: string,
    start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no ${what} within ${patience} ms\n${this.transcript()}`)),
        patience,
      );
    });
    try {
      return await Promise.race([new Promise<T>(start), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
