import { setImmediate } from 'node:timers/promises';
import {
  attempt,
  expectOk,
  failed,
  formatProblem,
  ok,
  type Problem,
  type Result,
} from '../../vm/base/problem.ts';
import { defaultEnvironment } from '../../vm/environment/environment.ts';
import { valueMemory } from '../../vm/inputs/bpftool-json.ts';
import {
  inputOf,
  packetOf,
  prepareObject,
  startScenarioRun,
  type PreparedScenario,
  type ScenarioFiles,
} from '../../vm/inputs/prepare-scenario.ts';
import { finishRun, reportRun, type RunOptions } from '../../vm/inputs/run-scenario.ts';
import type { Scenario, ScenarioRun } from '../../vm/inputs/scenario.ts';
import type { RunReport } from '../../vm/inputs/scenario-result.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import { mapType } from '../../vm/maps/flags.ts';
import type { FunctionSymbol, ProgramObject } from '../../vm/object/program-object.ts';
import { readObject } from '../../vm/object/read-object.ts';
import { selectProgram } from '../../vm/object/select-program.ts';
import { familyOf } from '../../vm/programs/registry.ts';
import type { Answer } from './bpftool.ts';
import type { Kernel, KernelFolders } from './kernel.ts';
import { LoadedObject, type Refusal } from './loaded-object.ts';
import {
  contentsHere,
  contentsOfDump,
  hexOfList,
  wayToDump,
  holdsIds,
  withNames,
  withoutListHeads,
  type Contents,
  type Names,
} from './map-contents.ts';
import { mapDifferences } from './map-differences.ts';
import { copyForKernel } from './object-copy.ts';
import { runDifferences } from './run-differences.ts';
import { KernelState } from './state-commands.ts';
import { TestRun, type KernelRun } from './test-run.ts';

/** A scenario run here and on the kernel. */
export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** The kernel did not take the object; `runs` has what happened here then. */
  readonly refusal: Refusal | undefined;
  /** Of the scenario as a whole; those of a run stand with it. */
  readonly differences: readonly string[];
  /** Names of what the kernel could not be given or asked for. */
  readonly notCompared: readonly string[];
  readonly equal: boolean;
}

export interface ComparedRun {
  readonly program: string | undefined;
  /** Undefined where the run was refused here. */
  readonly here: RunReport | undefined;
  /** Undefined where the kernel was not asked. */
  readonly kernel: KernelRun | undefined;
  readonly differences: readonly string[];
}

/** Problems are those of files and of the scenario. What one side refuses and the other does not is a difference. */
export async function compareScenario(
  scenario: Scenario,
  files: ScenarioFiles,
  kernel: Kernel,
  options: RunOptions = {},
): Promise<Result<Comparison>> {
  const [path = '', second] = scenario.objects;
  if (second !== undefined)
    return failed({ code: 'unsupported-linking', message: 'several objects cannot be compared' });
  const bytes = await files.readFile(path);
  if (!bytes.ok) return bytes;
  const object = readObject(bytes.value, path);
  if (!object.ok) return object;
  const folders = kernel.folders();
  try {
    const comparer = new Comparer(scenario, files, kernel.cpus, folders, options);
    return await comparer.compare(bytes.value, object.value);
  } finally {
    folders.remove();
  }
}

class Comparer {
  readonly #scenario: Scenario;
  readonly #files: ScenarioFiles;
  readonly #options: RunOptions;
  readonly #loaded: LoadedObject;
  readonly #notCompared = new Set<string>();
  /** A run was not made on the kernel: its maps have not changed as those here. */
  #apart = false;

  constructor(
    scenario: Scenario,
    files: ScenarioFiles,
    cpus: number,
    folders: KernelFolders,
    options: RunOptions,
  ) {
    this.#scenario = this.#forKernel(scenario, cpus);
    this.#files = files;
    this.#options = { ...options, betweenSlices: () => setImmediate() };
    this.#loaded = new LoadedObject(folders);
  }

