import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readObject } from '../../../vm/object/read-object.ts';
import type { DebugScope, DebugVariable } from '../debug-info.ts';
import { readDebugInfo } from '../dwarf/read-debug-info.ts';
import { decodeExpression } from './decode.ts';
import { printExpression } from './print.ts';

const root = new URL('../../../', import.meta.url).pathname;
const objects = ['examples', 'vm', 'test', 'debug-adapter'].flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.o'))
    .map((name) => `${root}${folder}/${name}`),
);

function variablesOf(scope: DebugScope): readonly DebugVariable[] {
  return [...scope.variables, ...scope.children.flatMap(variablesOf)];
}

function expressionsIn(path: string): readonly Uint8Array[] {
  const object = readObject(new Uint8Array(readFileSync(path)), path);
  const info = object.ok ? readDebugInfo(object.value) : undefined;
  const variables = info === undefined ? [] : [...info.globals, ...info.functions.flatMap(variablesOf)];
  return variables.flatMap(({ location }) => {
    if (location.kind === 'expression') return [location.expression.bytes];
    return location.kind === 'list' ? location.entries.map(({ expression }) => expression.bytes) : [];
  });
}

test('every operation in the objects of the repository is performed', () => {
  const seen = new Map<string, number>();
  for (const path of objects) {
    for (const bytes of expressionsIn(path)) {
      const decoded = decodeExpression(bytes);
      expect(decoded.ok, `${path}: ${printExpression(bytes)}`).toBe(true);
      for (const { row } of decoded.ok ? decoded.value : []) {
        expect(row.meaning.kind, `${path}: ${printExpression(bytes)}`).not.toBe('refused');
        seen.set(row.name, (seen.get(row.name) ?? 0) + 1);
      }
    }
  }
  for (const name of ['fbreg', 'stack_value', 'piece', 'convert', 'plus_uconst', 'addrx', 'entry_value'])
    expect(seen.get(name), name).toBeGreaterThan(0);
});
