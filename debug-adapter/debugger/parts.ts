import type { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { listProgram } from '../listing/program-listing.ts';
import type { LaunchConfiguration } from '../protocol/launch.ts';
import type { DebugInfo } from '../debug-info/debug-info.ts';
import { CodeIndex } from './code-index.ts';
import { CodeScopes } from './code-scopes.ts';
import { instructionPrinter } from './code-names.ts';
import type { DebuggerParts } from './debugger.ts';
import type { FileAccessor } from './file-accessor.ts';
import { LineIndex } from './line-index.ts';
import { linesOfObject } from './own-lines.ts';
import { Places } from './places.ts';
import type { RunPlan } from './run-plan.ts';
import { Sources } from './sources.ts';

export const defaultCycleLimit = 1_000_000_000;

/** Finds the sources of what a machine holds and indexes its code. `attached`: debug information in place of its own. */
export async function makeParts(
  vm: VirtualMachine,
  plan: RunPlan,
  objectPath: string,
  configuration: LaunchConfiguration,
  files: FileAccessor,
  attached?: DebugInfo,
): Promise<DebuggerParts> {
  const { program, helpers } = vm.machine;
  const {
    cwd,
    sourceMap = {},
    stopOnEntry = false,
    stopAtExit = true,
    cycleLimit = defaultCycleLimit,
  } = configuration;
  const code = new CodeIndex(program);
  const ownLines = linesOfObject(code);
  const scopes = attached === undefined ? ownLines.scopes : new CodeScopes(code, attached);
  const lines = attached === undefined ? ownLines.lines : new LineIndex(code, scopes);
  const { info } = scopes;
  const sources = await Sources.find(
    lines.rows,
    { objectPath, cwd, sourceMap, checksum: (file) => info?.lines.checksum(file) },
    files,
  );
  const text = instructionPrinter(code, (id) => helpers.nameOf(id));
  const places = new Places(lines, sources, listProgram(code, ownLines.lines, text), objectPath);
  return {
    vm,
    plan,
    code,
    scopes,
    places,
    text,
    settings: { stopOnEntry, stopAtExit, cycleLimit },
    warnings: [...program.warnings, ...sources.warnings],
  };
}
