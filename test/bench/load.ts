import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import { expectOk } from '../../vm/base/problem.ts';
import { Random } from '../../vm/engine/testing/random.ts';
import { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { defaultEnvironment } from '../../vm/environment/environment.ts';
import { encodeAll, makeInstruction } from '../../vm/isa/encode.ts';
import type { Instruction } from '../../vm/isa/row.ts';
import { findRow } from '../../vm/isa/table.ts';
import { link } from '../../vm/object/link/link.ts';
import { readObject } from '../../vm/object/read-object.ts';
import { buildElf } from '../../vm/object/testing/build-elf.ts';
import { encodeMessage, MessageReader } from '../dap/wire.ts';
import { cpuTime } from './subject.ts';

/** What it takes until a program can be stepped, and what it takes to have a big one. */

const bigProgram = 128_000;

function row(name: string, operands: Parameters<typeof makeInstruction>[1] = {}): Instruction {
  const found = findRow(name);
  if (found === undefined) throw new Error(`no row ${name}`);
  return makeInstruction(found, operands);
}

/** An object with an XDP program of so many instructions: arithmetic, accesses of the stack, a jump every few of them. */
export function bigObject(instructions: number): Uint8Array {
  const random = new Random(instructions);
  const body: Instruction[] = Array.from({ length: 10 }, (_, dst) => row('mov64_imm', { dst, imm: dst }));
  while (body.length < instructions - 2) {
    const dst = random.below(8);
    const left = instructions - 2 - body.length;
    const choice = random.below(10);
    if (choice < 2) body.push(row('ldxdw', { dst, src: 10, off: -8 * (1 + random.below(60)) }));
    else if (choice < 4) body.push(row('stxw', { dst: 10, src: dst, off: -8 * (1 + random.below(60)) }));
    else if (choice < 6)
      body.push(row('jgt64_imm', { dst, imm: random.below(100), off: random.below(Math.min(left, 30)) }));
    else if (choice < 8) body.push(row('add64_reg', { dst, src: random.below(8) }));
    else body.push(row('xor32_imm', { dst, imm: random.below(1000) }));
  }
  const bytes = encodeAll([...body, row('mov64_imm', { dst: 0, imm: 2 }), row('exit')]);
  const code = { name: 'xdp', bytes, code: true };
  return buildElf([code], [{ name: 'big', section: 'xdp', size: bytes.length, type: 'func' }]);
}

function machineOf(object: Uint8Array, warmUp: number): VirtualMachine {
  const read = expectOk(readObject(object, 'big.bpf.o'));
  const vm = expectOk(VirtualMachine.create(expectOk(link(read)), defaultEnvironment, { warmUp }));
  const [program] = read.programs;
  if (program === undefined) throw new Error('the object has no program');
  expectOk(vm.startRun(program));
  return vm;
}

/** CPU milliseconds from the machine to the end of its first run, without what the same takes interpreted. */
function compileTime(object: Uint8Array): number {
  const vm = machineOf(object, 0);
  const start = cpuTime();
  vm.run(1000);
  return cpuTime() - start;
}

function wallTime(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

export async function loadRows(root: string, scratch: string): Promise<string[]> {
  const small = bigObject(1000);
  const cold = compileTime(small);
  const warm = Math.min(...Array.from({ length: 40 }, () => compileTime(small)));
  const big = bigObject(bigProgram);
  const compiled = compileTime(big);
  const ready = Math.min(...[1, 2, 3].map(() => wallTime(() => void machineOf(big, 256).run(1))));
  const vm = machineOf(big, 256);
  const save = Math.min(...Array.from({ length: 10 }, () => wallTime(() => void vm.save())));
  const saved = vm.save();
  const restore = Math.min(...Array.from({ length: 10 }, () => wallTime(() => vm.restore(saved))));
  const megabytes = (saved.memory.length / 2 ** 20).toFixed(1);
  const adapter = await adapterWith(root, scratch, big);
  return [
    `compiling 1,000 instructions: ${cold.toFixed(1)} ms CPU the first time, ${warm.toFixed(1)} ms later; ` +
      `of ${bigProgram}: ${(compiled / (bigProgram / 1000)).toFixed(2)} ms a thousand`,
    `${bigProgram} instructions: ready to step in ${ready.toFixed(0)} ms; ` +
      `saving ${megabytes} MB ${save.toFixed(2)} ms, restoring ${restore.toFixed(2)} ms`,
    adapter,
  ];
}

/** The adapter as it ships, over stdio, up to the first stop. */
async function adapterWith(root: string, scratch: string, object: Uint8Array): Promise<string> {
  const path = join(scratch, 'big.bpf.o');
  writeFileSync(path, object);
  execFileSync(process.execPath, ['tools/build.mjs', 'adapter'], { cwd: root, stdio: 'pipe' });
  const { milliseconds, megabytes } = await firstStop(join(root, 'dist/adapter.cjs'), path);
  const memory = megabytes === undefined ? '' : `, ${megabytes.toFixed(0)} MB resident`;
  return `the adapter with ${bigProgram} instructions: first stop ${milliseconds.toFixed(0)} ms after its start${memory}`;
}

export interface FirstStop {
  readonly milliseconds: number;
  /** Resident memory of the process; undefined where the system does not say. */
  readonly megabytes: number | undefined;
}

export function firstStop(adapter: string, object: string): Promise<FirstStop> {
  const start = performance.now();
  const child = spawn(process.execPath, [adapter], { stdio: ['pipe', 'pipe', 'inherit'] });
  let seq = 0;
  const request = (command: string, args: object): void => {
    const message: Dap.Request = { seq: ++seq, type: 'request', command, arguments: args };
    child.stdin.write(encodeMessage(message));
  };
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => {
      reject(new Error('the adapter ended'));
    });
    const reader = new MessageReader((message) => {
      // What the adapter sends is what the protocol says.
      const { type, event, command, success } = message as Dap.Event & Dap.Response;
      if (type === 'response' && !success) reject(new Error(`${command} failed`));
      if (event === 'initialized') request('configurationDone', {});
      if (event === 'stopped') request('stackTrace', { threadId: 1 });
      if (type !== 'response' || command !== 'stackTrace') return;
      resolve({ milliseconds: performance.now() - start, megabytes: residentMegabytes(child.pid) });
      child.removeAllListeners('exit');
      child.kill();
    });
    child.stdout.on('data', (chunk: Buffer) => {
      reader.push(chunk);
    });
    request('initialize', {
      adapterID: 'bpf',
      linesStartAt1: true,
      columnsStartAt1: true,
      pathFormat: 'path',
    });
    request('launch', { object, program: 'big', stopOnEntry: true });
  });
}

function residentMegabytes(pid = 0): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
