import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareScenario } from '../../../cli/kernel/compare-scenario.ts';
import type { Kernel } from '../../../cli/kernel/kernel.ts';
import { toHex } from '../../../vm/base/bytes.ts';
import { expectOk, ok } from '../../../vm/base/problem.ts';
import { Random } from '../../../vm/engine/testing/random.ts';
import { parseScenario } from '../../../vm/inputs/scenario.ts';

/** Those of mutations.bpf.c. */
const traversals = 16;
const visits = 16;
const steps = 3;
const ethernetHeader = 14;
const keys = 16;

/** Runs on one map, one after the other: what earlier ones left is part of the case. */
const runs = 6;
export const sequencesPerCase = runs * traversals;

/** Names of the objects: each a map type with its flags. */
export function variants(folder: string): string[] {
  const text = readFileSync(join(folder, 'variants.txt'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '');
}

/** Steps by how often they are taken: actions of mutations.bpf.c. */
const actions = [0, 1, 1, 2, 2, 2, 3, 4, 4, 4, 5, 5, 6, 7, 8];

function packet(random: Random): string {
  // How many keys there are decides how full the map is, and how often an action hits an element.
  const range = random.pick([4, 8, 10, keys]);
  const quiet = random.below(3);
  const bytes = new Uint8Array(ethernetHeader + 2 * traversals * visits * steps);
  for (let at = ethernetHeader; at < bytes.length; at += 2) {
    const idle = random.below(4) < quiet;
    bytes[at] = idle ? 0 : random.pick(actions);
    bytes[at + 1] = random.below(range);
  }
  return toHex(bytes);
}

/** The differences of the case with this seed; empty where kernel and machine agree. */
export async function compareCase(
  kernel: Kernel,
  folder: string,
  variant: string,
  seed: number,
): Promise<readonly string[]> {
  const random = new Random(seed);
  const json = {
    object: `${variant}.bpf.o`,
    runs: Array.from({ length: runs }, () => ({ dataIn: packet(random) })),
  };
  const files = {
    readFile: (path: string) => Promise.resolve(ok(new Uint8Array(readFileSync(join(folder, path))))),
  };
  const compared = expectOk(await compareScenario(expectOk(parseScenario(json)), files, kernel));
  return [
    ...compared.differences,
    ...(compared.refusal?.lines ?? []),
    ...compared.runs.flatMap((run, i) => run.differences.map((line) => `run ${i}: ${line}`)),
  ];
}
