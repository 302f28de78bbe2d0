import { fromHex } from '../vm/base/bytes.ts';
import { attempt, expectOk, raise, type Result } from '../vm/base/problem.ts';
import type { EngineOptions } from '../vm/engine/engine.ts';
import { VirtualMachine } from '../vm/engine/virtual-machine.ts';
import { defaultEnvironment } from '../vm/environment/environment.ts';
import { finishRun } from '../vm/inputs/run-scenario.ts';
import { bareProgram } from '../vm/object/bare-program.ts';
import type { FunctionSymbol } from '../vm/object/program-object.ts';

/**
 * The plugin protocol of bpf_conformance: a program as hex bytes, memory as hex bytes; the program gets the memory's
 * address in r1 and its length in r2, and the answer is r0 in hex without 0x.
 */
export async function runConformanceProgram(programHex: string, memoryHex: string): Promise<Result<string>> {
  const started = attempt(() => start(hexOf(programHex, 'the program'), hexOf(memoryHex, 'the memory')));
  if (!started.ok) return started;
  const vm = started.value;
  await finishRun(vm);
  return attempt(() => {
    const { fault, r0 } = vm.result();
    if (fault !== undefined) raise(fault.kind, `instruction ${fault.slot}: ${fault.message}`);
    return r0.toString(16);
  });
}

function hexOf(text: string, what: string): Uint8Array {
  return fromHex(text) ?? raise('bad-hex', `${what} is given as pairs of hex digits`);
}

/** The machine at cycle 0 of the program. */
export function start(code: Uint8Array, memory: Uint8Array, options: EngineOptions = {}): VirtualMachine {
  if (code.length === 0 || code.length % 8 !== 0)
    raise('bad-program', `the program has ${code.length} bytes, not a multiple of 8`);
  const main = { ...entry, size: code.length, firstSlot: 0, slots: code.length / 8 };
  const vm = expectOk(
    VirtualMachine.create(bareProgram(code, sectionName, [main]), defaultEnvironment, options),
  );
  expectOk(vm.startRun(entry, { ctxIn: { bytes: Array.from(memory) } }));
  vm.machine.setRegister(2, BigInt(memory.length));
  return vm;
}

/** The syscall type: its context is memory that the program may write. */
const sectionName = 'syscall';
const entry: FunctionSymbol = {
  name: 'main',
  section: 1,
  sectionName,
  offset: 0,
  size: 8,
  global: true,
  btfId: undefined,
};
