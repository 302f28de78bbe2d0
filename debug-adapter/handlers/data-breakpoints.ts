import { raise } from '../../vm/base/problem.ts';
import type { DataInfo } from '../debugger/breakpoints/data-breakpoint.ts';
import { count, flag, integer, list, oneOf, optional, record, text } from '../protocol/shape.ts';
import type { Session } from '../session.ts';
import { breakpointBody } from './breakpoint-body.ts';
import { conditions } from './breakpoints.ts';
import { frameOf } from './console-context.ts';
import { handler, type Handler } from './handler.ts';
import { addressOf } from './memory-reference.ts';
import { nodeOf, partOf } from './variables.ts';

/** DAP's words, and the machine's. */
const accesses = { read: 'read', write: 'write', readWrite: 'access' } as const;

const infoArguments = record({
  variablesReference: optional(integer),
  name: text,
  frameId: optional(integer),
  bytes: optional(count),
  asAddress: optional(flag),
});
type InfoArguments = ReturnType<typeof infoArguments>;

/** `packet[14..18]`: bytes 14 to 17; `packet[14]`: one. */
const packetBytes = /^\s*\$?packet\s*\[\s*(\d+)\s*(?:\.\.\s*(\d+)\s*)?\]\s*$/;

function infoOf(session: Session, args: InfoArguments): DataInfo {
  const { data } = session.debugger.watching;
  const { name, bytes } = args;
  if (args.asAddress === true) return data.infoAt(addressOf(name.trim()), bytes ?? 8);
  if (args.variablesReference !== undefined && args.variablesReference > 0)
    return data.info(partOf(nodeOf(session, args.variablesReference), name).data, name, bytes);
  const packet = packetBytes.exec(name);
  if (packet !== null) {
    const first = Number(packet[1]);
    const end = packet[2] === undefined ? first + (bytes ?? 1) : Number(packet[2]);
    if (end <= first) raise('bad-arguments', `${name.trim()} has no bytes`);
    return data.infoOfPacket(first, end - first);
  }
  const node = session.stopped.evaluator.evaluate(name, frameOf(session, args.frameId), 'hover');
  if (!node.ok) return { dataId: undefined, description: node.problem.message, persists: false };
  return data.info(node.value.data, name, bytes);
}

export const dataBreakpointHandlers: readonly Handler[] = [
  handler('dataBreakpointInfo', infoArguments, {
    capabilities: { supportsDataBreakpoints: true, supportsDataBreakpointBytes: true },
    showErrors: false,
    handle: (session, args) => {
      const { dataId, description, persists } = infoOf(session, args);
      if (dataId === undefined) return { dataId: null, description };
      return { dataId, description, accessTypes: ['read', 'write', 'readWrite'], canPersist: persists };
    },
  }),
  handler(
    'setDataBreakpoints',
    record({
      breakpoints: list(
        record({ dataId: text, accessType: optional(oneOf('read', 'write', 'readWrite')), ...conditions }),
      ),
    }),
    {
      handle: (session, args) => {
        const wanted = args.breakpoints.map(({ accessType = 'write', ...rest }) => ({
          ...rest,
          access: accesses[accessType],
        }));
        const bound = session.debugger.watching.data.set(wanted);
        return { breakpoints: bound.map((one) => breakpointBody(session, one)) };
      },
    },
  ),
];
