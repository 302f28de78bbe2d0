import type { ConsoleContext } from '../console/command.ts';
import type { DebugFrame } from '../debugger/frame.ts';
import type { Session } from '../session.ts';

/** The frame a client means; the innermost where it names none. */
export function frameOf(session: Session, frameId: number | undefined): DebugFrame {
  const { frames } = session.stopped;
  return session.frame(frameId ?? frames[0]?.id ?? 0);
}

/** What commands of the debug console see of a session. */
export function consoleContext(session: Session, frameId: number | undefined): ConsoleContext {
  const { inspector, evaluator, frames, stop } = session.stopped;
  return {
    debugger: session.debugger,
    inspector,
    evaluator,
    frame: frameOf(session, frameId),
    frames: frames.map(({ frame }) => frame),
    stop,
    format: session.format,
    setHex: (hex) => {
      session.format = { hex };
      session.invalidateValues();
    },
  };
}
