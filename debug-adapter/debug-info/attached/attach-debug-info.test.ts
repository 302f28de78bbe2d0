import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk } from '../../../vm/base/problem.ts';
import type { ProgramObject } from '../../../vm/object/program-object.ts';
import { readObject } from '../../../vm/object/read-object.ts';
import type { DebugInfo, DebugScope, DebugVariable } from '../debug-info.ts';
import { readDebugInfo } from '../dwarf/read-debug-info.ts';
import { attachDebugInfo, type Attached, type DebugFile } from './attach-debug-info.ts';

const examples = '../../../examples/';

function object(name: string): ProgramObject {
  const url = new URL(name.startsWith('.') ? name : `testdata/${name}`, import.meta.url);
  return expectOk(readObject(new Uint8Array(readFileSync(url)), name));
}

function debugFile(name: string): DebugFile {
  const read = object(name);
  return { object: read, info: readDebugInfo(read)! };
}

function attach(name: string, ...files: readonly string[]): Attached {
  return attachDebugInfo(object(name), files.map(debugFile));
}

/** What a scope says, with its addresses from the start of `section`. */
function outline({ kind, name, ranges, variables, children }: DebugScope): unknown {
  return { kind, name, ranges, variables: variables.map(place), children: children.map(outline) };
}

function place({ name, location }: DebugVariable): unknown {
  if (location.kind === 'list') {
    const entries = location.entries.map(({ low, high, expression }) => [low, high, [...expression.bytes]]);
    return { name, entries };
  }
  return { name, kind: location.kind };
}

/** `section index+offset` as `section name+offset`: stripping numbers sections anew. */
function named(of: ProgramObject, address: number): string {
  const section = Math.floor(address / 2 ** 32);
  const name =
    of.codeSections.find(({ index }) => index === section)?.name ??
    of.dataSections.find(({ index }) => index === section)?.name;
  return `${name ?? '?'}+${address % 2 ** 32}`;
}

function globalPlaces(of: ProgramObject, info: DebugInfo): Record<string, string> {
  return Object.fromEntries(
    info.globals.map(({ name, location }) => {
      const address =
        location.kind === 'expression'
          ? location.expression.addressAt(location.expression.bytes[1]!)
          : undefined;
      return [name, address === undefined ? 'nowhere' : named(of, address)];
    }),
  );
}

describe('an object that was stripped', () => {
  const whole = debugFile(`${examples}count.bpf.o`);
  const stripped = object('stripped.bpf.o');
  const { info, warnings } = attachDebugInfo(stripped, [whole]);

  test('has no DWARF of its own and gets all that it had', () => {
    expect(readDebugInfo(stripped)).toBeUndefined();
    expect(warnings).toEqual([]);
    const shown = (of: ProgramObject, from: DebugInfo): unknown =>
      from.functions.map((each) => [named(of, each.low), each.high - each.low, outlineText(of, each)]);
    expect(shown(stripped, info)).toEqual(shown(whole.object, whole.info));
    expect(globalPlaces(stripped, info)['threshold']).toBe('.data+0');
  });

  test('has the lines of the code', () => {
    const lines = (of: ProgramObject, from: DebugInfo): string[] =>
      from.lines.rows
        .filter(({ endSequence }) => !endSequence)
        .map(({ address, line, column, isStatement }) =>
          [named(of, address), line, column, isStatement].join(' '),
        );
    expect(lines(stripped, info)).toEqual(lines(whole.object, whole.info));
    expect(lines(stripped, info).length).toBeGreaterThan(40);
  });
});

function outlineText(of: ProgramObject, scope: DebugScope): string {
  return JSON.stringify(outline(scope), (_, value: unknown) =>
    typeof value === 'number' && value >= 2 ** 32 ? named(of, value) : value,
  );
}

describe('an object that was linked', () => {
  const linked = object('linked.bpf.o');
  const { info, warnings } = attach('linked.bpf.o', 'first.bpf.o', 'second.bpf.o');

  test('has the functions of all files, each of its own', () => {
    expect(warnings).toEqual([]);
    expect(
      info.functions.map(({ name, low, high, declaration }) => [
        name,
        named(linked, low),
        high - low,
        declaration?.file,
      ]),
    ).toEqual(
      linked.functions.map(({ name, sectionName, offset, size }) => [
        name,
        `${sectionName}+${offset}`,
        size,
        ['start'].includes(name) || (name === 'change' && offset === 0) ? './first.bpf.c' : './second.bpf.c',
      ]),
    );
  });

  test('has scopes within its functions', () => {
    const other = info.functions.find(({ name }) => name === 'other')!;
    expect(info.functionAt(other.low + 8)).toBe(other);
    expect(info.functionAt(other.high)).not.toBe(other);
    const inlined = other.children.find(({ kind }) => kind === 'inlined')!;
    expect(inlined).toMatchObject({ name: 'doubled', parent: other });
    for (const { low, high } of inlined.ranges) {
      expect(low).toBeGreaterThanOrEqual(other.low);
      expect(high).toBeLessThanOrEqual(other.high);
    }
    const entries = other.variables.flatMap(({ location }) =>
      location.kind === 'list' ? location.entries : [],
    );
    expect(entries.length).toBeGreaterThan(1);
    for (const { low, high } of entries) {
      expect(low).toBeGreaterThanOrEqual(other.low);
      expect(high).toBeLessThanOrEqual(other.high);
    }
  });

  test('has lines that agree with its .BTF.ext', () => {
    const rows = new Set(
      info.lines.rows
        .filter(({ endSequence }) => !endSequence)
        .map(({ address, file, line }) => `${named(linked, address)} ${file}:${line}`),
    );
    // Where a function begins .BTF.ext may have the line of its declaration.
    const starts = new Set(linked.functions.map(({ section, offset }) => `${section}+${offset}`));
    const wanted = linked.lines
      .filter(({ section, offset }) => !starts.has(`${section}+${offset}`))
      .map(
        ({ section, offset, file, line }) => `${named(linked, section * 2 ** 32 + offset)} ${file}:${line}`,
      );
    expect(wanted.filter((row) => !rows.has(row))).toEqual([]);
    expect(wanted.length).toBeGreaterThan(10);
    expect(info.lines.checksum('./second.bpf.c')).toHaveLength(16);
  });

  test('has variables where the linker put them', () => {
    const own = linked.dataSections
      .find(({ name }) => name === '.data')!
      .variables.filter(({ name }) => name === 'own')
      .map(({ offset }) => `.data+${offset}`);
    const places = info.globals
      .filter(({ name }) => name === 'own')
      .map(({ location }) =>
        location.kind === 'expression'
          ? named(linked, location.expression.addressAt(location.expression.bytes[1]!)!)
          : '',
      );
    expect(own).toHaveLength(2);
    expect(places).toEqual(own);
  });
});

describe('a debug file of other code', () => {
  test('is used for what is the same, and named for what is not', () => {
    const { info, warnings } = attach('linked.bpf.o', 'other-first.bpf.o', 'second.bpf.o');
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['debug-file-differs', 'the debug file has other code for start, change: they are shown without it'],
    ]);
    expect(info.functions.map(({ name }) => name)).toEqual(['other', 'change', 'second_start']);
  });

  test('that knows only some functions', () => {
    const { warnings } = attach('linked.bpf.o', 'first.bpf.o');
    expect(warnings.map(({ message }) => message)).toEqual([
      'the debug file has other code for change: they are shown without it',
      'the debug file does not have other, second_start: they are shown without it',
    ]);
  });
});
