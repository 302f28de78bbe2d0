import type { FaultKind } from '../../../vm/machine/fault.ts';

/** What the kernel does where this kind of fault happens, and what helps. */
export const faultHints: Readonly<Record<FaultKind, { readonly kernel: string; readonly hint: string }>> = {
  'null-pointer': {
    kernel: 'The verifier refuses the program: the pointer may be NULL.',
    hint: 'Compare the pointer with NULL first, as what bpf_map_lookup_elem returns.',
  },
  'invalid-access': {
    kernel: 'The verifier refuses the program, in the words above.',
    hint: 'Compare with the end (data_end, the size of the value) before the access.',
  },
  'write-forbidden': {
    kernel: 'The verifier refuses the program: this memory may be read only.',
    hint: 'Write to a copy, or use the helper that changes it.',
  },
  'released-memory': {
    kernel: 'The verifier refuses the program: what the pointer meant is gone.',
    hint: 'Get the pointer anew after what has released it.',
  },
  'call-depth': {
    kernel: 'The verifier refuses programs whose calls go deeper than 8 frames.',
    hint: 'Inline functions, or make the chain of calls shorter.',
  },
  'invalid-instruction': {
    kernel: 'The verifier refuses the program: there is no such instruction.',
    hint: 'Compile for a cpu (-mcpu) that the kernel knows.',
  },
  'end-of-code': {
    kernel: 'The verifier refuses the program: its last instruction is not an exit or a jump.',
    hint: 'Return from the function on every path.',
  },
  'helper-argument': {
    kernel: 'The verifier refuses the call: an argument is not of the type that the helper expects.',
    hint: 'Look at r1 to r5 beside the signature of the helper.',
  },
  'unsupported-helper': {
    kernel: 'The kernel may have this helper; the machine does not.',
    hint: 'docs/helpers.md lists what there is.',
  },
  'unsupported-kfunc': {
    kernel: 'The kernel may have this function; the machine does not.',
    hint: 'docs/helpers.md lists what there is.',
  },
  'unsupported-instruction': {
    kernel: 'The kernel may have this instruction; the machine does not.',
    hint: 'Compile for another cpu (-mcpu).',
  },
  'unsupported-map': {
    kernel: 'The kernel has this type of map; the machine does not.',
    hint: 'README.md says which types there are.',
  },
  'refused-by-kernel': {
    kernel: 'The verifier refuses the program, in the words above.',
    hint: 'docs/kernel-rules.md has the rules; "kernelRules": false lets the program go on.',
  },
  deadlock: {
    kernel: 'The CPU would wait for itself.',
    hint: 'Release the lock before it is taken again.',
  },
  'cycle-limit': {
    kernel: 'The verifier refuses loops that it cannot see an end of; others it lets run.',
    hint: '"cycleLimit" of the launch configuration is the limit of this debugger.',
  },
  'out-of-memory': {
    kernel: 'Allocations fail with -ENOMEM.',
    hint: 'The machine has less memory than a kernel: make maps smaller.',
  },
  'uninitialised-register': {
    kernel: 'The verifier refuses the program: R!read_ok.',
    hint: 'Give the variable a value on every path.',
  },
  'uninitialised-stack': {
    kernel: 'The verifier refuses the program to those without privileges: invalid read from stack.',
    hint: 'Write all bytes, also the padding of structs that are keys or values.',
  },
};
