import { ProblemError } from '../base/problem.ts';
import type { Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';

/** Does what may run out of the machine's regions or memory: that is a fault of the program then. */
export function withinLimits(machine: Machine, body: () => Outcome): Outcome {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return machine.fail({ kind: 'out-of-memory', message: error.message });
  }
}
