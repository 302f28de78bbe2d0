import { decodeUtf8 } from '../base/byte-reader.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { lowHalf, memoryArgument, sizeArgument } from './arguments.ts';

/** What names of the kernel stand for (kernel/bpf/syscall.c, kernel/bpf/btf.c). */

/** BTF_KIND_* of include/uapi/linux/btf.h, as environment.names.types spells them. */
const kinds: Readonly<Record<number, string>> = {
  1: 'int',
  4: 'struct',
  5: 'union',
  6: 'enum',
  7: 'fwd',
  8: 'typedef',
  12: 'func',
  14: 'var',
  15: 'datasec',
  16: 'float',
  19: 'enum64',
};

/** Linear offset of the name in R1 and its size in R2, NUL included; undefined with a fault. */
function nameArgument(
  machine: Machine,
  empty: boolean,
): { readonly at: number; readonly size: number } | undefined {
  const size = sizeArgument(machine, 2, empty);
  const at = size < 0 ? -1 : memoryArgument(machine, 1, size, 'read', 'memory');
  return at < 0 ? undefined : { at, size };
}

/** The name; undefined where there is none, or it does not end in a NUL. */
function nameOf(
  machine: Machine,
  { at, size }: { readonly at: number; readonly size: number },
): string | undefined {
  const bytes = machine.memory.bytes.subarray(at, at + size);
  return size <= 1 || bytes[size - 1] !== 0 ? undefined : decodeUtf8(bytes.slice(0, bytes.indexOf(0)));
}

/** bpf_kallsyms_lookup_name(name, name_sz, flags, res) */
function lookupSymbol(machine: Machine): Outcome {
  const place = nameArgument(machine, true);
  if (place === undefined) return outcome.fault;
  const to = memoryArgument(machine, 4, 8, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const { view } = machine.memory;
  const name = nameOf(machine, place);
  view.setBigUint64(to, 0n, true);
  if (lowHalf(machine, 3) !== 0 || name === undefined) return machine.answer(-errno.EINVAL);
  const address = machine.environment.names?.symbols[name];
  if (address === undefined) {
    const text = `the address of ${name} is not known: environment.names.symbols says it`;
    machine.emitNote('bpf_kallsyms_lookup_name', text);
    return machine.answer(-errno.ENOENT);
  }
  view.setBigUint64(to, address, true);
  return machine.answer(0);
}

/** bpf_btf_find_by_name_kind(name, name_sz, kind, flags) */
function findType(machine: Machine): Outcome {
  const place = nameArgument(machine, false);
  if (place === undefined) return outcome.fault;
  const name = nameOf(machine, place);
  if (lowHalf(machine, 4) !== 0 || name === undefined) return machine.answer(-errno.EINVAL);
  const kind = lowHalf(machine, 3);
  const known = `${kinds[kind] ?? `kind ${kind}`} ${name}`;
  const id = machine.environment.names?.types[known];
  if (id !== undefined) return machine.answer(id);
  machine.emitNote(
    'bpf_btf_find_by_name_kind',
    `the id of ${known} is not known: environment.names.types says it`,
  );
  return machine.answer(-errno.ENOENT);
}

export const kernelNameHelpers: readonly Helper[] = [
  { id: 179, name: 'bpf_kallsyms_lookup_name', call: lookupSymbol, answer: 'environment' },
  { id: 167, name: 'bpf_btf_find_by_name_kind', call: findType, answer: 'environment' },
];
