import type { DebugProtocol } from '@vscode/debugprotocol';
import { raise } from '../../vm/base/problem.ts';
import type { DisassemblyRow } from '../debugger/disassembly.ts';
import { argumentsOf, count, integer, optional, record, text } from '../protocol/shape.ts';
import type { ListingBody } from '../protocol/requests.ts';
import type { Session } from '../session.ts';
import { handler, type Handler } from './handler.ts';
import { addressOf, memoryReference } from './memory-reference.ts';
import { placeBody } from './source-body.ts';

/** Far more than a client shows at once; a wrong count must not exhaust the memory. */
const mostRows = 1 << 16;

export const disassemblyHandlers: readonly Handler[] = [
  handler(
    'disassemble',
    record({
      memoryReference: text,
      offset: optional(integer),
      instructionOffset: optional(integer),
      instructionCount: count,
    }),
    {
      capabilities: { supportsDisassembleRequest: true },
      showErrors: false,
      handle: (session, args) => {
        if (args.instructionCount > mostRows)
          raise('bad-arguments', `at most ${mostRows} instructions at once, not ${args.instructionCount}`);
        const address = addressOf(args.memoryReference, args.offset);
        const rows = session.debugger.disassembly.rows(
          address,
          args.instructionOffset ?? 0,
          args.instructionCount,
        );
        return { instructions: rows.map((row) => instructionBody(session, row)) };
      },
    },
  ),
  handler('bpf/listing', argumentsOf({}), {
    handle: (session): ListingBody => {
      const { places } = session.debugger;
      const { text: content, slots } = places.listing;
      const { code } = session.debugger.vm.machine;
      const lines = slots.map((slot) =>
        slot === undefined ? null : memoryReference(code.addressOfSlot(slot)),
      );
      return { uri: places.listingPath, text: content, lines };
    },
  }),
];

function instructionBody(session: Session, row: DisassemblyRow): DebugProtocol.DisassembledInstruction {
  const bytes = Array.from(row.bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return {
    address: memoryReference(row.address),
    instruction: row.text,
    ...(row.valid ? { instructionBytes: bytes } : { presentationHint: 'invalid' }),
    ...(row.symbol !== undefined && { symbol: row.symbol }),
    ...(row.source && inSource(session, row)),
  };
}

function inSource(session: Session, { source }: DisassemblyRow): object {
  if (source === undefined) return {};
  const { source: location, line, column } = placeBody(session, source);
  return { location, line, column };
}
