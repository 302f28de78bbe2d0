import { once } from 'node:events';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { formatProblem, type Problem } from '../vm/base/problem.ts';
import { relocateDataChoices, type RelocateData } from '../vm/object/link/link.ts';
import { readObject } from '../vm/object/read-object.ts';
import { listen, runOnStdio } from '../debug-adapter/server.ts';
import { compareCommand } from './compare-command.ts';
import { runConformanceProgram } from './conformance-plugin.ts';
import { disassemble, formats, type DisassemblyFormat } from './disassembly.ts';
import { exitStatus, worst, type ExitStatus } from './exit-status.ts';
import { readBytes } from './files.ts';
import { runCommand } from './run-command.ts';
import { testCommand } from './test-command.ts';

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Waits where the reader is slower. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

function printProblem(problem: Problem): ExitStatus {
  process.stderr.write(`${formatProblem(problem)}\n`);
  return exitStatus.notLoaded;
}

function numberFrom(low: number, high: number): (word: string) => number {
  return (word) => {
    const value = Number(word);
    if (!/^\d+$/.test(word) || value < low || value > high)
      throw new InvalidArgumentError(`A number from ${low} to ${high} was expected.`);
    return value;
  };
}

const cycleLimit = (): Option =>
  new Option('--cycle-limit <cycles>', 'cycles after which a run is ended as endless')
    .argParser(numberFrom(1, Number.MAX_SAFE_INTEGER))
    .default(1_000_000_000);

const strict = (): Option =>
  new Option('--strict', 'stop at reads of registers and stack bytes that were never written');

const noKernelRules = (): Option =>
  new Option('--no-kernel-rules', "do not stop at what the kernel's verifier would refuse");

const relocateData = (): Option =>
  new Option('--relocate-data <when>', 'fill in pointers in data; auto: where the kernel refuses the object')
    .choices(relocateDataChoices)
    .default('auto');

/** What runs are asked for. */
interface RunFlags {
  readonly cycleLimit: number;
  readonly strict?: boolean;
  readonly kernelRules?: boolean;
  readonly relocateData?: RelocateData;
}

const compareHelp = `
Takes Linux, root, bpftool and taskset. Programs run through BPF_PROG_TEST_RUN; none is attached, and
what was loaded is gone afterwards.

Exit status: 0 all the same, 1 something differs, 2 a scenario could not be loaded, 3 no kernel to
compare with.`;

/** Answers with the status of the process; undefined where it stays alive. */
function commandLine(finish: (status: ExitStatus) => void): Command {
  const program = new Command('ebpf-debugger')
    .description('Runs, tests and debugs BPF programs without a kernel.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });

  program
    .command('run')
    .description('run scenarios and print one JSON object a line')
    .argument('<file...>', 'scenario files')
    .addOption(cycleLimit())
    .addOption(strict())
    .addOption(noKernelRules())
    .addOption(relocateData())
    .action(async (files: string[], options: RunFlags) => {
      finish(await runCommand(files, options, write));
    });

  program
    .command('test')
    .description('run scenarios and say what differs from their expectations')
    .argument('<file...>', 'scenario files')
    .addOption(cycleLimit())
    .addOption(strict())
    .addOption(noKernelRules())
    .addOption(relocateData())
    .option('--junit <file>', 'write a JUnit report too')
    .option('--kernel', 'run them on the running kernel too (see compare)')
    .action(async (files: string[], options: RunFlags & { junit?: string; kernel?: boolean }) => {
      const tested = await testCommand(files, options, print);
      const compared = options.kernel === true ? await compareCommand(files, options, print) : tested;
      finish(worst([tested, compared]));
    });

  program
    .command('compare')
    .description('run scenarios here and on the running kernel, and say what differs')
    .argument('<file...>', 'scenario files')
    .addOption(cycleLimit())
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', compareHelp)
    .action(async (files: string[], options: { cycleLimit: number; json?: boolean }) => {
      finish(await compareCommand(files, options, print));
    });

  program
    .command('disassemble')
    .description('print the code of an object with its source lines')
    .argument('<object>', 'compiled BPF object')
    .option('--program <name>', 'only this function')
    .addOption(
      new Option('--format <format>', 'style of the instructions').choices(formats).default('kernel'),
    )
    .action(async (path: string, options: { program?: string; format: DisassemblyFormat }) => {
      finish(await disassembleCommand(path, options));
    });

  program
    .command('dap')
    .description(
      'serve the debug adapter protocol on stdin and stdout, or on a port of the loopback interface',
    )
    .option('--port <port>', 'TCP port; 0 for a free one', numberFrom(0, 65535))
    .action(async ({ port }: { port?: number }) => {
      if (port === undefined) runOnStdio();
      else process.stderr.write(`listening on 127.0.0.1:${await listen(port)}\n`);
    });

  program
    .command('conformance-plugin')
    .description('run a program of hex bytes from stdin and print r0 (plugin of bpf_conformance)')
    .argument('[memory]', 'hex bytes that r1 points to', '')
    .action(async (memory: string) => {
      const result = await runConformanceProgram(await text(process.stdin), memory);
      if (result.ok) print(result.value);
      finish(result.ok ? exitStatus.passed : printProblem(result.problem));
    });

  return program;
}

async function disassembleCommand(
  path: string,
  { program, format }: { program?: string; format: DisassemblyFormat },
): Promise<ExitStatus> {
  const bytes = await readBytes(path);
  if (!bytes.ok) return printProblem(bytes.problem);
  const object = readObject(bytes.value, basename(path));
  if (!object.ok) return printProblem(object.problem);
  const lines = disassemble(object.value, format, program);
  if (!lines.ok) return printProblem(lines.problem);
  for (const line of lines.value) print(line);
  return exitStatus.passed;
}

async function main(): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', () => process.exit());
  try {
    await commandLine((status) => (process.exitCode = status)).parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitStatus.passed : exitStatus.notLoaded;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`internal error: ${message}\n`);
    process.exitCode = exitStatus.notLoaded;
  }
}

void main();
