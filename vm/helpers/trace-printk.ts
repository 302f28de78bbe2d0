import { decodeUtf8 } from '../base/byte-reader.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { lowHalf, memoryArgument } from './arguments.ts';
import { formatOutput } from './format.ts';
import { formatMemory } from './print.ts';

const name = 'bpf_trace_printk';
/** MAX_BPRINTF_BUF, with the NUL. */
const largestText = 1024;

/**
 * bpf_trace_printk(fmt, fmt_size, ...): up to three arguments. Returns the length of the whole text, as formatted; what
 * is over 1023 bytes is cut off. A newline at the end is part of the text.
 */
function call(machine: Machine): Outcome {
  const size = lowHalf(machine, 2);
  if (size === 0) return machine.fail({ kind: 'helper-argument', message: 'R2 invalid zero-sized read' });
  const at = memoryArgument(machine, 1, size, 'read', 'memory');
  if (at < 0) return outcome.fault;
  const format = machine.memory.bytes.slice(at, at + size);
  const values = [machine.register(3), machine.register(4), machine.register(5)];
  const { result, text } = formatOutput(format, values, formatMemory(machine));
  if (result >= 0) machine.emitOutput(name, decodeUtf8(text.subarray(0, largestText - 1)));
  return machine.answer(result);
}

export const tracePrintk: Helper = { id: 6, name, call };
