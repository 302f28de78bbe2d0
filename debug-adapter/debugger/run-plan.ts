import type { Result } from '../../vm/base/problem.ts';

/** The runs of a session, in order, on the same maps. */
export interface RunPlan {
  readonly count: number;
  /**
   * Puts the machine at the first instruction of a run, counted from 0; false for a run without a program, in which time
   * passes: what comes due has to be run then (VirtualMachine.startDueRun).
   */
  start(index: number): Promise<Result<boolean>>;
  /** A run of the machine has ended: of a program, or of a callback that came due. */
  ended(): void;
  /** What the run that has ended gave that is not what its scenario expects; nothing where it expects nothing. */
  differences(index: number): readonly string[];
}
