import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { deepestStack, StackTraceMap } from '../maps/stack-trace.ts';
import { contextArgument, mapArgument, memoryArgument, sizeArgument } from './arguments.ts';
import { taskArgument } from './task.ts';

/** Stacks of the current task, which the environment gives (kernel/bpf/stackmap.c). */

const flag = { skip: 0xffn, user: 1n << 8n, fastCompare: 1n << 9n, reuse: 1n << 10n, buildId: 1n << 11n };
const addressSize = 8;

/** The stack as far as the kernel walks it; undefined where none is known. */
function stackOf(
  machine: Machine,
  flags: bigint,
  depth: number,
  helper: string,
): readonly bigint[] | undefined {
  const { task } = machine.environment;
  const user = (flags & flag.user) !== 0n;
  const stack = (user ? task?.userStack : task?.kernelStack) ?? [];
  if (stack.length === 0) {
    const member = user ? 'userStack' : 'kernelStack';
    machine.emitNote(helper, `no stack is known: environment.task.${member} says what it is`);
    return undefined;
  }
  return stack.slice(0, Math.min(depth + Number(flags & flag.skip), deepestStack));
}

/** bpf_get_stackid(ctx, map, flags) */
function stackId(machine: Machine): Outcome {
  if (!contextArgument(machine, 1)) return outcome.fault;
  const map = mapArgument(machine, 2);
  if (map === undefined) return outcome.fault;
  if (!(map instanceof StackTraceMap)) {
    const message = `cannot pass map_type ${map.linked.definition.type} into func bpf_get_stackid#27`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const flags = machine.register(3);
  if ((flags & ~(flag.skip | flag.user | flag.fastCompare | flag.reuse)) !== 0n)
    return machine.answer(-errno.EINVAL);
  const stack = stackOf(machine, flags, map.depth, 'bpf_get_stackid');
  const skip = Number(flags & flag.skip);
  if (stack === undefined || stack.length <= skip) return machine.answer(-errno.EFAULT);
  const fastCompare = (flags & flag.fastCompare) !== 0n;
  const reuse = (flags & flag.reuse) !== 0n;
  return machine.answer(map.put(stack.slice(skip), { fastCompare, reuse }));
}

/** What bpf_get_stack and bpf_get_task_stack do with the buffer in R2, its size in R3 and the flags in R4. */
function intoBuffer(machine: Machine, helper: string): Outcome {
  const size = sizeArgument(machine, 3, true);
  const to = size < 0 ? -1 : memoryArgument(machine, 2, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const { bytes, view } = machine.memory;
  bytes.fill(0, to, to + size);
  const flags = machine.register(4);
  if ((flags & ~(flag.skip | flag.user | flag.buildId)) !== 0n) return machine.answer(-errno.EINVAL);
  if ((flags & flag.buildId) !== 0n) {
    if ((flags & flag.user) === 0n) return machine.answer(-errno.EINVAL);
    const message = `${helper} with BPF_F_USER_BUILD_ID: the machine does not have build ids`;
    return machine.fail({ kind: 'unsupported-helper', message });
  }
  if (size % addressSize !== 0) return machine.answer(-errno.EINVAL);
  const stack = stackOf(machine, flags, size / addressSize, helper);
  const skip = Number(flags & flag.skip);
  if (stack === undefined || stack.length < skip) return machine.answer(-errno.EFAULT);
  const taken = stack.slice(skip, skip + size / addressSize);
  taken.forEach((address, i) => view.setBigUint64(to + i * addressSize, address, true));
  return machine.answer(taken.length * addressSize);
}

export const stackTraceHelpers: readonly Helper[] = [
  { id: 27, name: 'bpf_get_stackid', call: stackId, answer: 'environment' },
  {
    id: 67,
    name: 'bpf_get_stack',
    answer: 'environment',
    call: (machine) => (contextArgument(machine, 1) ? intoBuffer(machine, 'bpf_get_stack') : outcome.fault),
  },
  {
    id: 141,
    name: 'bpf_get_task_stack',
    answer: 'environment',
    call: (machine) =>
      taskArgument(machine, 1) === undefined ? outcome.fault : intoBuffer(machine, 'bpf_get_task_stack'),
  },
];
