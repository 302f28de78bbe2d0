import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conditionRows } from './conditions.ts';
import { loadRows } from './load.ts';
import { kernelAbsent, KernelProgram, native, nativeAbsent, type Others } from './others.ts';
import { digits, geometricMean, Series } from './statistics.ts';
import { Subject } from './subject.ts';

/**
 * Nanoseconds of CPU time for an instruction: compiled, with a breakpoint set, interpreted, in the kernel and natively,
 * all in turns in one run. ROOT [PART OF A NAME].
 */

const [root = '.', only = ''] = process.argv.slice(2);
const folder = join(root, 'test/bench');
const rounds = 5;
const scratch = mkdtempSync(join(tmpdir(), 'bpf-bench-'));
const text = 'take 12 eggs, "a \\"fresh\\" egg" and 500 g flour; '.repeat(30);
const others: Others = { folder, scratch, packet: Buffer.from(text).subarray(0, 1000) };

/** Programs that call subprograms, helpers or callbacks. */
const calling = /^(calls|loop|for_each|large_|array_|hash_)/;

/** What one run does so often, for figures beside those of instructions. */
const units = new Map<string, readonly [string, number]>([
  ['for_each', ['element', 1024]],
  ['for_each_hash', ['element', 1000]],
  ['large_array', ['element', 100_000]],
  ['large_hash', ['element', 100_000]],
  ['loop', ['round', 10_000]],
  ['array_lookups', ['call', 2000]],
  ['array_updates', ['call', 2000]],
  ['hash_lookups', ['call', 2000]],
  ['hash_updates', ['call', 2000]],
  ['calls', ['call', 8000]],
]);

const columns = [
  'cycles',
  'compiled',
  'breakpoint',
  'interpreted',
  'kernel',
  'native',
  'x kernel',
  '(median)',
  'x native',
  '(median)',
];
const show = (name: string, cells: readonly string[]): void => {
  console.log([name.padEnd(14), ...cells.map((cell) => cell.padStart(11))].join(' '));
};

interface Row {
  readonly name: string;
  readonly compiled: number;
  readonly breakpoints: number;
  readonly interpreted: number;
  readonly xKernel: number | undefined;
  readonly xNative: number | undefined;
}

const notes: string[] = [];
const unitLines: string[] = [];

function measure(name: string): Row {
  const path = join(folder, `${name}.bpf.o`);
  const { packet } = others;
  const subjects = [
    new Subject(path, packet, { warmUp: 0 }),
    new Subject(path, packet, { warmUp: 0 }, true),
    new Subject(path, packet, { warmUp: Infinity }),
  ];
  const [{ cycles } = { cycles: 0 }] = subjects;
  if (subjects.some((subject) => subject.cycles !== cycles)) throw new Error(`${name}: the engines differ`);
  const kernel = KernelProgram.load(name, others);
  const own = native(name, others);
  if (typeof kernel === 'string' && kernelAbsent === undefined)
    notes.push(`${name} in the kernel: ${kernel}`);
  const measures = [
    ...subjects.map((subject) => subject.measure),
    typeof kernel === 'string' ? undefined : (): number => kernel.measure() / cycles,
    typeof own === 'string' ? undefined : (): number => own() / cycles,
  ];
  const series = measures.map(() => new Series());
  for (let round = 0; round < rounds; round++) {
    measures.forEach((each, i) => series[i]?.rounds.push(each === undefined ? Infinity : each()));
  }
  if (typeof kernel !== 'string') kernel.close();
  const [compiled, breakpoints, interpreted, inKernel, natively] = series as [
    Series,
    Series,
    Series,
    Series,
    Series,
  ];
  const ratio = (to: Series): number | undefined =>
    Number.isFinite(to.best) ? compiled.best / to.best : undefined;
  const median = (to: Series): number | undefined =>
    Number.isFinite(to.best) ? compiled.medianRatio(to) : undefined;
  show(name, [
    String(cycles),
    ...series.map(({ best }) => digits(best, 3)),
    digits(ratio(inKernel), 2),
    digits(median(inKernel), 2),
    digits(ratio(natively), 2),
    digits(median(natively), 2),
  ]);
  const unit = units.get(name);
  if (unit !== undefined) {
    const [what, count] = unit;
    const each = (own: Series): string => digits((own.best * cycles) / count, 1);
    unitLines.push(
      `${name.padEnd(14)} ns ${`a ${what}`.replace('a e', 'an e').padEnd(10)} compiled ${each(compiled)}, ` +
        `interpreted ${each(interpreted)}, kernel ${each(inKernel)}, native ${each(natively)}`,
    );
  }
  return {
    name,
    compiled: compiled.best,
    breakpoints: breakpoints.best,
    interpreted: interpreted.best,
    xKernel: ratio(inKernel),
    xNative: ratio(natively),
  };
}

function means(title: string, rows: readonly Row[]): void {
  const mean = (value: (row: Row) => number | undefined): string => {
    const values = rows.map(value).filter((each) => each !== undefined);
    return values.length === 0 ? '-' : `${geometricMean(values).toFixed(2)} (${values.length})`;
  };
  console.log(
    `${title}: compiled ${mean((row) => row.compiled)} ns, interpreted ${mean((row) => row.interpreted)} ns, ` +
      `${mean((row) => row.xKernel)} x kernel, ${mean((row) => row.xNative)} x native; ` +
      `with a breakpoint set ${mean((row) => row.breakpoints / row.compiled)} x compiled`,
  );
}

try {
  const names = readdirSync(folder)
    .filter((entry) => entry.endsWith('.bpf.o'))
    .map((entry) => entry.replace('.bpf.o', ''))
    .filter((name) => name.includes(only));
  // First: it looks at code that V8 has not seen before.
  const loads = only === '' || 'load'.includes(only) ? await loadRows(root, scratch) : [];
  if (only === '' || 'conditions'.includes(only)) notes.push(...(await conditionRows()));
  if (kernelAbsent !== undefined) notes.push(`kernel: absent, ${kernelAbsent}`);
  if (nativeAbsent !== undefined) notes.push(`native: absent, ${nativeAbsent}`);
  if (names.length > 0) show('ns/instruction', columns);
  const rows = names.map(measure);
  for (const line of unitLines) console.log(line);
  if (rows.length > 1) {
    means('geometric means (of how many programs), all', rows);
    means(
      'those the kernel loads',
      rows.filter(({ xKernel }) => xKernel !== undefined),
    );
    means(
      'those the kernel loads, without calls',
      rows.filter(({ xKernel, name }) => xKernel !== undefined && !calling.test(name)),
    );
  }
  for (const line of [...loads, ...notes]) console.log(line);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
