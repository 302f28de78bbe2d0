import { attempt, raise } from '../base/problem.ts';
import type { Machine } from '../machine/machine.ts';
import type { ContextField, ContextValues, ProgramFamily } from './family.ts';
import {
  contextBase,
  contextInput,
  familyState,
  fieldMap,
  makeContext,
  refuse,
  withoutPacket,
  writeField,
} from './context.ts';

/**
 * Programs that the kernel runs for events. BPF_PROG_TEST_RUN does not take a context for them: the scenario's `ctxIn`
 * is what they get, by name or as bytes, and zeros where it says nothing.
 */

/** Arguments, and the return value behind them, that a function may have. */
const mostWords = 13;
const args: ContextField = { name: 'args', offset: 0, size: 8, count: mostWords, writable: false };
const argsOnly = fieldMap([args]);

/** BPF_PROG_TYPE_TRACING and _LSM: u64 arguments `{ "args": [1, 2] }`; behind them, for fexit, what the function returns. */
function withArguments(name: string): ProgramFamily {
  return {
    name,
    contextStruct: undefined,
    contextFields: [args],
    takesPacket: false,
    prepare: (machine, input) =>
      attempt(() => {
        begin(machine, name, input.dataIn);
        const given = contextInput('the context', argsOnly, input.ctxIn ?? {}).get('args') ?? [];
        const base = makeContext(machine, 8 * given.length, false);
        given.forEach((value, i) => writeField(machine.memory.view, base, args, value, i));
      }),
    collect: () => ({}),
    returnName: () => undefined,
  };
}

/** struct pt_regs on x86-64. */
const registers: readonly ContextField[] = [
  'r15',
  'r14',
  'r13',
  'r12',
  'bp',
  'bx',
  'r11',
  'r10',
  'r9',
  'r8',
  'ax',
  'cx',
  'dx',
  'si',
  'di',
  'orig_ax',
  'ip',
  'cs',
  'flags',
  'sp',
  'ss',
].map((name, i) => ({ name, offset: 8 * i, size: 8, count: 1, writable: false }));

/** struct bpf_perf_event_data */
const perfEventData: readonly ContextField[] = [
  ...registers,
  ...['sample_period', 'addr'].map((name, i) => ({
    name,
    offset: 8 * (registers.length + i),
    size: 8,
    count: 1,
    writable: false,
  })),
];

function withFields(name: string, struct: string, contextFields: readonly ContextField[]): ProgramFamily {
  const fields = fieldMap(contextFields);
  const size = 8 * contextFields.length;
  return {
    name,
    contextStruct: struct,
    contextFields,
    takesPacket: false,
    prepare: (machine, input) =>
      attempt(() => {
        begin(machine, name, input.dataIn);
        const context = input.ctxIn ?? {};
        const bytes = 'bytes' in context ? bytesOf(context, name) : undefined;
        if (bytes !== undefined && bytes.length !== size)
          raise('bad-context', `struct ${struct} has ${size} bytes, not ${bytes.length}`);
        const given =
          bytes === undefined ? contextInput(struct, fields, context) : new Map<string, bigint[]>();
        const base = makeContext(machine, size, false);
        if (bytes !== undefined) machine.memory.bytes.set(bytes, base);
        const { view } = machine.memory;
        for (const field of contextFields) {
          const value = given.get(field.name)?.[0];
          if (value !== undefined) writeField(view, base, field, value);
        }
      }),
    collect: () => ({}),
    returnName: () => undefined,
  };
}

function begin(machine: Machine, name: string, packet: Uint8Array | undefined): void {
  if (packet !== undefined) refuse('EINVAL', `a ${name} program takes no packet`);
  withoutPacket(machine);
  machine.contextStore = () => false;
  machine.memory.view.setUint32(familyState.kept, 0, true);
}

function bytesOf(context: ContextValues, name: string): readonly number[] {
  const { bytes, ...others } = context;
  const [other] = Object.keys(others);
  const list: readonly unknown[] = Array.isArray(bytes) ? bytes : [];
  const valid = list.every(
    (byte) => typeof byte === 'number' && Number.isInteger(byte) && byte >= 0 && byte <= 255,
  );
  if (other !== undefined || !Array.isArray(bytes) || !valid)
    raise('bad-context', `the context of a ${name} program is given as bytes, not as ${other ?? 'a number'}`);
  return list.map(Number);
}

/** BPF_PROG_TYPE_TRACEPOINT: the event's record as bytes, or as members of the struct that the program takes. */
export const tracepoint: ProgramFamily = {
  name: 'tracepoint',
  contextStruct: undefined,
  contextFields: [],
  takesPacket: false,
  prepare: (machine, input) =>
    attempt(() => {
      begin(machine, 'tracepoint', input.dataIn);
      const bytes = input.ctxIn === undefined ? [] : bytesOf(input.ctxIn, 'tracepoint');
      const base = makeContext(machine, bytes.length, false);
      machine.memory.bytes.set(bytes, base);
      machine.memory.view.setUint32(familyState.kept, bytes.length, true);
    }),
  collect: (machine) => {
    const size = machine.memory.view.getUint32(familyState.kept, true);
    const base = contextBase(machine);
    return { ctxOut: { bytes: [...machine.memory.bytes.slice(base, base + size)] } };
  },
  returnName: () => undefined,
};

export const tracing = withArguments('tracing');
export const lsm = withArguments('lsm');
export const kprobe = withFields('kprobe', 'pt_regs', registers);
export const perfEvent = withFields('perf_event', 'bpf_perf_event_data', perfEventData);
