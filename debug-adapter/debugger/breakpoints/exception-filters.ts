import { failed, ok, type Result } from '../../../vm/base/problem.ts';
import { errno } from '../../../vm/maps/errno.ts';
import { faultKinds, type Fault, type FaultKind } from '../../../vm/machine/fault.ts';

/** What stops by itself, in groups that can be switched on and off. */
export interface ExceptionFilter {
  readonly filter: string;
  readonly label: string;
  readonly description: string;
  /** Whether it is on where nobody has said anything. */
  readonly on: boolean;
  /** Empty: what helpers return. */
  readonly kinds: readonly FaultKind[];
  readonly conditionDescription: string;
}

const faultCondition = 'kinds of faults, or an expression: null-pointer, $r0 == 0';

export const helperErrors = 'helper-errors';

export const exceptionFilters: readonly ExceptionFilter[] = [
  {
    filter: 'memory',
    label: 'Memory faults',
    description: 'Accesses to memory that is not there, not any more, or not for the program.',
    on: true,
    kinds: ['null-pointer', 'invalid-access', 'write-forbidden', 'released-memory'],
    conditionDescription: faultCondition,
  },
  {
    filter: 'refused',
    label: 'What the kernel would refuse',
    description: 'What the verifier would not have let the program do, such as wrong arguments of a helper.',
    on: true,
    kinds: ['refused-by-kernel', 'helper-argument', 'invalid-instruction', 'end-of-code', 'deadlock'],
    conditionDescription: faultCondition,
  },
  {
    filter: 'limits',
    label: 'Limits',
    description: 'Depth of calls, cycles of a run, memory of the machine.',
    on: true,
    kinds: ['call-depth', 'cycle-limit', 'out-of-memory'],
    conditionDescription: faultCondition,
  },
  {
    filter: 'not-implemented',
    label: 'Not implemented',
    description: 'Helpers, kernel functions, instructions and map types that the machine does not have.',
    on: true,
    kinds: ['unsupported-helper', 'unsupported-kfunc', 'unsupported-instruction', 'unsupported-map'],
    conditionDescription: faultCondition,
  },
  {
    filter: 'strict',
    label: 'Strict mode',
    description:
      'Reads of registers and stack bytes that were never written, where the launch configuration asks.',
    on: true,
    kinds: ['uninitialised-register', 'uninitialised-stack'],
    conditionDescription: faultCondition,
  },
  {
    filter: helperErrors,
    label: 'Errors of helpers',
    description:
      'Stops behind a call of a helper or kernel function that gave the program a negative error number.',
    on: false,
    kinds: [],
    conditionDescription: 'errors and helpers, or an expression: EEXIST bpf_map_*, $r0 == -7',
  },
];

export function filterOf({ kind }: Fault): ExceptionFilter | undefined {
  return exceptionFilters.find(({ kinds }) => kinds.includes(kind));
}

/** What a condition of a filter lets through: words, or an expression that only a frame gives a value. */
export type FilterCondition =
  | { readonly kind: 'words'; readonly errors: readonly string[]; readonly names: readonly RegExp[] }
  | { readonly kind: 'expression'; readonly text: string };

const helperWord = /^bpf_[\w*]+$/;

/**
 * Words are names of errors, of fault kinds, and of helpers (with `*` for any characters); of each sort one has to
 * be met. Anything else is an expression.
 */
export function parseFilterCondition(text: string): Result<FilterCondition> {
  const words = text.split(/[\s,|]+/).filter((word) => word !== '');
  const isError = (word: string): boolean => Object.hasOwn(errno, word);
  const isKind = (word: string): boolean => faultKinds.some((kind) => kind === word);
  if (!words.every((word) => isError(word) || isKind(word) || helperWord.test(word)))
    return ok({ kind: 'expression', text });
  if (words.length === 0) return failed({ code: 'bad-condition', message: 'the condition is empty' });
  const names = words.filter((word) => !isError(word) && !isKind(word));
  return ok({
    kind: 'words',
    errors: words.filter((word) => isError(word) || isKind(word)),
    names: names.map((word) => new RegExp(`^${word.replaceAll('*', '.*')}$`)),
  });
}
