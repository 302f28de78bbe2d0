import { SHT } from '../../../vm/object/elf/constants.ts';
import type { ElfRelocation, ElfSection } from '../../../vm/object/elf/elf-file.ts';
import { bareProgram } from '../../../vm/object/bare-program.ts';
import type { ProgramObject } from '../../../vm/object/program-object.ts';

/** The index that the first debug section of a `debugObject` has; lower ones are free for code. */
export const firstDebugSection = 100;

export function debugSection(
  name: string,
  bytes: Uint8Array,
  index = firstDebugSection,
  relocations: readonly ElfRelocation[] = [],
): ElfSection {
  const { length: size } = bytes;
  return { index, name, type: SHT.progbits, flags: 0, size, bytes, entrySize: 0, relocations };
}

/** An object that has nothing but debug sections. */
export function debugObject(sections: Readonly<Record<string, Uint8Array>>): ProgramObject {
  const debugSections = Object.entries(sections).map(([name, bytes], i) =>
    debugSection(name, bytes, firstDebugSection + i),
  );
  return { ...bareProgram(new Uint8Array()).object, debugSections };
}
