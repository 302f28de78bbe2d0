/** Every program of bpf_conformance assembles, decodes, and survives both printers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../vm/base/bytes.ts';
import { expectOk, formatProblem } from '../../vm/base/problem.ts';
import { assemble } from '../../vm/isa/assemble.ts';
import { decodeAll } from '../../vm/isa/decode.ts';
import { printKernel } from '../../vm/isa/print-kernel.ts';
import { printLlvm } from '../../vm/isa/print-llvm.ts';
import type { Instruction } from '../../vm/isa/row.ts';
import { parseDataFile } from './data-file.ts';

const directory = process.env['BPF_CONFORMANCE_DIR'];
if (directory === undefined)
  console.warn('BPF_CONFORMANCE_DIR is not set: no conformance programs to assemble');

const files = directory === undefined ? [] : readdirSync(directory).filter((name) => name.endsWith('.data'));

function assembled(source: string): Uint8Array {
  const result = assemble(source);
  if (!result.ok) throw new Error(formatProblem(result.problem));
  return result.value;
}

function present(instructions: readonly (Instruction | undefined)[]): Instruction[] {
  return instructions.filter((instruction) => instruction !== undefined);
}

describe.skipIf(directory === undefined)('bpf_conformance programs', () => {
  it('are there', () => expect(files.length).toBeGreaterThan(300));

  it.each(files)('%s', (name) => {
    const { asm, raw } = parseDataFile(readFileSync(join(directory!, name), 'utf8'));
    const code = assembled(asm!);
    if (raw !== undefined) expect(toHex(code)).toBe(toHex(raw));
    const instructions = present(expectOk(decodeAll(code)));
    expect(instructions.length).toBeGreaterThan(0);
    const kernel = instructions.map((instruction) => printKernel(instruction));
    expect(toHex(assembled(kernel.join('\n')))).toBe(toHex(code));
    const llvm = instructions.map((instruction) => printLlvm(instruction, 0, {}, { distinctCalls: true }));
    expect(toHex(assembled(llvm.join('\n')))).toBe(toHex(code));
  });
});
