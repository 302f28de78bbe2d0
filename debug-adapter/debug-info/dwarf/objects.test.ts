import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readObject } from '../../../vm/object/read-object.ts';
import type { ProgramObject } from '../../../vm/object/program-object.ts';
import type { Btf } from '../../../vm/object/btf/btf.ts';
import type { BtfKind } from '../../../vm/object/btf/types.ts';
import { BtfTypes } from '../btf-types.ts';
import { sizeOf, spell, type CType } from '../c-type.ts';
import type { DebugInfo, DebugLine, DebugScope, NamedTypeKind } from '../debug-info.ts';
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

/** GCC marks copies that it has changed, rustc has the path in the symbol. */
function sourceName(symbol: string): string {
  if (symbol.startsWith('_RNv')) return 'shapes::rules::classify';
  return symbol.replace(/\.constprop\.\d+$/, '');
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

/** DW_TAG_inlined_subroutine in the output of llvm-dwarfdump-19; none in the objects that are not here. */
const inlinedCopies: Readonly<Record<string, number>> = {
  'examples/flows.bpf.o': 10,
  'debug-adapter/debug-info/attached/testdata/other-first.bpf.o': 1,
  'debug-adapter/debug-info/attached/testdata/second.bpf.o': 1,
  'debug-adapter/debug-info/dwarf/testdata/clang14.bpf.o': 4,
  'debug-adapter/debug-info/dwarf/testdata/clang16.bpf.o': 4,
  'debug-adapter/debug-info/dwarf/testdata/clang19-O0.bpf.o': 4,
  'debug-adapter/debug-info/dwarf/testdata/clang19.bpf.o': 4,
  'debug-adapter/debug-info/dwarf/testdata/dwarf4.bpf.o': 4,
  'debug-adapter/debug-info/dwarf/testdata/gcc.bpf.o': 4,
  'test/bench/tokens.bpf.o': 4,
  'test/ground-truth/parser.O0.bpf.o': 7,
  'test/ground-truth/parser.O2.bpf.o': 7,
  'test/kernel/mutations/hash.bpf.o': 15,
  'test/kernel/mutations/hash_no_prealloc.bpf.o': 15,
  'test/kernel/mutations/lru_hash.bpf.o': 15,
  'test/kernel/mutations/lru_hash_no_common_lru.bpf.o': 15,
  'test/kernel/mutations/lru_percpu_hash.bpf.o': 15,
  'test/kernel/mutations/lru_percpu_hash_no_common_lru.bpf.o': 15,
  'test/kernel/mutations/percpu_hash.bpf.o': 15,
  'test/kernel/mutations/percpu_hash_no_prealloc.bpf.o': 15,
  'test/kernel/network/redirect.bpf.o': 1,
  'test/kernel/network/routes.bpf.o': 2,
  'test/kernel/network/sockets.bpf.o': 8,
  'test/kernel/network/xdp_buffer.bpf.o': 2,
  'test/kernel/skb/skb_script.bpf.o': 29,
};

/**
 * Whose BTF says less than DWARF, or something else: clang 14 has no signed and no 64-bit enums, GCC 12 turns dimensions
 * round, rustc names types otherwise.
 */
const otherBtf = new Set(
  ['clang14', 'gcc', 'rust'].map((name) => `debug-adapter/debug-info/dwarf/testdata/${name}.bpf.o`),
);
/** What LLVM counts elements with; 8 bytes in DWARF, 4 in BTF. */
const countType = '__ARRAY_SIZE_TYPE__';

const named: Partial<Record<BtfKind, NamedTypeKind>> = {
  struct: 'struct',
  union: 'union',
  enum: 'enum',
  enum64: 'enum',
  typedef: 'typedef',
  int: 'basic',
};

function namesIn(btf: Btf): [NamedTypeKind, string][] {
  const types = Array.from({ length: btf.count }, (_, id) => btf.type(id));
  return types.flatMap(({ kind, name }): [NamedTypeKind, string][] => {
    const wanted = named[kind];
    return wanted === undefined || name === '' || name === countType ? [] : [[wanted, name]];
  });
}

/** All that can be seen of a type, without what its pointers lead to. */
function outline(type: CType | undefined): unknown {
  if (type === undefined) return undefined;
  const { declare, ...rest } = type;
  const spelled = [declare(''), declare('x'), sizeOf(type)];
  if (type.kind === 'pointer') return [spelled, spell(type.target())];
  if (type.kind === 'array') return [spelled, type.count, outline(type.element)];
  if (type.kind !== 'struct') return [spelled, rest];
  const members = type.members();
  return [
    spelled,
    type.union,
    members.map((member) => [member.name, member.bitOffset, member.bitSize, outline(member.type)]),
  ];
}

function inlinedIn(scope: DebugScope): number {
  const below = scope.children.map(inlinedIn).reduce((sum, count) => sum + count, 0);
  return below + (scope.kind === 'inlined' ? 1 : 0);
}

test('most objects of the repository that are for people have DWARF', () => {
  expect(described.filter(({ path }) => path.startsWith('examples/')).length).toBeGreaterThanOrEqual(9);
});

describe.each(described)('$path', ({ path, object, info }) => {
  test('each function has a scope of its extent', () => {
    expect(info.warnings).toEqual([]);
    const scopes = info.functions.map(({ name, low, high }) => ({ name, low, high }));
    const symbols = object.functions.map(({ name, section, offset, size }) => ({
      name: sourceName(name),
      low: section * sectionSpan + offset,
      high: section * sectionSpan + offset + size,
    }));
    expect(scopes).toEqual(symbols);
    for (const { name, low, high } of symbols) {
      expect([low, high - 8].map((address) => info.functionAt(address)?.name)).toEqual([name, name]);
    }
  });

  test('inlined copies are all there', () => {
    const counted = info.functions.map(inlinedIn).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(inlinedCopies[path] ?? 0);
  });

  test('types are those of .BTF', () => {
    const { btf } = object;
    if (btf === undefined || otherBtf.has(path)) return;
    const types = new BtfTypes(btf);
    for (const [kind, name] of namesIn(btf)) {
      const type = info.types.named(name, [kind]);
      if (type === undefined) continue;
      expect(outline(type)).toEqual(outline(types.named(name, [kind])));
    }
    for (const { name, type } of info.globals) {
      const id = btf.byName(name, 'var');
      if (id?.kind === 'var') expect(type.declare(name)).toBe(types.of(id.typeId).declare(name));
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
