import { expectOk } from '../../vm/base/problem.ts';
import { assembleWithLabels } from '../../vm/isa/assemble.ts';
import { R_BPF } from '../../vm/object/elf/constants.ts';
import { BtfBuilder, buildBtfExt } from '../../vm/object/testing/build-btf.ts';
import { buildElf, type SectionInput, type SymbolInput } from '../../vm/object/testing/build-elf.ts';

/**
 * An object of one program in the section `socket`, as the kernel's loader wants it: functions in .text, relocations,
 * a map, BTF with the functions.
 *
 * The source is assembly. `static NAME:` and `global NAME:` at the left begin functions; `@NAME` in `call @NAME` and
 * `rN = @NAME` is one of them, or a map: `m` is a hash map of u32 to u64, `p` an
 * array of programs. The label `bad` is a place to find again.
 */
export function buildObject(source: string): BuiltObject {
  const [main = '', ...others] = source.split(/^(?=(?:static|global) \w+:)/m);
  const functions = others.map((text) => {
    const [head = '', ...lines] = text.split('\n');
    const [, linkage, name = ''] = /^(static|global) (\w+):$/.exec(head) ?? [];
    return { name, global: linkage === 'global', ...assembleFunction(lines.join('\n')) };
  });
  const program = { name: 'main', global: true, ...assembleFunction(main) };

  const places: Place[][] = [program.bad.map((slot) => ({ section: 'socket', slot }))];
  const btf = new BtfBuilder();
  const int = btf.int('int', 4, true);
  // To BTF static functions take nothing: what they take, the verifier sees for itself. Global ones take one int.
  const none = btf.funcProto(int, []);
  const one = btf.funcProto(int, [['a', int]]);
  const typeOf = new Map(
    [program, ...functions].map(({ name, global }) => {
      const prototype = global && name !== 'main' ? one : none;
      return [name, btf.func(name, prototype, global ? 1 : 0)];
    }),
  );
  writeMaps(btf, int);

  const symbols: SymbolInput[] = [];
  const text = new Uint8Array(functions.reduce((sum, { code }) => sum + code.length, 0));
  const records: number[][] = [];
  const relocations: Relocation[] = [];
  const starts = new Map<string, number>();
  let offset = 0;
  for (const { name, global, code, references, bad } of functions) {
    text.set(code, offset);
    records.push([offset, typeOf.get(name) ?? 0]);
    relocations.push(...references.map((reference) => ({ ...reference, offset: reference.offset + offset })));
    starts.set(name, offset);
    const first = offset / 8;
    places.push(bad.map((slot) => ({ section: '.text', slot: first + slot })));
    const binding = global ? 'global' : 'local';
    symbols.push({ name, section: '.text', value: offset, size: code.length, type: 'func', binding });
    offset += code.length;
  }
  symbols.push({ name: '.text', section: '.text', type: 'section', binding: 'local' });
  symbols.push({ name: 'main', section: 'socket', size: program.code.length, type: 'func' });
  Object.keys(maps).forEach((name, i) => {
    symbols.push({ name, section: '.maps', value: i * mapSize, size: mapSize, type: 'object' });
  });
  // Local symbols come first.
  symbols.sort((a, b) => Number(a.binding !== 'local') - Number(b.binding !== 'local'));

  const section = (name: string): number => btf.strings.add(name);
  const parts = [{ name: section('socket'), records: [[0, typeOf.get('main') ?? 0]] }];
  if (functions.length > 0) parts.push({ name: section('.text'), records });
  const ext = buildBtfExt({ recordSize: 8, sections: parts });
  const sections: SectionInput[] = [
    { name: 'socket', ...addressed(program.code, program.references, starts), code: true },
    ...(functions.length > 0 ? [{ name: '.text', ...addressed(text, relocations, starts), code: true }] : []),
    { name: '.maps', bytes: new Uint8Array(Object.keys(maps).length * mapSize) },
    { name: 'license', bytes: new TextEncoder().encode('GPL\0') },
    { name: '.BTF', bytes: btf.bytes() },
    { name: '.BTF.ext', bytes: ext },
  ];
  return { bytes: buildElf(sections, symbols), bad: places.flat()[0] };
}

export interface BuiltObject {
  readonly bytes: Uint8Array;
  readonly bad: Place | undefined;
}

interface Place {
  readonly section: string;
  /** Counted from the section's first. */
  readonly slot: number;
}

interface AssembledFunction {
  readonly code: Uint8Array;
  readonly references: readonly Relocation[];
  readonly bad: readonly number[];
}

/** Addresses of functions are relative to their section, as compilers write them. */
function addressed(
  bytes: Uint8Array,
  relocations: readonly Relocation[],
  starts: ReadonlyMap<string, number>,
): Pick<SectionInput, 'bytes' | 'relocations'> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const changed = relocations.map((relocation) => {
    const start = relocation.type === R_BPF.lddw ? starts.get(relocation.symbol) : undefined;
    if (start === undefined) return relocation;
    view.setInt32(relocation.offset + 4, start, true);
    return { ...relocation, symbol: '.text' };
  });
  return { bytes, relocations: changed };
}

interface Relocation {
  readonly offset: number;
  readonly type: number;
  readonly symbol: string;
}

function assembleFunction(source: string): AssembledFunction {
  const found: { readonly label: string; readonly call: boolean; readonly symbol: string }[] = [];
  const text = source.replace(/^(call |r\d = )@(\w+)$/gm, (_, before: string, symbol: string) => {
    const label = `reference${found.length}`;
    const call = before.startsWith('call');
    found.push({ label, call, symbol });
    return `${label}:\n${call ? 'call pc-1' : `${before}0 ll`}`;
  });
  const { code, labels } = expectOk(assembleWithLabels(text));
  const references = found.map(({ label, call, symbol }) => ({
    offset: (labels.get(label) ?? 0) * 8,
    type: call ? R_BPF.call : R_BPF.lddw,
    symbol,
  }));
  const bad = labels.get('bad');
  return { code, references, bad: bad === undefined ? [] : [bad] };
}

const mapSize = 32;
const maps = {
  m: { type: 1, max_entries: 4, key_size: 4, value_size: 8 },
  p: { type: 3, max_entries: 1, key_size: 4, value_size: 4 },
};

function writeMaps(btf: BtfBuilder, int: number): void {
  const variables = Object.entries(maps).map(([name, members], i) => {
    const types = Object.entries(members).map(
      ([member, value], at) => [member, btf.ptr(btf.array(int, value)), 64 * at] as const,
    );
    return [btf.variable(name, btf.struct('', mapSize, types)), i * mapSize, mapSize] as const;
  });
  btf.datasec('.maps', variables.length * mapSize, variables);
}
