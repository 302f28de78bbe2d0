import { decodeUtf8 } from '../base/byte-reader.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from '../maps/errno.ts';
import { lowHalf, memoryArgument, sizeArgument } from './arguments.ts';
import { formatOutput, type FormatMemory } from './format.ts';
import { knownShowFlags, showValue } from './btf-show.ts';
import { endOfUser, findOutside, readOutside } from './outside-access.ts';
import { constantText } from './strings.ts';

/** Formatted output whose arguments are an array of u64 (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c). */

/** MAX_BPRINTF_VARARGS */
const mostArguments = 12;
/** MAX_BPRINTF_BUF, with the NUL. */
const largestText = 1024;

/** Memory that `%s` and its like read: the machine's own, and what the environment says. */
export function formatMemory(machine: Machine): FormatMemory {
  const find = (address: bigint, user: boolean): ReturnType<typeof findOutside> =>
    findOutside(machine, user ? 'user' : 'kernel', address) ??
    (user || address > endOfUser ? undefined : machine.userMemory.find(address));
  return {
    peek: (address, most, user = false) => {
      const place = find(address, user);
      if (place === undefined) return undefined;
      return machine.memory.bytes.subarray(place.linear, place.linear + Math.min(place.available, most));
    },
    taken: (address, length, user = false) => {
      const place = find(address, user);
      if (place !== undefined) machine.accessListener?.(place.linear, length, 'read');
    },
  };
}

/** The u64 that R`register` points to, R`register + 1` bytes of them; undefined with r0 or a fault set. */
function valuesArgument(machine: Machine, register: number): readonly bigint[] | Outcome {
  const size = sizeArgument(machine, register + 1, true);
  if (size < 0) return outcome.fault;
  const isNull = machine.register(register) === 0n;
  if (size % 8 !== 0 || size > mostArguments * 8 || (size > 0 && isNull))
    return machine.answer(-errno.EINVAL);
  if (size === 0) return [];
  const at = memoryArgument(machine, register, size, 'read', 'memory');
  if (at < 0) return outcome.fault;
  const { view } = machine.memory;
  return Array.from({ length: size / 8 }, (_, i) => view.getBigUint64(at + 8 * i, true));
}

/** Bytes of a format in memory that a program gives with its size; a NUL need not be there. */
function formatArgument(machine: Machine, register: number): Uint8Array | undefined {
  const size = sizeArgument(machine, register + 1, false);
  const at = size < 0 ? -1 : memoryArgument(machine, register, size, 'read', 'memory');
  return at < 0 ? undefined : machine.memory.bytes.slice(at, at + size);
}

