import { decodeUtf8 } from '../../vm/base/byte-reader.ts';
import { attempt, expectOk, ok, raise, type Result } from '../../vm/base/problem.ts';
import { membersOf } from '../../vm/inputs/checked.ts';
import { parseJson } from '../../vm/inputs/json.ts';
import { parseScenario, scenarioMembers, type Scenario } from '../../vm/inputs/scenario.ts';
import type { LaunchConfiguration } from '../protocol/launch.ts';
import type { FileAccessor } from './file-accessor.ts';
import { folderOf, joinPath } from './paths.ts';

/** The scenario of a launch configuration, with what it is relative to. */
export interface ConfiguredScenario {
  /** Its objects are paths that need no folder any more. */
  readonly scenario: Scenario;
  /** Folder of the other files that its runs name. */
  readonly folder: string;
}

type Members = Partial<Record<(typeof scenarioMembers)[number], unknown>>;

/** Takes the scenario file, if there is one, and what the configuration puts in place of its members. */
export async function readConfiguration(
  configuration: LaunchConfiguration,
  files: FileAccessor,
): Promise<Result<ConfiguredScenario>> {
  const { cwd = '' } = configuration;
  if (configuration.scenario === undefined)
    return attempt(() => merge({}, '', expectOk(ownMembers(configuration)), cwd));
  const path = joinPath(cwd, configuration.scenario);
  const bytes = await files.readFile(path);
  return attempt(
    () => merge(parseMembers(expectOk(bytes)), folderOf(path), expectOk(ownMembers(configuration)), cwd),
    { file: path },
  );
}

function parseMembers(bytes: Uint8Array): object {
  return membersOf(expectOk(parseJson(decodeUtf8(bytes))), '');
}

/** Members of a scenario that stand in the configuration itself; `dataIn` and `ctxIn` are short for one run. */
function ownMembers(configuration: LaunchConfiguration): Result<Members> {
  const own = Object.fromEntries(
    scenarioMembers.flatMap((name) =>
      configuration[name] === undefined ? [] : [[name, configuration[name]]],
    ),
  ) as Members; // The names are scenarioMembers.
  const { dataIn, ctxIn } = configuration;
  if (dataIn === undefined && ctxIn === undefined) return ok(own);
  if (own.runs !== undefined) {
    return attempt(() =>
      raise('bad-configuration', 'dataIn and ctxIn stand for a run; with runs they belong into these'),
    );
  }
  const run = { ...(dataIn !== undefined && { dataIn }), ...(ctxIn !== undefined && { ctxIn }) };
  return ok({ ...own, runs: [run] });
}

function merge(file: object, fileFolder: string, own: Members, ownFolder: string): ConfiguredScenario {
  const merged: Readonly<Record<string, unknown>> = { ...file, ...own };
  const scenario = expectOk(parseScenario(merged));
  const objectFolder = own.object === undefined ? fileFolder : ownFolder;
  return {
    scenario: { ...scenario, objects: scenario.objects.map((path) => joinPath(objectFolder, path)) },
    folder: own.runs === undefined ? fileFolder : ownFolder,
  };
}
