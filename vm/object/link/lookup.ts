import type { LinkedFunction, LinkedProgram, LinkedSection } from '../linked-program.ts';
import { lastAtOrBefore } from './line-table.ts';

const slotSize = 8;

/** A slot as DWARF, objdump and people name it. */
export interface SectionOffset {
  readonly section: LinkedSection;
  /** Bytes within the section. */
  readonly offset: number;
}

/** Undefined for the zero slot after a section and for slots outside. */
export function sectionAt(program: LinkedProgram, slot: number): SectionOffset | undefined {
  const section = lastAtOrBefore(program.sections, slot, (candidate) => candidate.firstSlot);
  if (section === undefined || slot >= section.firstSlot + section.slots) return undefined;
  return { section, offset: (slot - section.firstSlot) * slotSize };
}

/** `section` is an ELF section index, `offset` is in bytes. */
export function slotAt(program: LinkedProgram, section: number, offset: number): number | undefined {
  const found = program.sections.find((candidate) => candidate.index === section);
  const inside =
    found !== undefined && offset >= 0 && offset < found.slots * slotSize && offset % slotSize === 0;
  return inside ? found.firstSlot + offset / slotSize : undefined;
}

/** The function a slot belongs to. */
export function functionAt(program: LinkedProgram, slot: number): LinkedFunction | undefined {
  const found = lastAtOrBefore(program.functions, slot, (candidate) => candidate.firstSlot);
  return found !== undefined && slot < found.firstSlot + found.slots ? found : undefined;
}

/** The function of that name; where several static functions share it, the first. */
export function functionByName(program: LinkedProgram, name: string): LinkedFunction | undefined {
  return program.functions.find((candidate) => candidate.name === name);
}
