import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectOk } from '../../vm/base/problem.ts';
import { assemble } from '../../vm/isa/assemble.ts';
import { R_BPF } from '../../vm/object/elf/constants.ts';
import { BtfBuilder } from '../../vm/object/testing/build-btf.ts';
import { buildElf, type SectionInput, type SymbolInput } from '../../vm/object/testing/build-elf.ts';

/** Objects and scenarios that cannot be loaded, as they come to a debugger: damaged, of the wrong kind, mistaken. */

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const example = (name: string): Uint8Array => new Uint8Array(readFileSync(join(examples, name)));

type Change = (bytes: Uint8Array, view: DataView) => void;

/** A copy of count.bpf.o with something changed. */
function damaged(change: Change): Uint8Array {
  const bytes = example('count.bpf.o');
  change(bytes, new DataView(bytes.buffer));
  return bytes;
}

/** Offset of the header of a section, by name. */
function headerOf(bytes: Uint8Array, name: string): number {
  const view = new DataView(bytes.buffer);
  const table = Number(view.getBigUint64(40, true));
  const header = (index: number): number => table + 64 * index;
  const names = Number(view.getBigUint64(header(view.getUint16(62, true)) + 24, true));
  for (let index = 1; index < view.getUint16(60, true); index++) {
    const start = names + view.getUint32(header(index), true);
    if (new TextDecoder().decode(bytes.subarray(start, start + name.length + 1)) === `${name}\0`)
      return header(index);
  }
  throw new Error(`no section ${name}`);
}

const pass = expectOk(assemble('r0 = 2\nexit'));
const program = (name: string, section: string): { code: SectionInput; symbol: SymbolInput } => ({
  code: { name: section, bytes: pass, code: true },
  symbol: { name, section, size: pass.length, type: 'func' },
});
const main = program('main', 'xdp');

/** An object with one map `m` whose definition has the given members: values of `__uint`, or sizes of `__type`. */
function withMap(members: Readonly<Record<string, number | string>>): Uint8Array {
  const b = new BtfBuilder();
  const int = b.int('int', 4, true);
  const types = Object.entries(members).map(([name, value]): readonly [string, number, number] => [
    name,
    b.ptr(typeof value === 'number' ? b.array(int, value) : b.struct(value, 8, [['a', int, 0]])),
    0,
  ]);
  const size = 8 * types.length;
  const struct = b.struct(
    '',
    size,
    types.map(([name, type], i) => [name, type, 64 * i]),
  );
  b.datasec('.maps', size, [[b.variable('m', struct), 0, size]]);
  return buildElf(
    [main.code, { name: '.maps', bytes: new Uint8Array(size) }, { name: '.BTF', bytes: b.bytes() }],
    [main.symbol, { name: 'm', section: '.maps', type: 'object', size }],
  );
}

/** An object whose only instruction refers to `symbol`. */
function referring(symbol: SymbolInput, imm = 0): Uint8Array {
  const bytes = expectOk(assemble(`r1 = ${imm} ll\nr0 = 2\nexit`));
  const relocations = [{ offset: 0, type: R_BPF.lddw, symbol: symbol.name }];
  return buildElf(
    [
      { ...main.code, bytes, relocations },
      { name: '.data', bytes: new Uint8Array(8) },
    ],
    [{ ...main.symbol, size: bytes.length }, symbol],
  );
}

const twoPrograms = (): Uint8Array => {
  const [one, two] = [program('one', 'xdp'), program('two', 'tc')];
  return buildElf([one.code, two.code], [one.symbol, two.symbol]);
};

const text = (contents: string): Uint8Array => new TextEncoder().encode(contents);

