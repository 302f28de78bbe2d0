import { failed, ok, type Result } from '../../../vm/base/problem.ts';
import { mapOperations, type MapOperation } from './watched-calls.ts';

export interface MapName {
  readonly map: string;
  /** An expression. */
  readonly key: string | undefined;
  readonly operations: readonly MapOperation[];
}

const words: Readonly<Record<string, readonly MapOperation[] | undefined>> = {
  lookup: ['lookup'],
  update: ['update'],
  delete: ['delete'],
  write: ['update', 'delete'],
  any: mapOperations,
};

export function isMapName(name: string): boolean {
  return name.trimStart().startsWith('map:');
}

/** `map:counts`, `map:counts[3]`, `map:counts:delete`: what is done with a map or an element. Without a word: writes. */
export function parseMapName(name: string): Result<MapName> {
  const [, map, key, word = 'write'] = /^\s*map:([^[:\s]+)(?:\[(.*)\])?(?::(\w+))?\s*$/.exec(name) ?? [];
  const operations = words[word];
  if (map === undefined)
    return failed({
      code: 'bad-map-name',
      message: `'${name}' names no map: map:counts, map:counts[3]:delete do`,
    });
  if (operations === undefined) {
    const known = Object.keys(words).join(', ');
    return failed({
      code: 'bad-map-name',
      message: `${word} is nothing that is done with a map: ${known} are`,
    });
  }
  return ok({ map, key, operations });
}
