import { decode } from '../isa/decode.ts';
import type { Instruction } from '../isa/row.ts';
import type { LinkedFunction, LinkedProgram } from '../object/linked-program.ts';
import { jumpTargets } from './stack-use.ts';

const bpfLoop = 181;
const callback = 2;
const flags = 4;

/** By program: slots of calls; made once, since code does not change. */
const known = new WeakMap<LinkedProgram, ReadonlySet<number>>();

/**
 * Slots of the calls of bpf_loop that the kernel's verifier replaces by a loop of its own (optimize_bpf_loop): those
 * whose function is always the same and whose flags are always 0. The verifier knows it from all paths; here both have
 * to be set between the last place that a jump leads to and the call, as compilers write it.
 */
export function inlinedLoops(program: LinkedProgram): ReadonlySet<number> {
  let slots = known.get(program);
  if (slots === undefined) {
    slots = new Set(program.functions.flatMap((each) => [...inlinedIn(program.code, each)]));
    known.set(program, slots);
  }
  return slots;
}

function* inlinedIn(code: Uint8Array, { firstSlot, slots }: LinkedFunction): Generator<number> {
  const targets = jumpTargets(code, firstSlot, slots);
  /** Registers that hold a function or 0. */
  const constants = new Map<number, 'function' | 'zero'>();
  for (let slot = firstSlot; slot < firstSlot + slots;) {
    const result = decode(code, slot);
    if (targets.has(slot)) constants.clear();
    if (result.ok) {
      const { row, imm } = result.value;
      const isLoop = row.semantics.kind === 'call' && row.semantics.target === 'helper' && imm === bpfLoop;
      if (isLoop && constants.get(callback) === 'function' && constants.get(flags) === 'zero') yield slot;
      take(result.value, constants);
    }
    slot += result.ok ? result.value.slots : 1;
  }
}

function take({ dst, src, imm, row }: Instruction, constants: Map<number, 'function' | 'zero'>): void {
  const { semantics } = row;
  switch (semantics.kind) {
    case 'alu': {
      const copied = semantics.operand === 'reg' ? constants.get(src) : imm === 0 ? 'zero' : undefined;
      const isMove = semantics.operation === 'mov' && (semantics.width === 64 || copied === 'zero');
      if (isMove && copied !== undefined) constants.set(dst, copied);
      else constants.delete(dst);
      return;
    }
    case 'lddw':
      if (semantics.value === 'func') constants.set(dst, 'function');
      else constants.delete(dst);
      return;
    case 'call':
      for (let register = 0; register <= 5; register++) constants.delete(register);
      return;
    case 'exit':
    case 'goto':
      return constants.clear();
    case 'atomic':
      constants.delete(0);
      constants.delete(src);
      constants.delete(dst);
      return;
    case 'packet_load':
      constants.delete(0);
      return;
    case 'load':
    case 'byteswap':
    case 'addr_space_cast':
      constants.delete(dst);
      return;
    case 'store':
    case 'jump':
    case 'may_goto':
      return;
  }
}
