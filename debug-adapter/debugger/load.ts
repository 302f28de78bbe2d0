import { attempt, expectOk, failed, type Result } from '../../vm/base/problem.ts';
import {
  prepareScenario,
  startScenarioRun,
  type PreparedScenario,
  type ScenarioFiles,
} from '../../vm/inputs/prepare-scenario.ts';
import { selectProgram } from '../../vm/object/select-program.ts';
import { familyOf } from '../../vm/programs/registry.ts';
import { reportCallback, reportRun } from '../../vm/inputs/run-scenario.ts';
import type { CallbackReport } from '../../vm/inputs/scenario-result.ts';
import type { FunctionSymbol } from '../../vm/object/program-object.ts';
import type { LaunchConfiguration } from '../protocol/launch.ts';
import { readConfiguration } from './configuration.ts';
import { readDebugFiles } from './debug-files.ts';
import type { DebuggerParts } from './debugger.ts';
import type { FileAccessor } from './file-accessor.ts';
import { makeParts } from './parts.ts';
import { joinPath } from './paths.ts';
import type { RunPlan } from './run-plan.ts';

/** From a launch configuration to everything a debugger is made of, maps and globals filled. */
export async function load(
  configuration: LaunchConfiguration,
  files: FileAccessor,
): Promise<Result<DebuggerParts>> {
  const parts = await loadParts(configuration, files);
  const { cwd = '', scenario } = configuration;
  if (parts.ok || scenario === undefined) return parts;
  return failed({ ...parts.problem, place: { file: joinPath(cwd, scenario), ...parts.problem.place } });
}

async function loadParts(
  configuration: LaunchConfiguration,
  files: FileAccessor,
): Promise<Result<DebuggerParts>> {
  const configured = await readConfiguration(configuration, files);
  if (!configured.ok) return configured;
  const { scenario, folder } = configured.value;
  const { readChunks } = files;
  const scenarioFiles: ScenarioFiles = {
    readFile: (path) => files.readFile(joinPath(folder, path)),
    ...(readChunks && { readChunks: (path) => readChunks(joinPath(folder, path)) }),
  };
  const objectFiles: ScenarioFiles = { readFile: (path) => files.readFile(path) };
  const { strict = false, kernelRules = true, relocateData = 'auto' } = configuration;
  const options = { strict, kernelRules, relocateData };
  const prepared = await prepareScenario(scenario, objectFiles, options, scenarioFiles);
  if (!prepared.ok) return prepared;
  const programs = checkPrograms(prepared.value);
  if (!programs.ok) return programs;
  let started: FunctionSymbol | undefined;
  /** Of the run in which time passes. */
  let callbacks: CallbackReport[] = [];
  const begin = async (index: number): Promise<Result<boolean>> => {
    const run = scenario.runs[index];
    if (run === undefined) return { ok: true, value: false };
    callbacks = [];
    const program = await startScenarioRun(prepared.value, run, scenarioFiles);
    started = program.ok ? program.value : undefined;
    return program.ok ? { ok: true, value: program.value !== undefined } : program;
  };
  // What is wrong with the input of the first run is an error of the launch too.
  const first = await begin(0);
  if (!first.ok) return first;
  const plan: RunPlan = {
    count: scenario.runs.length,
    start: (index) => (index === 0 ? Promise.resolve(first) : begin(index)),
    ended() {
      if (prepared.value.vm.result().deferred !== undefined)
        callbacks.push(reportCallback(prepared.value.vm));
    },
    differences(index) {
      const run = scenario.runs[index];
      return run?.expect === undefined ? [] : reportRun(prepared.value, run, started, callbacks).differences;
    },
  };
  const [objectPath = ''] = scenario.objects;
  const { vm, object } = prepared.value;
  const attached = await readDebugFiles(object, configuration, files);
  if (!attached.ok) return attached;
  const { info, warnings } = attached.value;
  const parts = await makeParts(vm, plan, objectPath, configuration, files, info);
  return { ok: true, value: { ...parts, warnings: [...warnings, ...parts.warnings] } };
}

/** A program that is not there is said at once, not when its run begins. */
function checkPrograms({ scenario, object }: PreparedScenario): Result<void> {
  return attempt(
    () => {
      for (const run of scenario.runs) {
        if (run.advanceNs !== undefined) continue;
        expectOk(familyOf(expectOk(selectProgram(object, run.program ?? scenario.program))));
      }
    },
    { file: object.name },
  );
}
