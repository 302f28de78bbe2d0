import type { Btf } from './btf.ts';

/** By type and component, as BTF_KIND_DECL_TAG has them. */
type Tags = ReadonlyMap<string, readonly string[]>;

const known = new WeakMap<Btf, Tags>();

function keyOf(typeId: number, component: number): string {
  return `${typeId} ${component}`;
}

function collect(btf: Btf): Tags {
  const tags = new Map<string, string[]>();
  for (let id = 1; btf.has(id); id++) {
    const type = btf.type(id);
    if (type.kind !== 'decl_tag') continue;
    const key = keyOf(type.typeId, type.component);
    tags.set(key, [...(tags.get(key) ?? []), type.name]);
  }
  return tags;
}

/** The declaration tags of a type, variable or function; with `component` those of its member or parameter of that number. */
export function declarationTags(btf: Btf, typeId: number, component = -1): readonly string[] {
  let tags = known.get(btf);
  if (tags === undefined) {
    tags = collect(btf);
    known.set(btf, tags);
  }
  return tags.get(keyOf(typeId, component)) ?? [];
}
