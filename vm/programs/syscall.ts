import { attempt, raise } from '../base/problem.ts';
import type { Machine } from '../machine/machine.ts';
import { contextBase, familyState, makeContext, refuse, withoutPacket } from './context.ts';
import type { ContextValues, ProgramFamily } from './family.ts';

const maximumSize = 0xffff;

/**
 * BPF_PROG_TYPE_SYSCALL: the context is memory that the caller and the program define, `{ "bytes": [1, 2, 3] }`; without one r1 is NULL.
 * As bpf_prog_test_run_syscall, which copies it back in place.
 */
export const syscall: ProgramFamily = {
  name: 'syscall',
  contextStruct: undefined,
  contextFields: [],
  takesPacket: false,
  prepare: (machine, input) =>
    attempt(() => {
      if (input.dataIn !== undefined) refuse('EINVAL', 'a syscall program takes no packet');
      withoutPacket(machine);
      const bytes = contextBytes(input.ctxIn ?? { bytes: [] });
      if (bytes.length > maximumSize)
        refuse('EINVAL', `a context of ${bytes.length} bytes is longer than ${maximumSize}`);
      machine.contextStore = () => false;
      machine.memory.view.setUint32(familyState.kept, bytes.length, true);
      if (bytes.length === 0) return;
      const base = makeContext(machine, bytes.length, true);
      machine.memory.bytes.set(bytes, base);
    }),
  collect: (machine) => ({ ctxOut: { bytes: [...contextAfter(machine)] } }),
  returnName: () => undefined,
};

function contextBytes(context: ContextValues): readonly number[] {
  const { bytes, ...others } = context;
  const [other] = Object.keys(others);
  if (other !== undefined || !Array.isArray(bytes))
    raise('bad-context', `the context of a syscall program is given as bytes, not as ${other ?? 'a number'}`);
  const list: readonly number[] = bytes;
  const wrong = list.find((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255);
  if (wrong !== undefined) raise('bad-context', `${wrong} in the context is not a byte`);
  return list;
}

function contextAfter(machine: Machine): Uint8Array {
  const size = machine.memory.view.getUint32(familyState.kept, true);
  const base = contextBase(machine);
  return machine.memory.bytes.slice(base, base + size);
}
