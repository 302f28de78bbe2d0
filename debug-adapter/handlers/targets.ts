import type { DebugProtocol } from '@vscode/debugprotocol';
import { expectOk, raise } from '../../vm/base/problem.ts';
import { checkJump, jumpTargets } from '../debugger/jump.ts';
import { count, integer, optional, record } from '../protocol/shape.ts';
import type { Session } from '../session.ts';
import { handler, type Handler } from './handler.ts';
import { memoryReference } from './memory-reference.ts';
import { placeBody } from './source-body.ts';
import { pathOf, sourceShape } from './source-path.ts';

/** Places that a client can choose to step into or to jump to: each target's id is the slot of its instruction. */
export const targetHandlers: readonly Handler[] = [
  handler('stepInTargets', record({ frameId: integer }), {
    capabilities: { supportsStepInTargetsRequest: true },
    showErrors: false,
    handle: (session, { frameId }) => {
      // Outer frames wait for calls that have been made.
      const innermost = session.frame(frameId) === session.stopped.frames[0]?.frame;
      const targets = innermost ? session.debugger.callTargets : [];
      return {
        targets: targets.map(({ slot, label, source }): DebugProtocol.StepInTarget => {
          if (source === undefined) return { id: slot, label };
          const { line, column } = placeBody(session, source);
          return { id: slot, label, line, column };
        }),
      };
    },
  }),
  handler('gotoTargets', record({ source: sourceShape, line: count, column: optional(count) }), {
    capabilities: { supportsGotoTargetsRequest: true },
    handle: (session, args) => {
      session.expectStopped();
      const { debugger: target } = session;
      const line = args.line + 1 - session.client.firstLine;
      const slots = expectOk(jumpTargets(target, pathOf(session, args.source), line));
      return {
        targets: slots.map((slot): DebugProtocol.GotoTarget => {
          const address = target.vm.machine.code.addressOfSlot(slot);
          const [row] = target.disassembly.rows(address, 0, 1);
          return {
            id: slot,
            label: row?.symbol ?? memoryReference(address),
            line: args.line,
            instructionPointerReference: memoryReference(address),
          };
        }),
      };
    },
  }),
  handler('goto', record({ threadId: integer, targetId: integer }), {
    handle: (session, { targetId }) => {
      session.expectStopped();
      expectOk(checkJump(session.debugger, targetId));
    },
    after: (session, { targetId }) => session.run((target) => target.goto(targetId)),
  }),
];

/** Raises for what is not a call on the line where the program stands. */
export function expectTarget(session: Session, targetId: number): void {
  if (!session.debugger.callTargets.some(({ slot }) => slot === targetId))
    raise('stale-reference', `${targetId} is no call on the line where the program stands`);
}
