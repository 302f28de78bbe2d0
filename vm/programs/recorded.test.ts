import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../base/bytes.ts';
import { expectOk } from '../base/problem.ts';
import { VirtualMachine } from '../engine/virtual-machine.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { link } from '../object/link/link.ts';
import { readObject } from '../object/read-object.ts';
import { selectProgram } from '../object/select-program.ts';
import type { ContextValues } from './family.ts';
import { skBuffFields } from './sk-buff.ts';
import { writeField } from './context.ts';

/** One call of BPF_PROG_TEST_RUN, recorded by testdata/record.mjs; zeros at the end of `seen` and `ctxOut` are cut. */
interface Recorded {
  readonly program: string;
  readonly dataIn: string;
  readonly ctxIn?: ContextValues;
  readonly refused?: boolean;
  readonly retval: number;
  readonly dataOut: string;
  /** Value of the map that the program copies what it reads into. */
  readonly seen: string;
  readonly ctxOut?: string;
}

const folder = new URL('testdata/', import.meta.url);
const name = 'contexts.bpf.o';
const object = expectOk(readObject(new Uint8Array(readFileSync(new URL(name, folder))), name));
const program = expectOk(link(object));
const cases = readFileSync(new URL('contexts.jsonl', folder), 'utf8')
  .trim()
  .split('\n')
  .map((line, i) => ({ ...(JSON.parse(line) as Recorded), label: `${i}` }));

function cut(hex: string): string {
  return hex.replace(/(00)+$/, '');
}

function contextBytes(program: string, values: ContextValues): string {
  const bytes = new Uint8Array(192);
  const view = new DataView(bytes.buffer);
  for (const [field, value] of Object.entries(values)) {
    const list = typeof value === 'object' ? value : [value];
    const place = program === 'read_xdp' ? undefined : skBuffFields.get(field);
    const offset = { data: 0, data_end: 4, ingress_ifindex: 12, rx_queue_index: 16 }[field] ?? 0;
    list.forEach((number, i) => {
      if (place) writeField(view, 0, place, BigInt(number), i);
      else view.setUint32(offset, Number(number), true);
    });
  }
  return cut(toHex(bytes));
}

it('has runs of every program, refused ones too', () => {
  expect(cases.length).toBeGreaterThan(200);
  expect(cases.filter(({ refused }) => refused).length).toBeGreaterThan(20);
  expect(new Set(cases.map((one) => one.program)).size).toBe(object.programs.length);
});

it.each(cases)('$label $program does as in the kernel', (recorded) => {
  const vm = expectOk(VirtualMachine.create(program, defaultEnvironment));
  const { dataIn, ctxIn } = recorded;
  const input = { dataIn: fromHex(dataIn) ?? new Uint8Array(), ...(ctxIn && { ctxIn }) };
  const started = vm.startRun(expectOk(selectProgram(object, recorded.program)), input);
  expect(started.ok).toBe(recorded.refused !== true);
  if (!started.ok) return;
  vm.run(100_000);
  const { retval, dataOut, ctxOut, fault } = vm.result();
  expect(fault).toBeUndefined();
  expect(retval).toBe(recorded.retval);
  expect(toHex(dataOut ?? new Uint8Array())).toBe(recorded.dataOut);
  const address = vm.machine.maps[0]?.elements(0, 1)[0]?.valueAddresses[0] ?? 0n;
  const { linear = 0 } = vm.machine.regions.peek(address) ?? {};
  expect(cut(toHex(vm.machine.memory.bytes.slice(linear, linear + 384)))).toBe(recorded.seen);
  if (recorded.ctxOut !== undefined)
    expect(contextBytes(recorded.program, ctxOut ?? {})).toBe(recorded.ctxOut);
});