/** Contents of object files by name; each is used by a scenario that names nothing but the object. */
export const objects: Readonly<Record<string, () => Uint8Array>> = {
  'empty.o': () => new Uint8Array(),
  'source.o': () => example('count.bpf.c'),
  'bitcode.o': () => Uint8Array.of(0x42, 0x43, 0xc0, 0xde, 0, 0, 0, 0),
  'x86.o': () => damaged((_, view) => view.setUint16(18, 62, true)),
  '32-bit.o': () => damaged((bytes) => (bytes[4] = 1)),
  'big-endian.o': () => damaged((bytes) => (bytes[5] = 2)),
  'executable.o': () => damaged((_, view) => view.setUint16(16, 2, true)),
  'magic-only.o': () => example('count.bpf.o').slice(0, 4),
  'half-header.o': () => example('count.bpf.o').slice(0, 40),
  'cut.o': () => example('count.bpf.o').slice(0, 3000),
  'section-offset.o': () =>
    damaged((bytes, view) => view.setBigUint64(headerOf(bytes, 'xdp') + 24, 1n << 40n, true)),
  'section-size.o': () =>
    damaged((bytes, view) => view.setBigUint64(headerOf(bytes, 'xdp') + 32, 1n << 62n, true)),
  'bss-size.o': () => {
    const bytes = buildElf([main.code, { name: '.bss', zeros: 8 }], [main.symbol]);
    new DataView(bytes.buffer).setBigUint64(headerOf(bytes, '.bss') + 32, 1n << 43n, true);
    return bytes;
  },
  'names.o': () => damaged((_, view) => view.setUint16(62, 999, true)),
  'odd-code.o': () => buildElf([{ ...main.code, bytes: pass.slice(0, 12) }], [main.symbol]),
  'no-symbols.o': () => damaged((bytes, view) => view.setUint32(headerOf(bytes, '.symtab') + 4, 1, true)),
  'no-section.o': () => referring({ name: 'nowhere', section: '.data', value: 4096 }),
  'relocation-offset.o': () =>
    buildElf(
      [{ ...main.code, relocations: [{ offset: 4096, type: R_BPF.lddw, symbol: 'main' }] }],
      [main.symbol],
    ),
  'relocation-symbol.o': () =>
    damaged((bytes, view) => {
      const table = Number(view.getBigUint64(headerOf(bytes, '.relxdp') + 24, true));
      view.setUint32(table + 12, 0xffff, true);
    }),
  'relocation-type.o': () =>
    buildElf([{ ...main.code, relocations: [{ offset: 0, type: 99, symbol: 'main' }] }], [main.symbol]),
  'undefined-symbol.o': () => referring({ name: 'my_variable' }),
  'map-type.o': () => withMap({ type: 999, key_size: 4, value_size: 8, max_entries: 1 }),
  'map-no-type.o': () => withMap({ key_size: 4, value_size: 8, max_entries: 1 }),
  'map-no-key.o': () => withMap({ type: 1, value_size: 8, max_entries: 1 }),
  'map-no-value.o': () => withMap({ type: 1, key_size: 4, max_entries: 1 }),
  'map-no-entries.o': () => withMap({ type: 1, key_size: 4, value_size: 8 }),
  'map-two-sizes.o': () => withMap({ type: 1, key: 'key', key_size: 4, value_size: 8, max_entries: 1 }),
  'map-unknown-field.o': () => withMap({ type: 1, key_size: 4, value_size: 8, max_entry: 1 }),
  'map-huge.o': () => withMap({ type: 2, key_size: 4, value_size: 4096, max_entries: 2_000_000_000 }),
  'maps-without-btf.o': () =>
    buildElf([main.code, { name: '.maps', bytes: new Uint8Array(32) }], [main.symbol]),
  'legacy-maps.o': () => buildElf([main.code, { name: 'maps', bytes: new Uint8Array(20) }], [main.symbol]),
  'btf.o': () =>
    damaged((bytes, view) =>
      view.setUint16(Number(view.getBigUint64(headerOf(bytes, '.BTF') + 24, true)), 0, true),
    ),
  'no-program.o': () => buildElf([{ name: '.data', bytes: new Uint8Array(8) }]),
  'only-subprogram.o': () => {
    const helper = program('helper', '.text');
    return buildElf([helper.code], [helper.symbol]);
  },
  'two-programs.o': twoPrograms,
  'unknown-section.o': () => {
    const { code, symbol } = program('main', 'banana');
    return buildElf([code], [symbol]);
  },
  'unsupported-section.o': () => {
    const { code, symbol } = program('main', 'netfilter');
    return buildElf([code], [symbol]);
  },
};

const count = join(examples, 'count.bpf.o');
const key = ['0x01', '0x00', '0x00', '0x00'];

/** Scenarios, as JSON or as they stand in the file. */
export const scenarios: Readonly<Record<string, unknown>> = {
  'empty.json': '',
  'cut.json': '{ "object": "count.bpf.o", ',
  'list.json': [],
  'no-object.json': { runs: [] },
  'number-object.json': { object: 7 },
  'missing-object.json': { object: 'nothing.bpf.o' },
  'folder-object.json': { object: '.' },
  'misspelt.json': { object: count, progam: 'count_packets' },
  'misspelt-run.json': { object: count, runs: [{ datain: '00' }] },
  'unknown-program.json': { object: count, program: 'count_packet_' },
  'unknown-map.json': { object: count, maps: { count: [] } },
  'short-key.json': { object: count, maps: { counts: [{ key: ['0x01', '0x00'], value: key }] } },
  'long-value.json': {
    object: count,
    maps: { counts: [{ key, value: [...key, ...key, ...key, ...key, '0x00'] }] },
  },
  'bad-byte.json': {
    object: count,
    maps: { counts: [{ key: ['0x01', '0x00', '0x00', '0x100'], value: {} }] },
  },
  'unknown-member.json': { object: count, maps: { counts: [{ key: 1, value: { packet: 1 } }] } },
  'unknown-global.json': { object: count, globals: { minimum: 3 } },
  'big-global.json': { object: count, globals: { min_length: '0x1ffffffff' } },
  'packet-hex.json': { object: count, runs: [{ dataIn: '0g' }] },
  'packet-odd.json': { object: count, runs: [{ dataIn: '000' }] },
  'packet-short.json': { object: count, runs: [{ dataIn: '00' }] },
  'no-capture.json': { object: count, runs: [{ dataIn: { pcap: 'nothing.pcap', packet: 1 } }] },
  'no-capture-file.json': { object: count, runs: [{ dataIn: { pcap: 'source.o', packet: 1 } }] },
  'unknown-context.json': { object: count, runs: [{ ctxIn: { mark: 7 } }] },
  'cpu.json': { object: count, runs: [{ cpu: 9 }] },
  'environment.json': { object: count, environment: { cpus: 0 } },
};

/** Writes all files to a folder and gives the names of the scenarios, those of objects first. */
export function writeInputs(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  const names: string[] = [];
  const write = (name: string, contents: Uint8Array | string): void =>
    writeFileSync(join(folder, name), contents);
  for (const [name, make] of Object.entries(objects)) {
    write(name, make());
    write(`${name}.json`, JSON.stringify({ object: name }));
    names.push(`${name}.json`);
  }
  for (const [name, contents] of Object.entries(scenarios)) {
    write(name, typeof contents === 'string' ? text(contents) : JSON.stringify(contents));
    names.push(name);
  }
  return names;
}
