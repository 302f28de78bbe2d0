import type { Problem } from '../../base/problem.ts';
import type { DataPointer, LinkedSection } from '../linked-program.ts';
import type { DataRelocation, DataSection, DataTarget, ProgramObject } from '../program-object.ts';

const slotSize = 8;

/** What the pointers of a data section lead to; those that lead to nothing with an address are left out. */
export function dataPointers(
  object: ProgramObject,
  sections: readonly LinkedSection[],
  { relocations }: DataSection,
): DataPointer[] {
  return relocations.flatMap(({ offset, target }) => {
    const linked = target && linkTarget(object, sections, target);
    return linked === undefined ? [] : [{ offset, target: linked }];
  });
}

function linkTarget(
  object: ProgramObject,
  sections: readonly LinkedSection[],
  target: DataTarget,
): DataPointer['target'] | undefined {
  switch (target.kind) {
    case 'map': {
      const index = object.maps.findIndex(({ name }) => name === target.map);
      return index < 0 ? undefined : { kind: 'map', index };
    }
    case 'function': {
      const section = sections.find(({ index }) => index === target.section);
      return section && { kind: 'function', slot: section.firstSlot + target.offset / slotSize };
    }
    case 'data': {
      const data = object.dataSections.findIndex(({ index }) => index === target.section);
      if (data < 0) return undefined;
      return { kind: 'data', index: object.maps.length + data, offset: target.offset };
    }
  }
}

/** Pointers of data that are not filled in: all of them, as with libbpf ("skipping relo section"), or what is unknown. */
export function unrelocatedData(object: ProgramObject, relocate: boolean): Problem[] {
  const { dataSections, arenaData } = object;
  const problems = dataSections.map((section) => leftAsOffsets(object, section, relocate));
  if (arenaData !== undefined) problems.push(leftAsOffsets(object, arenaData, false));
  return problems.filter((problem) => problem !== undefined);
}

function leftAsOffsets(
  object: ProgramObject,
  { name, relocations }: DataSection,
  relocate: boolean,
): Problem | undefined {
  const left = relocations.filter(({ target }) => !relocate || target === undefined);
  const [first] = left;
  if (first === undefined) return undefined;
  return {
    code: 'data-not-relocated',
    message: `${countOf(left)} in ${name} (the first to ${first.symbol}) left as offsets, ${
      relocate ? 'since what they lead to has no address' : 'since loaders do not relocate data'
    }`,
    place: { file: object.name, section: name, offset: first.offset },
    ...(!relocate && { hint: 'To have them filled in here set relocateData to always.' }),
  };
}

function countOf({ length }: readonly DataRelocation[]): string {
  return length === 1 ? '1 pointer' : `${length} pointers`;
}
