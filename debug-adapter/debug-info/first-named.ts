import type { NamedTypes } from './debug-info.ts';

/** Types of several sources: of each name what the first of them has that knows it. */
export function firstNamed(sources: readonly NamedTypes[]): NamedTypes {
  const first = <T>(find: (types: NamedTypes) => T | undefined): T | undefined => {
    for (const types of sources) {
      const found = find(types);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    named: (name, kinds) => first((types) => types.named(name, kinds)),
    enumerator: (name) => first((types) => types.enumerator(name)),
    list: () => sources.flatMap((types) => types.list()),
  };
}
