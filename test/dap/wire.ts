import type { DebugProtocol } from '@vscode/debugprotocol';

const separator = Buffer.from('\r\n\r\n');

export function encodeMessage(message: DebugProtocol.ProtocolMessage): Buffer {
  const json = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${json.length}\r\n\r\n`), json]);
}

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  #bytes = Buffer.alloc(0);
  readonly #onMessage: (message: DebugProtocol.ProtocolMessage) => void;

  constructor(onMessage: (message: DebugProtocol.ProtocolMessage) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const end = this.#bytes.indexOf(separator);
      if (end < 0) return;
      const header = this.#bytes.toString('latin1', 0, end);
      const length = Number(/^Content-Length: (\d+)$/m.exec(header)?.[1]);
      if (!Number.isSafeInteger(length)) throw new Error(`no length in header ${JSON.stringify(header)}`);
      const start = end + separator.length;
      if (this.#bytes.length < start + length) return;
      const message: unknown = JSON.parse(this.#bytes.toString('utf8', start, start + length));
      this.#bytes = this.#bytes.subarray(start + length);
      // What our own adapter sends; the specs look at it.
      this.#onMessage(message as DebugProtocol.ProtocolMessage);
    }
  }
}
