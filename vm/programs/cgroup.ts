import { attempt } from '../base/problem.ts';
import { beginCgroup, cgroupState } from '../helpers/cgroup-state.ts';
import type { ContextStore, Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import {
  contextBase,
  contextInput,
  fieldMap,
  makeContext,
  readFields,
  refuse,
  storeSized,
  withoutPacket,
  writeField,
} from './context.ts';
import type { ContextField, ProgramFamily, RunInput } from './family.ts';

/**
 * Programs that let a cgroup's processes do something or not (kernel/bpf/cgroup.c). BPF_PROG_TEST_RUN does not run them:
 * the context that is given is what they get. `retval` of the context that comes back is what the hook returns.
 */
interface CgroupType {
  readonly name: string;
  readonly contextStruct: string;
  /** Of 4 bytes each. */
  readonly members: readonly string[];
  readonly writable: readonly string[];
}

function cgroupFamily({ name, contextStruct, members, writable }: CgroupType): ProgramFamily {
  const contextFields: readonly ContextField[] = members.map((member, i) => {
    return { name: member, offset: 4 * i, size: 4, count: 1, writable: writable.includes(member) };
  });
  const fields = fieldMap(contextFields);
  const store: ContextStore = (machine, offset, size, value) => {
    const field = contextFields.find((candidate) => candidate.offset === offset);
    if (field?.writable !== true || size !== field.size) return false;
    storeSized(machine.memory.view, contextBase(machine) + offset, size, value);
    return true;
  };
  const prepare = (machine: Machine, input: RunInput): void => {
    if (input.dataIn !== undefined) refuse('EINVAL', `a ${name} program takes no packet`);
    withoutPacket(machine);
    const base = makeContext(machine, 4 * members.length, false);
    for (const [member, [value]] of contextInput(contextStruct, fields, input.ctxIn ?? {})) {
      const field = fields.get(member);
      if (field !== undefined && value !== undefined) writeField(machine.memory.view, base, field, value);
    }
    beginCgroup(machine, machine.environment.sysctl?.newValue);
    machine.contextStore = store;
  };
  return {
    name,
    contextStruct,
    contextFields,
    takesPacket: false,
    prepare: (machine, input) => attempt(() => prepare(machine, input)),
    collect: (machine) => ({
      ctxOut: {
        ...readFields(machine.memory.view, contextBase(machine), contextFields),
        retval: hookReturn(machine),
      },
    }),
    returnName: (retval) => verdicts[retval],
  };
}

const verdicts = ['deny', 'allow'];

/** bpf_prog_run_array_cg: a program that denies makes it -EPERM where it is no error yet. */
function hookReturn(machine: Machine): number {
  const retval = machine.memory.view.getInt32(cgroupState.retval, true);
  const denied = (machine.register(0) & 0xffffffffn) === 0n;
  const isError = retval < 0 && retval >= -4095;
  return denied && !isError ? -errno.EPERM : retval;
}

export const cgroupSysctl = cgroupFamily({
  name: 'cgroup_sysctl',
  contextStruct: 'bpf_sysctl',
  members: ['write', 'file_pos'],
  writable: ['file_pos'],
});

export const cgroupDevice = cgroupFamily({
  name: 'cgroup_device',
  contextStruct: 'bpf_cgroup_dev_ctx',
  members: ['access_type', 'major', 'minor'],
  writable: [],
});
