import type { Result } from '../../vm/base/problem.ts';

/** The runs of a session, in order, on the same maps. */
export interface RunPlan {
  readonly count: number;
  /**
   * Puts the machine at the first instruction of a run, counted from 0; false for a run without a program, which is
   * over already.
   */
  start(index: number): Promise<Result<boolean>>;
  /** What the run that has ended gave that is not what its scenario expects; nothing where it expects nothing. */
  differences(index: number): readonly string[];
}
