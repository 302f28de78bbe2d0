import { attempt, ok, type Result } from '../base/problem.ts';
import type { VirtualMachine } from '../engine/virtual-machine.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import { dumpMap } from './bpftool-json.ts';
import { differencesOf, type RunOutcome } from './expectations.ts';
import type { JsonObject, JsonValue } from './json.ts';
import {
  contextType,
  prepareScenario,
  startScenarioRun,
  type MachineOptions,
  type PreparedScenario,
  type ScenarioFiles,
} from './prepare-scenario.ts';
import { armedReports, describeDeferred } from './deferred-report.ts';
import {
  reportFault,
  type CallbackReport,
  type MapReport,
  type RunReport,
  type ScenarioResult,
} from './scenario-result.ts';
import type { Scenario, ScenarioRun } from './scenario.ts';
import { formatValue } from './typed-print.ts';

export interface RunOptions extends MachineOptions {
  /** Cycles after which a run is ended as endless. Default 1 billion. */
  readonly cycleLimit?: number;
  /** Called between slices of a long run, so that the host can do other things. */
  readonly betweenSlices?: () => Promise<void>;
}

const defaultCycleLimit = 1_000_000_000;
const sliceCycles = 20_000_000;

/** Runs all runs of a scenario. Problems are those of loading; faults of the program are part of the result. */
export async function runScenario(
  scenario: Scenario,
  files: ScenarioFiles,
  options: RunOptions = {},
): Promise<Result<ScenarioResult>> {
  const prepared = await prepareScenario(scenario, files, options);
  if (!prepared.ok) return prepared;
  const runs: RunReport[] = [];
  for (const run of scenario.runs) {
    const report = await runOne(prepared.value, run, files, options);
    if (!report.ok) return report;
    runs.push(report.value);
  }
  const { vm } = prepared.value;
  const passed = runs.every((run) => run.passed);
  return ok({ runs, maps: mapReports(vm), timers: armedReports(vm), passed });
}

async function runOne(
  prepared: PreparedScenario,
  run: ScenarioRun,
  files: ScenarioFiles,
  options: RunOptions,
): Promise<Result<RunReport>> {
  const started = await startScenarioRun(prepared, run, files);
  if (!started.ok) return started;
  const program = started.value;
  if (program === undefined) return runDueCallbacks(prepared, run, options);
  await finishRun(prepared.vm, options);
  return attempt(() => reportRun(prepared, run, program));
}

/** Time passes: runs what comes due. */
async function runDueCallbacks(
  prepared: PreparedScenario,
  run: ScenarioRun,
  options: RunOptions,
): Promise<Result<RunReport>> {
  const callbacks: CallbackReport[] = [];
  for (;;) {
    const due = prepared.vm.startDueRun();
    if (!due.ok) return due;
    if (!due.value) return attempt(() => reportRun(prepared, run, undefined, callbacks));
    await finishRun(prepared.vm, options);
    callbacks.push(reportCallback(prepared.vm));
  }
}

/** Runs to the end of the run; past the cycle limit it ends with a fault. */
export async function finishRun(vm: VirtualMachine, options: RunOptions = {}): Promise<void> {
  const { machine } = vm;
  const limit = options.cycleLimit ?? defaultCycleLimit;
  while (machine.runState === 'running') {
    const left = limit - machine.cycle;
    if (left <= 0) {
      machine.fail({ kind: 'cycle-limit', message: `the run was ended after ${limit} cycles` });
      machine.runState = 'faulted';
      return;
    }
    vm.run(Math.min(left, sliceCycles));
    await options.betweenSlices?.();
  }
}

/** What the run of the machine gave and whether it is what the scenario expects. Raises `bad-scenario`. */
export function reportRun(
  { vm, object }: PreparedScenario,
  run: ScenarioRun,
  program: FunctionSymbol | undefined,
  callbacks: readonly CallbackReport[] = [],
): RunReport {
  const outcome =
    program === undefined ? timePassed(callbacks) : outcomeOf(vm, program, contextType(object, program));
  const differences = differencesOf(vm.machine, run.expect, outcome, run.path);
  return { ...outcome, differences, passed: differences.length === 0 };
}

/** What the callbacks that came due did, as one run: the first fault is its fault. */
function timePassed(callbacks: readonly CallbackReport[]): RunOutcome & Pick<RunReport, 'callbacks'> {
  return {
    ...noRun,
    cycles: callbacks.reduce((sum, { cycles }) => sum + cycles, 0),
    output: callbacks.flatMap(({ output }) => output),
    notes: callbacks.flatMap(({ notes }) => notes),
    fault: callbacks.find(({ fault }) => fault !== undefined)?.fault,
    callbacks,
  };
}

/** What the callback of a timer or work queue did, once its run has ended. */
export function reportCallback(vm: VirtualMachine): CallbackReport {
  const { program, deferred, r0, cycles, output, notes, fault } = vm.result();
  if (deferred === undefined) throw new Error('the run is no callback of a timer or work queue');
  return {
    callback: program.name,
    ...describeDeferred(vm, deferred),
    r0: vm.machine.runState === 'exited' ? r0 : undefined,
    cycles,
    output,
    notes,
    fault: fault && reportFault(vm.machine.program, fault),
  };
}

const noRun: RunOutcome = {
  program: undefined,
  retval: undefined,
  returnName: undefined,
  r0: undefined,
  cycles: 0,
  dataOut: undefined,
  ctxOut: undefined,
  output: [],
  notes: [],
  fault: undefined,
};

function outcomeOf(
  vm: VirtualMachine,
  program: FunctionSymbol,
  context: ReturnType<typeof contextType>,
): RunOutcome {
  const result = vm.result();
  const { fault, ctxOut } = result;
  const returned = vm.machine.runState === 'exited';
  return {
    program: program.name,
    retval: returned ? result.retval : undefined,
    returnName: returned ? vm.family?.returnName(result.retval) : undefined,
    r0: returned ? result.r0 : undefined,
    cycles: result.cycles,
    dataOut: result.dataOut,
    ctxOut: ctxOut && { ...ctxOut, ...formattedContext(vm, ctxOut, context) },
    output: result.output,
    notes: result.notes,
    fault: fault && reportFault(vm.machine.program, fault),
  };
}

/** A syscall program's context in the type of its parameter. */
function formattedContext(
  vm: VirtualMachine,
  ctxOut: Readonly<Record<string, JsonValue>>,
  context: ReturnType<typeof contextType>,
): JsonObject {
  const { bytes } = ctxOut;
  if (vm.family?.name !== 'syscall' || context === undefined || !Array.isArray(bytes)) return {};
  return { formatted: formatValue(context.btf, context.typeId, Uint8Array.from(bytes, Number)) };
}

/** What the maps contain when the elements are asked for. */
export function mapReports(vm: VirtualMachine): MapReport[] {
  const { machine } = vm;
  return machine.maps
    .filter(({ supported }) => supported)
    .map((map) => ({ name: map.name, elements: () => dumpMap(machine, map) }));
}
