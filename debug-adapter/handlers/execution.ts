import { raise } from '../../vm/base/problem.ts';
import type { Granularity, StepKind } from '../debugger/stop.ts';
import { isListing } from '../protocol/listing-uri.ts';
import { readTime } from '../protocol/time.ts';
import { integer, oneOf, optional, record, text } from '../protocol/shape.ts';
import type { Session } from '../session.ts';
import { handler, type Handler } from './handler.ts';
import { expectTarget } from './targets.ts';

const thread = { threadId: integer };
const granularities = optional(oneOf('statement', 'line', 'instruction'));
const step = record({ ...thread, granularity: granularities });
const stepIn = record({ ...thread, granularity: granularities, targetId: optional(integer) });

function stepHandler(command: string, kind: StepKind): Handler {
  return handler(command, step, {
    handle: (session) => session.expectStopped(),
    after: (session, { granularity }) => {
      const unit = unitOf(session, granularity);
      session.run((target) => target.step(kind, unit));
    },
  });
}

function unitOf(session: Session, granularity: Granularity = 'statement'): Granularity {
  return isInListing(session) ? 'instruction' : granularity;
}

/** The lines of that document are instructions. */
function isInListing(session: Session): boolean {
  const path = session.stopped.frames[0]?.frame.source?.path;
  return path !== undefined && isListing(path);
}

export const executionHandlers: readonly Handler[] = [
  handler('continue', record(thread), {
    handle: (session) => {
      session.expectStopped();
      return { allThreadsContinued: true };
    },
    after: (session) => session.run((target) => target.continue()),
  }),
  { ...stepHandler('next', 'over'), capabilities: { supportsSteppingGranularity: true } },
  handler('stepIn', stepIn, {
    handle: (session, { targetId }) => {
      session.expectStopped();
      if (targetId !== undefined) expectTarget(session, targetId);
    },
    after: (session, { granularity, targetId }) => {
      // One call among several is gone into in C, where a line has several.
      const unit = targetId === undefined ? unitOf(session, granularity) : 'statement';
      session.run((target) => target.step('in', unit, targetId));
    },
  }),
  stepHandler('stepOut', 'out'),
  handler('pause', record(thread), {
    handle: (session) => session.debugger.pause(),
  }),
  handler('bpf/runToCaller', record(thread), {
    handle: (session) => session.expectStopped(),
    // The client did not ask in DAP's own words, so it is told that the program runs.
    after: (session) => {
      announceRunning(session);
      session.run((target) => target.step('caller', 'statement'));
    },
  }),
  handler('bpf/advanceTime', record({ ...thread, nanoseconds: text }), {
    handle: (session, { nanoseconds }) => {
      session.expectStopped();
      if (session.stopped.stop.reason !== 'exit')
        raise('running', 'time can be advanced when a run has ended, not within one');
      readTime(nanoseconds);
    },
    after: (session, { nanoseconds }) => {
      announceRunning(session);
      session.run((target) => target.advance(readTime(nanoseconds)));
    },
  }),
];

/** For a client that did not ask in DAP's own words. */
export function announceRunning(session: Session): void {
  session.send('continued', { threadId: session.threadId, allThreadsContinued: true });
}
