import { toHex } from '../../vm/base/bytes.ts';
import { printJson, type JsonObject } from '../../vm/inputs/json.ts';
import type { RunReport } from '../../vm/inputs/scenario-result.ts';
import type { KernelRun } from './test-run.ts';

/** What a run gave here and not on the kernel, one line each; maps are compared elsewhere. */
export function runDifferences(here: RunReport, kernel: KernelRun): string[] {
  const { fault, retval } = here;
  if (kernel.error !== undefined)
    return [
      `the kernel did not run it: ${kernel.error}; here ${fault ? fault.message : `it returned ${retval ?? 'nothing'}`}`,
    ];
  if (fault)
    return [`fault here: ${fault.kind}: ${fault.message}; the kernel returned ${kernel.retval ?? 'nothing'}`];
  return [
    ...(retval === kernel.retval
      ? []
      : [`retval: here ${retval ?? 'nothing'}, kernel ${kernel.retval ?? 'nothing'}`]),
    ...packetDifferences(here.dataOut, kernel.dataOut),
    ...contextDifferences(here.ctxOut, kernel.ctxOut),
  ];
}

function packetDifferences(here: Uint8Array | undefined, kernel: Uint8Array | undefined): string[] {
  if (here === undefined || kernel === undefined) return [];
  const [own, other] = [toHex(here), toHex(kernel)];
  if (own === other) return [];
  const first = here.findIndex((byte, i) => byte !== kernel[i]);
  const where =
    here.length === kernel.length ? `first at byte ${first}` : `${here.length} and ${kernel.length} bytes`;
  return [`dataOut: here ${own}, kernel ${other} (${where})`];
}

function contextDifferences(here: JsonObject | undefined, kernel: KernelRun['ctxOut']): string[] {
  if (here === undefined || kernel === undefined) return [];
  return Object.entries(here).flatMap(([name, value]) => {
    const other = kernel[name];
    if (other === undefined) return [];
    const [a, b] = [printJson(value), printJson(other)];
    return a === b ? [] : [`ctxOut.${name}: here ${a}, kernel ${b}`];
  });
}
