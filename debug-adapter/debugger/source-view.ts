import type { Recording } from '../../vm/history/recording.ts';
import type { DebugFunction } from '../debug-info/debug-info.ts';
import { StackSizes } from '../debug-info/location/stack-size.ts';
import type { CodeIndex } from './code-index.ts';
import type { CodeScopes } from './code-scopes.ts';
import { FunctionFlow } from './inspection/locals/flow.ts';
import type { LineIndex } from './line-index.ts';

/** What inspection needs of an object with debug information. */
export class SourceView {
  readonly scopes: CodeScopes;
  readonly lines: LineIndex;
  readonly stackSizes: StackSizes;
  /** What the program did before it stopped. */
  readonly recording: Recording;
  /** Text of a source file, by the name that the compiler gave it; undefined where it was not found. */
  readonly sourceText: (file: string) => string | undefined;
  readonly #code: CodeIndex;
  readonly #flows = new Map<DebugFunction, FunctionFlow>();

  constructor(
    code: CodeIndex,
    scopes: CodeScopes,
    lines: LineIndex,
    recording: Recording,
    sourceText: (file: string) => string | undefined,
  ) {
    this.#code = code;
    this.scopes = scopes;
    this.lines = lines;
    this.stackSizes = new StackSizes(code.program.object);
    this.recording = recording;
    this.sourceText = sourceText;
  }

  flowOf(subject: DebugFunction): FunctionFlow {
    let flow = this.#flows.get(subject);
    if (flow === undefined) {
      flow = new FunctionFlow(this.#code, this.scopes, subject);
      this.#flows.set(subject, flow);
    }
    return flow;
  }
}
