import type { LinkedFunction, LinkedProgram } from './linked-program.ts';
import { LineTable } from './link/line-table.ts';

/**
 * A linked program of one section that holds nothing but `code`: for bytes that did not come in an object. Its
 * functions lie in section 1; slots count from 0.
 */
export function bareProgram(
  code: Uint8Array,
  section = 'text',
  functions: readonly LinkedFunction[] = [],
): LinkedProgram {
  const withEnd = new Uint8Array(code.length + 8);
  withEnd.set(code);
  return {
    object: {
      name: 'program',
      license: 'GPL',
      codeSections: [],
      functions,
      programs: functions.filter(({ global }) => global),
      maps: [],
      dataSections: [],
      externs: [],
      btf: undefined,
      lines: [],
      coreRelocations: [],
      debugSections: [],
      warnings: [],
    },
    code: withEnd,
    sections: [{ index: 1, name: section, firstSlot: 0, slots: code.length / 8 }],
    functions,
    maps: [],
    kernelFunctions: [],
    warnings: [],
    lines: new LineTable([], functions),
  };
}
