import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareScenario, type Comparison } from '../../cli/kernel/compare-scenario.ts';
import type { Kernel } from '../../cli/kernel/kernel.ts';
import { fromHex } from '../../vm/base/bytes.ts';
import { expectOk, ok, type Result } from '../../vm/base/problem.ts';
import { parseScenario } from '../../vm/inputs/scenario.ts';
import { isRefusal, packet, type RecordedCase } from '../kernel-cases/recorded-case.ts';

/** Files of recorded runs that scenarios can say. */
const recordings = ['callbacks.jsonl', 'limits.jsonl'];

/** Cases that are not as on the kernel, with the reason. A case that has become equal has to leave the list. */
export const different: Readonly<Record<string, string>> = {
  map_maxent: 'reads struct bpf_map through the map pointer; maps here have no such struct',
  loop_retu:
    'the verifier minds a range of values that a callback may return, here it is the value that counts',
  tail_sub_again: 'needs more than the 8 frames of the machine',
};

/** A recorded case as a scenario, with the kernel that is running now as the judge. */
export async function compareRecorded(
  kernel: Kernel,
  folder: string,
  recorded: RecordedCase,
): Promise<Result<Comparison>> {
  const scenario = expectOk(parseScenario(scenarioOf(recorded)));
  const files = {
    readFile: (path: string) => Promise.resolve(ok(new Uint8Array(readFileSync(join(folder, path))))),
  };
  return compareScenario(scenario, files, kernel);
}

export function recordedCases(folder: string): { readonly file: string; readonly recorded: RecordedCase }[] {
  return recordings.flatMap((file) => {
    const lines = readFileSync(join(folder, 'recorded', file), 'utf8')
      .trim()
      .split('\n');
    // The file is ours, written in this form.
    return lines.map((line) => ({ file, recorded: JSON.parse(line) as RecordedCase }));
  });
}

function scenarioOf({ name, source, program, defines, sets, globals, runs }: RecordedCase): object {
  const own = Object.keys(defines).length > 0;
  const maps: Record<string, object[]> = {};
  const refused = runs.some(isRefusal) && source === 'for-each';
  for (const [map, key, value] of refused ? someElements(defines) : sets)
    (maps[map] ??= []).push({ key: hexList(key), ...valueOf(value, map, defines) });
  return {
    object: `${own ? name : source}.bpf.o`,
    program,
    maps,
    globals,
    runs: [{ dataIn: Buffer.from(packet).toString('hex') }],
  };
}

/** Something to traverse, for programs that were refused and recorded without. */
function someElements(defines: RecordedCase['defines']): RecordedCase['sets'] {
  const keys = defines['MAXE'] === '2' ? ['00', '01'] : ['00', '01', '02'];
  return keys.map((key) => ['m', `${key}000000`, '0200000000000000']);
}

/** Values of both CPUs where there are two, 8 bytes each; else one value, or the name of a program. */
function valueOf(value: string, map: string, defines: RecordedCase['defines']): object {
  if (fromHex(value) === undefined) return { value };
  const perCpu = map === 'm' && defines['MT']?.includes('PERCPU') === true && value.length === 32;
  if (!perCpu) return { value: hexList(value) };
  return { values: [0, 1].map((cpu) => ({ cpu, value: hexList(value.slice(16 * cpu, 16 * (cpu + 1))) })) };
}

function hexList(hex: string): string[] {
  return (hex.match(/../g) ?? []).map((byte) => `0x${byte}`);
}
