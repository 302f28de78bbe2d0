import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readObject } from '../../../vm/object/read-object.ts';
import type { ProgramObject } from '../../../vm/object/program-object.ts';
import type { DebugInfo, DebugLine } from '../debug-info.ts';
import { readDebugInfo } from './read-debug-info.ts';
import { sectionSpan } from './sections.ts';

const root = new URL('../../../', import.meta.url);
const folders = ['examples', 'vm', 'test', 'debug-adapter'];
const objects = folders.flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.o'))
    .map((name) => `${folder}/${name}`),
);

function read(path: string): { object: ProgramObject; info: DebugInfo } | undefined {
  const object = readObject(new Uint8Array(readFileSync(new URL(path, root))), path);
  const info = object.ok ? readDebugInfo(object.value) : undefined;
  return object.ok && info !== undefined ? { object: object.value, info } : undefined;
}

function statements(rows: readonly DebugLine[]): Map<number, DebugLine[]> {
  const byAddress = new Map<number, DebugLine[]>();
  for (const row of rows.filter(({ line, endSequence }) => line !== 0 && !endSequence))
    byAddress.set(row.address, [...(byAddress.get(row.address) ?? []), row]);
  return byAddress;
}

const described = objects.flatMap((path) => {
  const found = read(path);
  return found === undefined ? [] : [{ path, ...found }];
});

test('most objects of the repository that are for people have DWARF', () => {
  expect(described.filter(({ path }) => path.startsWith('examples/')).length).toBeGreaterThanOrEqual(9);
});

describe.each(described)('$path', ({ object, info }) => {
  test('each function has a scope of its extent', () => {
    expect(info.warnings).toEqual([]);
    const scopes = info.functions.map(({ name, low, high }) => ({ name, low, high }));
    const symbols = object.functions.map(({ name, section, offset, size }) => ({
      name,
      low: section * sectionSpan + offset,
      high: section * sectionSpan + offset + size,
    }));
    expect(scopes).toEqual(symbols);
    for (const { name, low, high } of symbols) {
      expect([low, high - 8].map((address) => info.functionAt(address)?.name)).toEqual([name, name]);
    }
  });

  // The first row of .BTF.ext for a function is its declaration, where DWARF has its opening brace.
  test('lines are those of .BTF.ext', () => {
    const rows = statements(info.lines.rows);
    let compared = 0;
    for (const { section, offset, file, line, column } of object.lines) {
      const address = section * sectionSpan + offset;
      const candidates = rows.get(address);
      if (candidates === undefined) continue;
      const declared = info.functions.find(({ low }) => low === address)?.declaration;
      const places = [...candidates, ...(declared === undefined ? [] : [{ ...declared, column: 0 }])];
      expect(places.map((row) => `${row.file}:${row.line}:${row.column}`)).toContain(
        `${file}:${line}:${column}`,
      );
      compared++;
    }
    expect(compared > 0).toBe(object.lines.length > 0);
  });
});
