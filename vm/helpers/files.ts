import type { FileEnvironment } from '../environment/files.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { memoryArgument, sizeArgument } from './arguments.ts';

/** What programs of security modules ask of files and programs (kernel/bpf/bpf_lsm.c, kernel/trace/bpf_trace.c). */

/** The file at the address in R1; undefined with a note where the environment has none. */
function fileOf(machine: Machine, helper: string): FileEnvironment | undefined {
  const address = machine.register(1);
  const file = machine.environment.files?.find((candidate) => candidate.address === address);
  if (file === undefined) {
    const text = `no file is known at 0x${address.toString(16)}: environment.files says which there are`;
    machine.emitNote(helper, text);
  }
  return file;
}

function isPointer(machine: Machine): boolean {
  if (machine.register(1) !== 0n) return true;
  machine.fail({ kind: 'null-pointer', message: 'R1 type=scalar expected=ptr_, trusted_ptr_, rcu_ptr_' });
  return false;
}

/** helper(file or inode, dst, size): the algorithm, or a negative errno. */
function measured(id: number, name: string): Helper {
  const call = (machine: Machine): Outcome => {
    if (!isPointer(machine)) return outcome.fault;
    const size = sizeArgument(machine, 3, false);
    const to = size < 0 ? -1 : memoryArgument(machine, 2, size, 'write', 'memory');
    if (to < 0) return outcome.fault;
    const file = fileOf(machine, name);
    if (file?.hash === undefined) return machine.answer(-errno.EOPNOTSUPP);
    machine.memory.bytes.set(file.hash.subarray(0, size), to);
    return machine.answer(file.hashAlgorithm);
  };
  return { id, name, call, answer: 'environment' };
}

/** bpf_d_path(path, buf, sz): the length with the NUL. */
function path(machine: Machine): Outcome {
  if (!isPointer(machine)) return outcome.fault;
  const size = sizeArgument(machine, 3, true);
  const to = size < 0 ? -1 : memoryArgument(machine, 2, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  if (size === 0) return machine.answer(0);
  const file = fileOf(machine, 'bpf_d_path');
  if (file?.path === undefined) return machine.answer(-errno.ENOENT);
  const text = new TextEncoder().encode(file.path);
  if (text.length + 1 > size) return machine.answer(-errno.ENAMETOOLONG);
  machine.memory.bytes.set(text, to);
  machine.memory.bytes[to + text.length] = 0;
  return machine.answer(text.length + 1);
}

/** bpf_sock_from_file(file): no file of the environment is a socket. */
function socketOf(machine: Machine): Outcome {
  if (!isPointer(machine)) return outcome.fault;
  fileOf(machine, 'bpf_sock_from_file');
  return machine.answer(0);
}

/** bpf_bprm_opts_set(bprm, flags): BPF_F_BPRM_SECUREEXEC, shown as output. */
function programOptions(machine: Machine): Outcome {
  if (machine.programType !== 'lsm') {
    const message = 'program of this type cannot use helper bpf_bprm_opts_set#159';
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  if (!isPointer(machine)) return outcome.fault;
  const flags = machine.register(2);
  if (flags > 1n) return machine.answer(-errno.EINVAL);
  machine.emitOutput('bpf_bprm_opts_set', `secureexec ${flags}`);
  return machine.answer(0);
}

export const fileHelpers: readonly Helper[] = [
  measured(161, 'bpf_ima_inode_hash'),
  measured(193, 'bpf_ima_file_hash'),
  { id: 147, name: 'bpf_d_path', call: path, answer: 'environment' },
  { id: 162, name: 'bpf_sock_from_file', call: socketOf, answer: 'environment' },
  { id: 159, name: 'bpf_bprm_opts_set', call: programOptions },
];
