import { attempt, raise } from '../base/problem.ts';
import type { ContextField, ProgramFamily } from './family.ts';
import { contextInput, fieldMap, makeContext, refuse, withoutPacket, writeField } from './context.ts';

/** MAX_BPF_FUNC_ARGS of include/linux/bpf.h. */
const maximumArguments = 12;
const args: ContextField = { name: 'args', offset: 0, size: 8, count: maximumArguments, writable: false };
const fields = fieldMap([args]);

/** BPF_PROG_TYPE_RAW_TRACEPOINT: the context is an array of u64, `{ "args": [1, 2] }`. Without one r1 is NULL, as in bpf_prog_test_run_raw_tp. */
function family(name: string): ProgramFamily {
  return {
    name,
    contextStruct: 'bpf_raw_tracepoint_args',
    contextFields: [args],
    takesPacket: false,
    prepare: (machine, input) =>
      attempt(() => {
        if (input.dataIn !== undefined) refuse('EINVAL', `a ${name} program takes no packet`);
        withoutPacket(machine);
        machine.contextStore = () => false;
        const given = input.ctxIn && contextInput('bpf_raw_tracepoint_args', fields, input.ctxIn);
        const values = given?.get('args') ?? [];
        if (input.ctxIn !== undefined && given?.has('args') !== true)
          raise('bad-context', 'the context of a raw tracepoint is given as {"args": [...]}');
        if (values.length === 0) return;
        const base = makeContext(machine, 8 * values.length, false);
        values.forEach((value, i) => writeField(machine.memory.view, base, args, value, i));
      }),
    collect: () => ({}),
    returnName: () => undefined,
  };
}

export const rawTracepoint = family('raw_tracepoint');
export const rawTracepointWritable = family('raw_tracepoint_writable');
