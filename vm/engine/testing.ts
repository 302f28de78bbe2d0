import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { assemble } from '../isa/assemble.ts';
import type { HelperTable } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import { Machine } from '../machine/machine.ts';
import { LineTable } from '../object/link/line-table.ts';
import type { LinkedProgram } from '../object/linked-program.ts';
import { Interpreter } from './interpreter/interpreter.ts';

/** For tests: a machine that runs bare code, without object, program type or maps. */

/** A linked program of one section, from assembly or from bytes. */
export function bareProgram(source: string | Uint8Array): LinkedProgram {
  const code = typeof source === 'string' ? expectOk(assemble(source)) : source;
  const slots = code.length / 8;
  const withGap = new Uint8Array(code.length + 8);
  withGap.set(code);
  return {
    object: {
      name: 'bare',
      license: 'GPL',
      codeSections: [],
      functions: [],
      programs: [],
      maps: [],
      dataSections: [],
      externs: [],
      btf: undefined,
      lines: [],
      coreRelocations: [],
      warnings: [],
    },
    code: withGap,
    sections: [{ index: 1, name: 'test', firstSlot: 0, slots }],
    functions: [],
    maps: [],
    kernelFunctions: [],
    lines: new LineTable([], []),
  };
}

export interface BareMachine {
  readonly machine: Machine;
  readonly interpreter: Interpreter;
}

const noHelpers: HelperTable = { helpers: new Map(), nameOf: () => undefined };

/** At cycle 0 of a run of `source`, all registers 0 but r10. */
export function bareMachine(source: string | Uint8Array, helpers: HelperTable = noHelpers): BareMachine {
  const machine = new Machine(bareProgram(source), defaultEnvironment, helpers);
  const interpreter = new Interpreter(machine);
  const entry = machine.code.ipOfSlot(0);
  machine.memory.view.setUint32(state.ip, entry, true);
  machine.frames.reset(entry);
  machine.runState = 'running';
  return { machine, interpreter };
}
