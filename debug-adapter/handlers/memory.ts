import { expectOk } from '../../vm/base/problem.ts';
import { count, flag, integer, optional, record, text } from '../protocol/shape.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { handler, type Handler } from './handler.ts';
import { addressOf, memoryReference } from './memory-reference.ts';

/** The most that one readMemory answers; clients ask again. */
const mostBytes = 1 << 20;

export const memoryHandlers: readonly Handler[] = [
  handler('readMemory', record({ memoryReference: text, offset: optional(integer), count }), {
    capabilities: { supportsReadMemoryRequest: true },
    showErrors: false,
    handle: (session, args) => {
      const { inspector } = session.stopped;
      const base = addressOf(args.memoryReference);
      const { address, bytes, unreadable } = inspector.readMemory(
        base,
        args.offset ?? 0,
        Math.min(args.count, mostBytes),
      );
      const shown = Math.max(
        session.shownMemory.get(args.memoryReference)?.count ?? 0,
        (args.offset ?? 0) + bytes.length,
      );
      session.shownMemory.set(args.memoryReference, { address: base, count: shown });
      return {
        address: memoryReference(address),
        data: toBase64(bytes),
        ...(unreadable > 0 && { unreadableBytes: unreadable }),
      };
    },
  }),
  handler(
    'writeMemory',
    record({
      memoryReference: text,
      offset: optional(integer),
      allowPartial: optional(flag),
      data: text,
    }),
    {
      capabilities: { supportsWriteMemoryRequest: true },
      handle: (session, args) => {
        const { inspector } = session.stopped;
        const bytes = fromBase64(args.data);
        const base = addressOf(args.memoryReference);
        const written = inspector.writeMemory(base, args.offset ?? 0, bytes, args.allowPartial);
        return { bytesWritten: expectOk(written) };
      },
      after: (session) => session.tellEdits(),
    },
  ),
];
