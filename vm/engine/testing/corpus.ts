import { expectOk } from '../../base/problem.ts';
import { link } from '../../object/link/link.ts';
import { readObject } from '../../object/read-object.ts';
import type { RunInput } from '../../programs/family.ts';
import { Random } from './random.ts';
import { linkedFuzzProgram, type MachineProgram } from './subjects.ts';

/** The programs of an object, with an input each. */
export function programsOf(name: string, bytes: Uint8Array): MachineProgram[] {
  const object = expectOk(readObject(bytes, name));
  const program = expectOk(link(object));
  const random = new Random(name.length);
  return object.programs.map((entry) =>
    linkedFuzzProgram(`${name}: ${entry.name}`, program, entry, inputOf(entry.sectionName, random)),
  );
}

function inputOf(section: string, random: Random): RunInput {
  if (section.startsWith('raw_tp')) return { ctxIn: { args: [1, 2, 3].map(() => random.below(5)) } };
  if (section.startsWith('syscall'))
    return { ctxIn: { bytes: Array.from({ length: 24 }, () => random.below(256)) } };
  const packet = new Uint8Array(120).map(() => 32 + random.below(90));
  packet.set([8, 0, 0x45, 0, 0, 106], 12);
  return { dataIn: packet };
}