  /** The world of the scenario as far as the kernel has it so. */
  #forKernel(scenario: Scenario, cpus: number): Scenario {
    const { environment } = scenario;
    const { cpus: defaultCpus, hashSeed } = defaultEnvironment;
    if (environment.cpus !== cpus && environment.cpus !== defaultCpus)
      this.#notCompared.add(`environment.cpus (the kernel has ${cpus})`);
    if (environment.hashSeed !== hashSeed)
      this.#notCompared.add('environment.hashSeed (hash maps are compared without a seed)');
    const settable = new Set(['cpu', 'cpus', 'hashSeed']);
    const defaults = new Map<string, unknown>(Object.entries(defaultEnvironment));
    for (const [name, value] of Object.entries(environment))
      if (!settable.has(name) && !same(value, defaults.get(name)))
        this.#notCompared.add(`environment.${name}`);
    return { ...scenario, environment: { ...environment, cpus, hashSeed } };
  }

  async compare(bytes: Uint8Array, object: ProgramObject): Promise<Result<Comparison>> {
    const prepared = attempt(() => prepareObject(this.#scenario, object));
    if (!prepared.ok && !isRefusal(prepared.problem)) return prepared;
    const copy = copyForKernel(bytes, object, {
      programs: this.#programs(object),
      readOnlyData: prepared.ok ? readOnlyData(prepared.value) : new Map<string, Uint8Array>(),
    });
    if (!copy.ok) return copy;
    const refusal = this.#loaded.load(copy.value, this.#scenario.environment.cpu);
    if (!prepared.ok) return ok(this.#refusedHere(prepared.problem, refusal));
    return refusal ? this.#refusedByKernel(prepared.value, refusal) : this.#runBoth(prepared.value);
  }

  /** Programs of the runs; all of them where they may be called by number. */
  #programs(object: ProgramObject): Set<FunctionSymbol> {
    if (object.maps.some(({ type }) => type === mapType.PROG_ARRAY)) return new Set(object.programs);
    return new Set(
      this.#scenario.runs.flatMap((run) => {
        const program = selectProgram(object, run.program ?? this.#scenario.program);
        return run.advanceNs === undefined && program.ok ? [program.value] : [];
      }),
    );
  }

  #refusedHere(problem: Problem, refusal: Refusal | undefined): Comparison {
    const differences = refusal ? [] : [`refused here, not by the kernel: ${formatProblem(problem)}`];
    return this.#comparison([], refusal, differences);
  }

  async #refusedByKernel(prepared: PreparedScenario, refusal: Refusal): Promise<Result<Comparison>> {
    const runs: ComparedRun[] = [];
    for (const run of this.#scenario.runs) {
      const here = await this.#runHere(prepared, run);
      if (!here.ok && !isRefusal(here.problem)) return here;
      runs.push({
        program: here.ok ? here.value.program : run.program,
        here: here.ok ? here.value : undefined,
        kernel: undefined,
        differences: [],
      });
    }
    const faults = runs.some(({ here }) => here?.fault !== undefined || here === undefined);
    const differences = faults ? [] : ['the kernel refuses the program, here it runs without a fault'];
    return ok(this.#comparison(runs, refusal, differences));
  }

  async #runBoth(prepared: PreparedScenario): Promise<Result<Comparison>> {
    const { machine } = prepared.vm;
    const { cpu } = this.#scenario.environment;
    const state = new KernelState(machine, this.#loaded);
    const differences: string[] = [];
    const runs: ComparedRun[] = [];
    const asked = attempt(() => state.change(this.#scenario.state, '', false, cpu));
    if (!asked.ok) return asked;
    const answers = this.#loaded.perform(asked.value, cpu);
    differences.push(...refusedChanges(asked.value, answers));
    for (const run of this.#scenario.runs) {
      const compared = await this.#runOnBoth(prepared, run, state, run === this.#scenario.runs.at(-1));
      if (!compared.ok) return compared;
      runs.push(compared.value);
    }
    for (const name of state.oneCpu)
      this.#notCompared.add(`maps.${name} of other CPUs (bpftool gives all the same)`);
    for (const name of state.notDone) this.#notCompared.add(name);
    return ok(this.#comparison(runs, undefined, differences));
  }

  async #runOnBoth(
    prepared: PreparedScenario,
    run: ScenarioRun,
    state: KernelState,
    isLast: boolean,
  ): Promise<Result<ComparedRun>> {
    const { machine } = prepared.vm;
    const cpu = run.cpu ?? this.#scenario.environment.cpu;
    if (this.#apart) return this.#onlyHere(prepared, run);
    const planned = await this.#plan(prepared, run, state, cpu);
    if (!planned.ok) return planned;
    const { changes, test, program } = planned.value;
    if (test?.lacksContext === true) {
      this.#notCompared.add(`${run.path} and what follows (${noContext})`);
      this.#apart = true;
      return this.#onlyHere(prepared, run);
    }
    const report = await this.#runHere(prepared, run);
    if (!report.ok && !isRefusal(report.problem)) return report;
    const here = report.ok ? report.value : undefined;
    if (here && here.output.length > 0) this.#notCompared.add(`${run.path}.output`);
    const maps = this.#mapsToDump(machine.maps, isLast);
    const commands = [
      ...changes,
      ...(test ? [test.command()] : []),
      ...maps.flatMap((each) => each.commands),
    ];
    const answers = this.#loaded.perform(commands, cpu);
    const kernel = test?.result(answers[changes.length] ?? { ok: false, error: 'no answer' });
    const differences = refusedChanges(changes, answers);
    if (kernel !== undefined) differences.push(...this.#judge(report, kernel, run));
    if (test === undefined) this.#notCompared.add(`${run.path} (no program runs)`);
    let at = changes.length + (test ? 1 : 0);
    for (const { map, commands: own } of maps) {
      const dumped = contentsOf(map, answers.slice(at, at + own.length), () =>
        this.#loaded.names(prepared.object, machine.program.maps),
      );
      at += own.length;
      if (typeof dumped === 'string') {
        this.#notCompared.add(`maps.${map.name} (${dumped})`);
        continue;
      }
      const contents = withoutListHeads(machine, map, dumped);
      state.saw(map, contents);
      const only = state.oneCpu.has(map.name) ? cpu : undefined;
      differences.push(...mapDifferences(machine, map, contentsHere(machine, map), contents, only));
    }
    return ok({ program: here?.program ?? program, here, kernel, differences });
  }

  async #onlyHere(prepared: PreparedScenario, run: ScenarioRun): Promise<Result<ComparedRun>> {
    const here = await this.#runHere(prepared, run);
    if (!here.ok) return here;
    return ok({ program: here.value.program, here: here.value, kernel: undefined, differences: [] });
  }

  /** What the kernel has to do, found before the machine changes. */
  async #plan(
    { object }: PreparedScenario,
    run: ScenarioRun,
    state: KernelState,
    cpu: number,
  ): Promise<Result<{ changes: string[][]; test: TestRun | undefined; program: string | undefined }>> {
    const packet = await packetOf(run, this.#files);
    return attempt(() => {
      const changes = run.set ? state.change(run.set, `${run.path}.set`, true, cpu) : [];
      if (run.advanceNs !== undefined) return { changes, test: undefined, program: undefined };
      const program = expectOk(selectProgram(object, run.program ?? this.#scenario.program));
      const input = inputOf(object, program, run, expectOk(packet));
      const family = expectOk(familyOf(program));
      const test = new TestRun(this.#loaded, program.name, family, input);
      return { changes, test, program: program.name };
    });
  }

  #judge(here: Result<RunReport>, kernel: KernelRun, run: ScenarioRun): string[] {
    if (kernel.error?.includes(notSupported) === true) {
      this.#notCompared.add(`${run.path} (BPF_PROG_TEST_RUN does not run programs of this type)`);
      return [];
    }
    if (here.ok) return runDifferences(here.value, kernel);
    if (kernel.error !== undefined) return [];
    return [`refused here: ${here.problem.message}; the kernel returned ${kernel.retval ?? 'nothing'}`];
  }

  async #runHere(prepared: PreparedScenario, run: ScenarioRun): Promise<Result<RunReport>> {
    const started = await startScenarioRun(prepared, run, this.#files);
    if (!started.ok) return started;
    if (started.value !== undefined) await finishRun(prepared.vm, this.#options);
    return attempt(() => reportRun(prepared, { ...run, expect: undefined }, started.value));
  }

  #mapsToDump(maps: readonly KernelMap[], isLast: boolean): { map: KernelMap; commands: string[][] }[] {
    return maps.flatMap((map) => {
      const way = map.supported ? wayToDump(map.typeName) : undefined;
      if (way === undefined)
        this.#notCompared.add(`maps.${map.name} (bpftool does not show a ${map.typeName})`);
      // Looking into a queue takes its elements out.
      if (way === undefined || (way === 'pop' && !isLast)) return [];
      const path = this.#loaded.mapPath(map.linked);
      const command = ['map', way, 'pinned', path];
      const times = way === 'pop' ? map.linked.definition.maxEntries + 1 : 1;
      return [{ map, commands: Array.from({ length: times }, () => command) }];
    });
  }

  #comparison(
    runs: readonly ComparedRun[],
    refusal: Refusal | undefined,
    differences: readonly string[],
  ): Comparison {
    const equal = differences.length === 0 && runs.every((run) => run.differences.length === 0);
    return { runs, refusal, differences, notCompared: [...this.#notCompared], equal };
  }
}

/** strerror of ENOTSUPP, which C libraries have no text for. */
const notSupported = 'error 524';

const noContext = 'bpftool cannot give a context to programs of this type';

/** Problems that say what the kernel would refuse, or what this machine cannot do where it can. */
function isRefusal({ code }: Problem): boolean {
  return (
    ['refused-input', 'map-definition', 'map-update-failed'].includes(code) || code.startsWith('unsupported')
  );
}

function same(a: unknown, b: unknown): boolean {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
  return text(a) === text(b);
}

function refusedChanges(commands: readonly (readonly string[])[], answers: readonly Answer[]): string[] {
  return commands.flatMap((words, i) => {
    const answer = answers[i];
    if (answer?.ok !== false) return [];
    return [
      `the kernel refuses ${words.slice(0, 2).join(' ')} ${words[3]?.split('/').at(-1) ?? ''}: ${answer.error}`,
    ];
  });
}

/** What is in the read-only data of the machine and not in the object. */
function readOnlyData({ object, vm }: PreparedScenario): Map<string, Uint8Array> {
  const changed = new Map<string, Uint8Array>();
  for (const { name, readOnly, bytes } of object.dataSections) {
    const map = vm.machine.maps.find((one) => one.name === name && one.linked.data !== undefined);
    const address = map?.elements(0, 1)[0]?.valueAddresses[0];
    if (!readOnly || map === undefined || address === undefined) continue;
    const now = valueMemory(vm.machine, map, address).slice(0, bytes.length);
    if (now.some((byte, i) => byte !== bytes[i])) changed.set(name, now);
  }
  return changed;
}

/** Text where the map could not be read. */
function contentsOf(map: KernelMap, answers: readonly Answer[], names: () => Names): Contents | string {
  for (const answer of answers) if (!answer.ok) return answer.error;
  const outputs = answers.map((answer) => (answer.ok ? answer.output : null));
  if (wayToDump(map.typeName) === 'dump') {
    const contents = contentsOfDump(outputs[0] ?? null);
    return holdsIds(map) ? withNames(map, contents, names()) : contents;
  }
  return outputs.flatMap((output) => {
    const value =
      typeof output === 'object' && output !== null && 'value' in output ? hexOfList(output['value']) : '';
    return value === '' ? [] : [{ key: '', values: [value] }];
  });
}
