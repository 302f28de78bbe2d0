import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { mapFlag } from '../maps/flags.ts';
import { errno } from '../maps/errno.ts';
import { memoryArgument, sizeArgument } from './arguments.ts';

/** Numbers and comparisons of text (kernel/bpf/helpers.c, lib/kstrtox.c). */

const baseMask = 0x1fn;
/** Characters of a number that are looked at, without the NUL. */
const longestNumber = 63;

interface Parsed {
  /** Characters, with blanks and sign in front; or a negative errno. */
  readonly consumed: number;
  readonly negative: boolean;
  readonly value: bigint;
}

const failedWith = (consumed: number): Parsed => ({ consumed, negative: false, value: 0n });
const isSpace = (c: number | undefined): boolean =>
  c !== undefined && (c === 32 || c === 0xa0 || (c >= 9 && c <= 13));

function digitOf(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : 99;
}

/** As __bpf_strtoull: blanks, a sign, digits of the base; what follows them does not count. */
export function parseNumber(text: Uint8Array, flags: bigint): Parsed {
  const given = Number(flags & baseMask);
  if (![0, 8, 10, 16].includes(given) || (flags & ~baseMask) !== 0n) return failedWith(-errno.EINVAL);
  let at = 0;
  while (isSpace(text[at])) at++;
  const negative = text[at] === 45;
  if (negative) at++;
  if (at >= text.length) return failedWith(-errno.EINVAL);
  const digits = text.subarray(at, at + longestNumber);
  const prefixed = digits[0] === 48 && ((digits[1] ?? 0) | 0x20) === 120;
  const hexadecimal = prefixed && digitOf(digits[2] ?? 0) < 16;
  const base = given !== 0 ? given : digits[0] !== 48 ? 10 : hexadecimal ? 16 : 8;
  const start = base === 16 && prefixed ? 2 : 0;
  let end = start;
  let value = 0n;
  for (; end < digits.length && digitOf(digits[end] ?? 0) < base; end++)
    value = value * BigInt(base) + BigInt(digitOf(digits[end] ?? 0));
  if (value >= 1n << 64n) return failedWith(-errno.ERANGE);
  if (end === start) return failedWith(-errno.EINVAL);
  return { consumed: at + end, negative, value };
}

/** helper(buf, buf_len, flags, res): the number goes to `res`, which is 0 where there is none. */
function parsing(id: number, name: string, convert: (parsed: Parsed) => bigint | number): Helper {
  const call = (machine: Machine): Outcome => {
    const size = sizeArgument(machine, 2, false);
    const at = size < 0 ? -1 : memoryArgument(machine, 1, size, 'read', 'memory');
    if (at < 0) return outcome.fault;
    const to = memoryArgument(machine, 4, 8, 'write', 'memory');
    if (to < 0) return outcome.fault;
    const parsed = parseNumber(machine.memory.bytes.slice(at, at + size), machine.register(3));
    machine.memory.view.setBigUint64(to, 0n, true);
    if (parsed.consumed < 0) return machine.answer(parsed.consumed);
    const value = convert(parsed);
    if (typeof value === 'number') return machine.answer(value);
    machine.memory.view.setBigUint64(to, BigInt.asUintN(64, value), true);
    return machine.answer(parsed.consumed);
  };
  return { id, name, call };
}

function toSigned({ negative, value }: Parsed): bigint | number {
  // The lowest number has no positive counterpart, and -0 is no error.
  const limit = negative ? 1n << 63n : (1n << 63n) - 1n;
  return value > limit ? -errno.ERANGE : negative ? -value : value;
}

/** Linear offset and length of the text in `register`, which has to lie in read-only data; undefined with a fault. */
export function constantText(
  machine: Machine,
  register: number,
): { readonly at: number; readonly length: number } | undefined {
  const place = machine.regions.locate(machine.register(register));
  const map = place?.region.kind === 'map_value' ? machine.maps[place.region.owner] : undefined;
  const refused = (message: string): undefined => {
    machine.fail({ kind: 'refused-by-kernel', message });
    return undefined;
  };
  if (place === undefined || map === undefined) {
    const found = place?.region.kind === 'stack' ? 'fp' : 'scalar';
    machine.fail({ kind: 'helper-argument', message: `R${register} type=${found} expected=map_value` });
    return undefined;
  }
  if ((map.linked.definition.flags & mapFlag.RDONLY_PROG) === 0) {
    refused(`R${register} does not point to a readonly map'`);
    return;
  }
  const { region, offset } = place;
  if (offset < 0 || offset >= region.size) {
    refused(`R${register} points outside of ${map.name}`);
    return;
  }
  const at = region.base + offset;
  const length = machine.memory.bytes.subarray(at, region.base + region.size).indexOf(0);
  if (length < 0) {
    refused('string is not zero-terminated');
    return;
  }
  machine.accessListener?.(at, length + 1, 'read');
  return { at, length };
}

/** bpf_strncmp(s1, s1_sz, s2) */
function compare(machine: Machine): Outcome {
  const size = sizeArgument(machine, 2, false);
  const first = size < 0 ? -1 : memoryArgument(machine, 1, size, 'read', 'memory');
  if (first < 0) return outcome.fault;
  const second = constantText(machine, 3);
  if (second === undefined) return outcome.fault;
  const { bytes } = machine.memory;
  for (let i = 0; i < size; i++) {
    const a = bytes[first + i] ?? 0;
    const b = bytes[second.at + i] ?? 0;
    if (a !== b) return machine.answer(a < b ? -1 : 1);
    if (a === 0) break;
  }
  return machine.answer(0);
}

export const stringHelpers: readonly Helper[] = [
  parsing(105, 'bpf_strtol', toSigned),
  parsing(106, 'bpf_strtoul', ({ negative, value }) => (negative ? -errno.EINVAL : value)),
  { id: 182, name: 'bpf_strncmp', call: compare },
];
