import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { assemble } from '../isa/assemble.ts';
import type { HelperTable } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import { Machine } from '../machine/machine.ts';
import { bareProgram } from '../object/bare-program.ts';
import type { LinkedProgram } from '../object/linked-program.ts';
import { Interpreter } from './interpreter/interpreter.ts';

/** For tests: a machine that runs bare code, without object, program type or maps. */

export function assembledProgram(source: string | Uint8Array): LinkedProgram {
  return bareProgram(typeof source === 'string' ? expectOk(assemble(source)) : source);
}

export interface BareMachine {
  readonly machine: Machine;
  readonly interpreter: Interpreter;
}

const noHelpers: HelperTable = { helpers: new Map(), nameOf: () => undefined };

/** At cycle 0 of a run of `source`, all registers 0 but r10. */
export function bareMachine(source: string | Uint8Array, helpers: HelperTable = noHelpers): BareMachine {
  const machine = new Machine(assembledProgram(source), defaultEnvironment, helpers);
  const interpreter = new Interpreter(machine);
  const entry = machine.code.ipOfSlot(0);
  machine.memory.view.setUint32(state.ip, entry, true);
  machine.frames.reset(entry);
  machine.runState = 'running';
  return { machine, interpreter };
}
