/** What the process ends with; several scenarios give the highest. */
export const exitStatus = {
  passed: 0,
  /** A run did not end, or an expectation did not hold. */
  failed: 1,
  /** Something could not be loaded, or the command line is wrong. */
  notLoaded: 2,
  /** There is no kernel to compare with. */
  noKernel: 3,
} as const;
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

export function worst(statuses: Iterable<ExitStatus>): ExitStatus {
  let status: ExitStatus = exitStatus.passed;
  for (const candidate of statuses) if (candidate > status) status = candidate;
  return status;
}
