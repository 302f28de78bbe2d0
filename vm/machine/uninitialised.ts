import type { FaultAccess, FaultCause } from './fault.ts';
import { stackSize, stacks } from './layout.ts';
import { registerSet } from './written.ts';

/** The faults of strict machines, in the words of the kernel's verifier, with what to do about them. */

const switchOff = 'or switch strict off ("strict" in the launch configuration, --strict on the command line)';

/** A read of a register that nothing was written to (check_reg_arg of kernel/bpf/verifier.c). */
export function uninitialisedRegister(register: number, atExit: boolean): FaultCause {
  const isArgument = ((1 << register) & registerSet.arguments) !== 0;
  const why = isArgument ? 'was not written, or not since the last call' : 'was not written';
  const read = atExit ? `the function returns r0, which ${why}` : `r${register} ${why}`;
  const message = `R${register} !read_ok: strict mode: ${read}; initialise it before, ${switchOff}`;
  return { kind: 'uninitialised-register', message };
}

/**
 * A read of stack bytes that nothing was written to (check_stack_range_initialized): the first of them is `first` bytes
 * into the access, which is at the linear offset `linear`.
 */
export function uninitialisedStack(access: FaultAccess, linear: number, first: number): FaultCause {
  const { register, size } = access;
  const name = register === undefined ? 'address' : `R${register}`;
  const offset = ((linear - stacks) % stackSize) - stackSize;
  const place = `invalid read from stack ${name} off ${offset}+${first} size ${size}`;
  const why = `the byte at r10${offset + first} of its function was not written`;
  const message = `${place}: strict mode: ${why}; initialise it before, ${switchOff}`;
  return { kind: 'uninitialised-stack', message, access };
}
