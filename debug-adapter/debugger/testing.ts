import { expectOk } from '../../vm/base/problem.ts';
import { nodeFiles } from '../file-accessor-node.ts';
import type { LaunchConfiguration } from '../protocol/launch.ts';
import { Debugger } from './debugger.ts';
import type { DebuggerOutput } from './events.ts';
import { baseName } from './paths.ts';
import type { Progress } from './stop.ts';

/** For tests: a debugger of one of the examples, and what it said. */
export class Session {
  readonly debugger: Debugger;
  readonly output: DebuggerOutput[] = [];

  static async launch(configuration: LaunchConfiguration): Promise<Session> {
    return new Session(expectOk(await Debugger.load({ cwd: 'examples', ...configuration }, nodeFiles)));
  }

  private constructor(target: Debugger) {
    this.debugger = target;
    target.on('output', (output) => this.output.push(output));
  }

  /** Number of the first line of a source that contains `text`. */
  line(file: string, text: string): number {
    const source = this.debugger.places.sources.files.find(({ name }) => baseName(name) === file);
    const lines = source?.text?.split('\n') ?? [];
    const index = lines.findIndex((line) => line.includes(text));
    if (index < 0) throw new Error(`${file} has no line with ${text}`);
    return index + 1;
  }

  /** Why it stopped, then the innermost frame: `step count_packets:83 if (count_packet(ip->protocol, length))`. */
  describe(progress: Progress): string {
    if (progress.reason === 'ended' || progress.reason === 'exit')
      return `${progress.reason} ${progress.result.retval}`;
    const what = progress.reason === 'exception' ? `exception ${progress.fault.kind}` : progress.reason;
    return `${what} ${this.where()}`;
  }

  /** The innermost frame, with its line of source. */
  where(depth = 0): string {
    const frame = this.debugger.stack()[depth];
    const source = frame?.source;
    const text = this.debugger.places.lines.rowAt(frame?.slot ?? -1)?.text.trim() ?? '';
    return `${frame?.name ?? 'nowhere'}:${source?.line ?? '?'} ${text}`;
  }
}
