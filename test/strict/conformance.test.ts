import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { start } from '../../cli/conformance-plugin.ts';
import { expectOk } from '../../vm/base/problem.ts';
import { finishRun } from '../../vm/inputs/run-scenario.ts';
import { assemble } from '../../vm/isa/assemble.ts';
import { parseDataFile } from '../conformance/data-file.ts';

/** Programs of bpf_conformance in strict mode. None of them reads what was never written: all give what they give without. */

const directory = process.env['BPF_CONFORMANCE_DIR'];
const names = directory === undefined ? [] : readdirSync(directory).filter((name) => name.endsWith('.data'));
if (names.length === 0)
  console.warn(
    'BPF_CONFORMANCE_DIR names no .data files: the conformance programs are not run in strict mode',
  );

describe.skipIf(names.length === 0)('programs of bpf_conformance', () => {
  it.each(names)('%s', async (name) => {
    const file = parseDataFile(readFileSync(join(directory ?? '', name), 'utf8'));
    const code = file.raw ?? expectOk(assemble(file.asm ?? ''));
    const vm = start(code, file.mem ?? new Uint8Array(), { strict: true });
    await finishRun(vm, { cycleLimit: 1_000_000 });
    const { r0, fault } = vm.result();
    expect(vm.machine.written).toBeDefined();
    if (file.result === undefined) {
      expect(fault?.kind).not.toMatch(/^uninitialised-/);
      expect(fault).toBeDefined();
    } else {
      expect(fault).toBeUndefined();
      expect(r0).toBe(file.result);
    }
  });
});
