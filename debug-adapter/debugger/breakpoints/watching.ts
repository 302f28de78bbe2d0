import type { VirtualMachine } from '../../../vm/engine/virtual-machine.ts';
import type { Stop } from '../stop.ts';
import type { BreakpointIds } from './breakpoint-ids.ts';
import { DataBreakpoints, type DataParts } from './data-breakpoints.ts';
import { ExceptionBreakpoints } from './exception-breakpoints.ts';
import type { BreakpointEvaluator, BreakpointMessage } from './hits.ts';
import { FailedCall } from './watched-calls.ts';

/** What the machine watches, for breakpoints on data, on maps, and on errors of helpers. */
export class Watching {
  readonly data: DataBreakpoints;
  readonly exceptions: ExceptionBreakpoints;
  readonly #vm: VirtualMachine;
  readonly #failed: FailedCall;

  constructor(parts: Omit<DataParts, 'changed'>, ids: BreakpointIds) {
    this.#vm = parts.vm;
    const changed = (): void => this.#update();
    this.data = new DataBreakpoints({ ...parts, changed });
    this.exceptions = new ExceptionBreakpoints(ids, changed);
    this.#failed = new FailedCall(parts.calls);
  }

  #update(): void {
    const { ranges, calls } = this.data.watched();
    this.#vm.setWatches(ranges, this.exceptions.wantsErrors ? [...calls, this.#failed] : calls);
  }

  /** The machine has stopped for what it watches. */
  arrive(evaluator: BreakpointEvaluator): {
    readonly stop: Stop | undefined;
    readonly messages: readonly BreakpointMessage[];
  } {
    const failed = this.#vm.callHits.some(({ call }) => this.#vm.watchedCalls[call] === this.#failed);
    const { stop, messages } = this.data.arrive(evaluator);
    const { error } = this.#failed;
    if (failed && error !== undefined) {
      const arrival = this.exceptions.error(error, evaluator);
      const all = [...messages, ...arrival.messages];
      if (arrival.id !== undefined) {
        const breakpoints = [arrival.id, ...(stop?.ids ?? [])];
        return { stop: { reason: 'helper error', error, breakpoints }, messages: all };
      }
      return { stop: stop && stopOf(stop), messages: all };
    }
    return { stop: stop && stopOf(stop), messages };
  }
}

function stopOf({
  kind,
  ids,
  text,
}: {
  kind: 'data' | 'function';
  ids: readonly number[];
  text: string;
}): Stop {
  const reason = kind === 'data' ? 'data breakpoint' : 'function breakpoint';
  return { reason, breakpoints: ids, text };
}
