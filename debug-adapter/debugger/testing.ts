import { expectOk, failed, ok } from '../../vm/base/problem.ts';
import { assembledProgram } from '../../vm/engine/testing.ts';
import { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { defaultEnvironment } from '../../vm/environment/environment.ts';
import { LineTable, type LinkedLine } from '../../vm/object/link/line-table.ts';
import type { LinkedFunction, LinkedProgram } from '../../vm/object/linked-program.ts';
import { nodeFiles } from '../file-accessor-node.ts';
import type { LaunchConfiguration } from '../protocol/launch.ts';
import type { DebugInfo } from '../debug-info/debug-info.ts';
import { Debugger } from './debugger.ts';
import type { DebugFrame } from './frame.ts';
import type { DebuggerOutput } from './events.ts';
import type { FileAccessor } from './file-accessor.ts';
import { makeParts } from './parts.ts';
import { baseName } from './paths.ts';
import type { RunPlan } from './run-plan.ts';
import type { Progress } from './stop.ts';

/** For tests: a debugger, what it said, and words for where it stands. */
export class TestSession {
  readonly debugger: Debugger;
  readonly output: DebuggerOutput[] = [];

  /** Of an example: paths are relative to examples/. */
  static async launch(configuration: LaunchConfiguration): Promise<TestSession> {
    return new TestSession(expectOk(await Debugger.load({ cwd: 'examples', ...configuration }, nodeFiles)));
  }

  constructor(target: Debugger) {
    this.debugger = target;
    target.on('output', (output) => this.output.push(output));
  }

  get printed(): readonly string[] {
    return this.output.map(({ kind, text }) => `${kind}: ${text}`);
  }

  /** Number of the first line of a source that contains `text`. */
  line(file: string, text: string): number {
    const source = this.debugger.places.sources.files.find(({ name }) => baseName(name) === file);
    const lines = source?.text?.split('\n') ?? [];
    const index = lines.findIndex((line) => line.includes(text));
    if (index < 0) throw new Error(`${file} has no line with ${text}`);
    return index + 1;
  }

  /** Why it stopped, then the innermost frame: `step count_packets: if (count_packet(ip->protocol, length))`. */
  async go(execution: Promise<Parameters<typeof expectOk<Progress>>[0]>): Promise<string> {
    const progress = expectOk(await execution);
    if (progress.reason === 'ended' || progress.reason === 'exit')
      return `${progress.reason} ${progress.result.retval}`;
    const what = progress.reason === 'exception' ? `exception ${progress.fault.kind}` : progress.reason;
    return `${what} ${this.where()}`;
  }

  /** A frame, innermost first, with the text of its line. */
  where(index = 0): string {
    const frame = this.debugger.stack()[index];
    return `${frame?.name ?? 'nowhere'}: ${this.#text(frame) ?? `slot ${frame?.slot ?? '?'}`}`;
  }

  /** The text of a frame's line; of a source that is not there, as .BTF.ext has it. */
  #text(frame: DebugFrame | undefined): string | undefined {
    const { lines, sources } = this.debugger.places;
    const source = sources.files.find(({ path }) => path === frame?.source?.path)?.text;
    if (source !== undefined) return source.split('\n')[(frame?.source?.line ?? 0) - 1]?.trim();
    return frame && lines.rowAt(frame.slot)?.text.trim();
  }

  get frames(): readonly string[] {
    return this.debugger.stack().map(({ name }) => name);
  }
}

export interface AssemblyOptions {
  /** First slots; the first is the program. */
  readonly functions?: Readonly<Record<string, number>>;
  /** Line by slot, all of one file. */
  readonly lines?: Readonly<Record<number, number>>;
  readonly configuration?: LaunchConfiguration;
  readonly info?: DebugInfo;
  /** Text of main.c. */
  readonly mainText?: string;
}

/** A program linked from assembly as section `xdp`, with functions and lines as given. */
export function assembleProgram(source: string, options: AssemblyOptions = {}): LinkedProgram {
  const bare = assembledProgram(source);
  const slots = bare.code.length / 8 - 1;
  const section = { index: 1, name: 'xdp', firstSlot: 0, slots };
  const entries = Object.entries(options.functions ?? { main: 0 });
  const functions = entries.map(([name, firstSlot], i): LinkedFunction => {
    const length = (entries[i + 1]?.[1] ?? slots) - firstSlot;
    const symbol = { section: 1, sectionName: 'xdp', offset: firstSlot * 8, size: length * 8 };
    return { name, ...symbol, global: i === 0, btfId: undefined, firstSlot, slots: length };
  });
  const rows = Object.entries(options.lines ?? {}).map(([slot, line]): LinkedLine => ({
    slot: Number(slot),
    file: 'main.c',
    line,
    column: 1,
    text: `line ${line}`,
  }));
  return {
    ...bare,
    sections: [section],
    functions,
    lines: new LineTable(rows, functions),
    object: { ...bare.object, functions, programs: functions.slice(0, 1) },
  };
}

/** A debugger of such a program, with one run. */
export async function debugAssembly(source: string, options: AssemblyOptions = {}): Promise<TestSession> {
  const program = assembleProgram(source, options);
  const vm = expectOk(VirtualMachine.create(program, defaultEnvironment));
  const [main] = program.object.programs;
  if (main === undefined) throw new Error('there is no program');
  const plan: RunPlan = {
    count: 1,
    start: () => {
      const started = vm.startRun(main);
      return Promise.resolve(started.ok ? { ok: true, value: true } : started);
    },
    ended: () => undefined,
    differences: () => [],
  };
  const { configuration = {}, mainText, info } = options;
  const files = mainText === undefined ? nodeFiles : onlyMain(mainText);
  const parts = await makeParts(vm, plan, 'main.o', configuration, files, info);
  return new TestSession(new Debugger(parts));
}

function onlyMain(text: string): FileAccessor {
  return {
    readFile: (path) =>
      Promise.resolve(
        baseName(path) === 'main.c'
          ? ok(new TextEncoder().encode(text))
          : failed({ code: 'file-missing', message: `${path} is not there` }),
      ),
    modified: () => Promise.resolve(undefined),
  };
}