/** bpf_snprintf(str, str_size, fmt, data, data_len) */
function snprintf(machine: Machine): Outcome {
  const size = sizeArgument(machine, 2, true);
  if (size < 0) return outcome.fault;
  const to = size === 0 ? 0 : memoryArgument(machine, 1, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const format = constantText(machine, 3);
  if (format === undefined) return outcome.fault;
  const values = valuesArgument(machine, 4);
  if (typeof values === 'number') return values;
  const bytes = machine.memory.bytes.slice(format.at, format.at + format.length + 1);
  const { result, text } = formatOutput(bytes, values, formatMemory(machine));
  if (result < 0) return machine.answer(result);
  if (size > 0) {
    const part = text.subarray(0, size - 1);
    machine.memory.bytes.set(part, to);
    machine.memory.bytes[to + part.length] = 0;
  }
  return machine.answer(result + 1);
}

/** bpf_trace_vprintk(fmt, fmt_size, data, data_len) */
function traceVprintk(machine: Machine): Outcome {
  const format = formatArgument(machine, 1);
  if (format === undefined) return outcome.fault;
  const values = valuesArgument(machine, 3);
  if (typeof values === 'number') return values;
  const { result, text } = formatOutput(format, values, formatMemory(machine));
  if (result >= 0) machine.emitOutput('bpf_trace_vprintk', decodeUtf8(text.subarray(0, largestText - 1)));
  return machine.answer(result);
}

/** A pointer to a struct seq_file, which the context of an iterator has. */
function isSequence(machine: Machine): boolean {
  if (machine.register(1) !== 0n) return true;
  machine.fail({ kind: 'null-pointer', message: 'R1 type=scalar expected=ptr_, trusted_ptr_, rcu_ptr_' });
  return false;
}

/** bpf_seq_printf(m, fmt, fmt_size, data, data_len) */
function seqPrintf(machine: Machine): Outcome {
  if (!isSequence(machine)) return outcome.fault;
  const format = formatArgument(machine, 2);
  if (format === undefined) return outcome.fault;
  const values = valuesArgument(machine, 4);
  if (typeof values === 'number') return values;
  const { result, text } = formatOutput(format, values, formatMemory(machine));
  if (result < 0) return machine.answer(result);
  machine.emitOutput('bpf_seq_printf', decodeUtf8(text));
  return machine.answer(0);
}

/** bpf_seq_write(m, data, len) */
function seqWrite(machine: Machine): Outcome {
  if (!isSequence(machine)) return outcome.fault;
  const size = sizeArgument(machine, 3, true);
  const at = size < 0 ? -1 : memoryArgument(machine, 2, size, 'read', 'memory');
  if (at < 0) return outcome.fault;
  machine.emitOutput('bpf_seq_write', decodeUtf8(machine.memory.bytes.slice(at, at + lowHalf(machine, 3))));
  return machine.answer(0);
}

/** struct btf_ptr: ptr, type_id, flags. */
const pointerSize = 16;

/** The text that the struct btf_ptr in R`register` asks for, with flags in R`register + 2`; undefined with r0 or a fault set. */
function shownText(machine: Machine, register: number): Uint8Array | Outcome {
  const size = sizeArgument(machine, register + 1, false);
  const at = size < 0 ? -1 : memoryArgument(machine, register, size, 'read', 'memory');
  if (at < 0) return outcome.fault;
  const flags = machine.register(register + 2);
  if (size !== pointerSize || (flags & ~knownShowFlags) !== 0n) return machine.answer(-errno.EINVAL);
  const { view } = machine.memory;
  const address = view.getBigUint64(at, true);
  const typeId = view.getUint32(at + 8, true);
  const { btf } = machine.program.object;
  if (typeId === 0) return machine.answer(-errno.EINVAL);
  if (btf?.has(typeId) !== true) return machine.answer(-errno.ENOENT);
  const length = btf.sizeOf(typeId) ?? 0;
  const copy = machine.memory.allocate(Math.max(length, 1));
  const error = readOutside(machine, 'kernel', address, copy, length);
  const bytes = machine.memory.bytes.slice(copy, copy + length);
  machine.memory.free(copy, Math.max(length, 1));
  return error < 0 ? machine.answer(error) : showValue(btf, typeId, bytes, flags);
}

/** bpf_snprintf_btf(str, str_size, ptr, btf_ptr_size, flags): the length of the whole text. */
function snprintfBtf(machine: Machine): Outcome {
  const size = sizeArgument(machine, 2, false);
  const to = size < 0 ? -1 : memoryArgument(machine, 1, size, 'write', 'memory');
  if (to < 0) return outcome.fault;
  const bytes = shownText(machine, 3);
  if (typeof bytes === 'number') return bytes;
  const part = bytes.subarray(0, size - 1);
  machine.memory.bytes.set(part, to);
  machine.memory.bytes[to + part.length] = 0;
  return machine.answer(bytes.length);
}

/** bpf_seq_printf_btf(m, ptr, btf_ptr_size, flags) */
function seqPrintfBtf(machine: Machine): Outcome {
  if (!isSequence(machine)) return outcome.fault;
  const text = shownText(machine, 2);
  if (typeof text === 'number') return text;
  machine.emitOutput('bpf_seq_printf_btf', decodeUtf8(text));
  return machine.answer(0);
}

export const printHelpers: readonly Helper[] = [
  { id: 165, name: 'bpf_snprintf', call: snprintf },
  { id: 177, name: 'bpf_trace_vprintk', call: traceVprintk },
  { id: 149, name: 'bpf_snprintf_btf', call: snprintfBtf },
  { id: 150, name: 'bpf_seq_printf_btf', call: seqPrintfBtf },
  { id: 126, name: 'bpf_seq_printf', call: seqPrintf },
  { id: 127, name: 'bpf_seq_write', call: seqWrite },
];
