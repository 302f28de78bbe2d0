import type { DataSection, ProgramObject } from '../../../vm/object/program-object.ts';
import type { MovedRange } from './match-functions.ts';

const sectionUnit = 2 ** 32;

/**
 * Where the variables of a debug file are in the object: by the names of section and variable, and by size. Static
 * variables of one name in several files come in the order of the files; `taken` says which have their match already.
 */
export function matchData(
  object: ProgramObject,
  debugFile: ProgramObject,
  taken: Set<string>,
): readonly MovedRange[] {
  return debugFile.dataSections.flatMap((from) => {
    const to = object.dataSections.find(({ name }) => name === from.name);
    return to === undefined ? [] : matchVariables(to, from, taken);
  });
}

function matchVariables(to: DataSection, from: DataSection, taken: Set<string>): MovedRange[] {
  const own = new Set<string>();
  return from.variables.flatMap(({ name, offset, size }) => {
    const key = (at: number): string => `${to.index}+${at}`;
    const same = to.variables.find(
      (candidate) =>
        candidate.name === name &&
        candidate.size === size &&
        !taken.has(key(candidate.offset)) &&
        !own.has(key(candidate.offset)),
    );
    if (same === undefined) return [];
    own.add(key(same.offset));
    taken.add(key(same.offset));
    const low = from.index * sectionUnit + offset;
    return [{ low, high: low + size, shift: to.index * sectionUnit + same.offset - low }];
  });
}
