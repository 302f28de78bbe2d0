import type { RunReport } from '../vm/inputs/scenario-result.ts';

/** `runs[0] count_packets: XDP_PASS (2), 124 cycles` */
export function runTitle(run: RunReport, index: number): string {
  if (run.program === undefined) return `runs[${index}] time passes`;
  const name = run.returnName === undefined ? '' : `${run.returnName} `;
  const outcome =
    run.retval === undefined ? 'fault' : name === '' ? `${run.retval}` : `${name}(${run.retval})`;
  return `runs[${index}] ${run.program}: ${outcome}, ${run.cycles} cycles`;
}
