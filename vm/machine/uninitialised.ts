import type { FaultAccess, FaultCause } from './fault.ts';
import { stackSize, stacks } from './layout.ts';
import { registerSet } from './written.ts';

/** The faults of strict machines, in the words of the kernel's verifier, with what to do about them. */

const switchOff = 'or switch strict off ("strict" in the launch configuration, --strict on the command line)';

/** A read of a register that nothing was written to (check_reg_arg of kernel/bpf/verifier.c). */
export function uninitialisedRegister(register: number): FaultCause {
  const isArgument = ((1 << register) & registerSet.arguments) !== 0;
  const why = isArgument ? 'was not written, or not since the last call' : 'was not written';
  return registerFault(`R${register} !read_ok`, `r${register} ${why}; initialise it before`);
}

/** An exit of a program, or of a callback (prepare_func_exit), that has not written r0. */
export function uninitialisedReturn(ofCallback: boolean): FaultCause {
  const words = ofCallback ? 'R0 not a scalar value' : 'R0 !read_ok';
  return registerFault(words, 'r0 is what the function returns, and was not written; initialise it before');
}

function registerFault(words: string, advice: string): FaultCause {
  return { kind: 'uninitialised-register', message: `${words}: strict mode: ${advice}, ${switchOff}` };
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
