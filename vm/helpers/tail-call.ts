import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import { maximumTailCalls, state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { ProgArrayMap } from '../maps/prog-array.ts';
import { contextArgument, lowHalf, mapArgument } from './arguments.ts';

/**
 * bpf_tail_call(ctx, prog_array_map, index): the program in the map goes on in place of the function that calls, in its
 * frame, and returns to that function's caller. Where there is none, or the run has made all the tail calls it may, the
 * call does nothing; r0, which the verifier lets nobody read then, keeps its value. A program is given r1, and finds in
 * all other registers but r10, and on the stack, what was there.
 */
function call(machine: Machine): Outcome {
  if (!contextArgument(machine, 1)) return outcome.fault;
  const map = mapArgument(machine, 2);
  if (map === undefined) return outcome.fault;
  if (!(map instanceof ProgArrayMap)) {
    const message = `expected prog array map for tail call, ${map.name} is a ${map.typeName}`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const { frames, memory } = machine;
  if (frames.read(frames.depth).kind === 'callback') {
    // The verifier loses count of the registers (-EFAULT): a subprogram that the callback calls may do it.
    const message = 'a callback cannot make a tail call: callback unexpected regs';
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const leak = frames.depth === 0 ? machine.references.leak('tail_call') : undefined;
  if (leak !== undefined && machine.refuse(leak.message)) return outcome.fault;
  const refused = machine.stackDepths.refusalOfTailCall(machine);
  if (refused !== undefined) return machine.fail(refused);
  const target = map.programAt(lowHalf(machine, 3));
  const made = memory.view.getUint32(state.tailCalls, true);
  if (target === undefined || made >= maximumTailCalls) return outcome.next;
  const type = machine.typeOfProgram(target);
  if (type !== machine.programType) {
    const message = `${target.name} of type ${type ?? 'unknown'} cannot be in a map that a program of type ${machine.programType} uses`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const entry = machine.program.functions.find(
    ({ section, offset }) => section === target.section && offset === target.offset,
  );
  if (entry === undefined) throw new Error(`the program ${target.name} was not linked`);
  const ip = machine.code.ipOfSlot(entry.firstSlot);
  frames.replace(memory.view.getUint32(state.ip, true), ip, machine.cycle + 1);
  return outcome.reload;
}

export const tailCall: Helper = { id: 12, name: 'bpf_tail_call', call, movesControl: true };
