import { EM_BPF, ET_REL, SHF, SHT } from '../elf/constants.ts';

/** Makes small ELF objects for tests. */

export interface SectionInput {
  readonly name: string;
  readonly bytes?: Uint8Array;
  /** Instead of `bytes`: the size of an SHT_NOBITS section. */
  readonly zeros?: number;
  readonly code?: boolean;
  readonly relocations?: readonly {
    readonly offset: number;
    readonly type: number;
    readonly symbol: string;
  }[];
}

export interface SymbolInput {
  readonly name: string;
  /** Undefined: an undefined symbol. */
  readonly section?: string;
  readonly value?: number;
  readonly size?: number;
  readonly type?: 'notype' | 'object' | 'func' | 'section';
  readonly binding?: 'local' | 'global' | 'weak';
}

const headerSize = 64;
const symbolTypes = ['notype', 'object', 'func', 'section'];
const bindings = ['local', 'global', 'weak'];

interface RawSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly entrySize: number;
}

/** An object with the given sections from index 1 on, then symbols, strings and relocations. */
export function buildElf(
  sections: readonly SectionInput[],
  symbols: readonly SymbolInput[] = [],
): Uint8Array {
  const strings = new StringTable();
  const symbolTable = sections.length + 1;
  const sectionIndex = (name: string | undefined): number =>
    name === undefined ? 0 : sections.findIndex((section) => section.name === name) + 1;

  const raw: RawSection[] = sections.map(({ name, bytes = new Uint8Array(), zeros, code }) => ({
    name,
    type: zeros === undefined ? SHT.progbits : SHT.nobits,
    flags: SHF.alloc | (code === true ? SHF.execinstr : SHF.write),
    bytes,
    size: zeros ?? bytes.length,
    link: 0,
    info: 0,
    entrySize: 0,
  }));
  const plain = { type: 0, flags: 0, link: 0, info: 0, entrySize: 0 };
  const symbolBytes = record<SymbolInput | undefined>(24, [undefined, ...symbols], (view, symbol) => {
    if (symbol === undefined) return;
    const { name, section, value = 0, size = 0, type = 'notype', binding = 'global' } = symbol;
    view.setUint32(0, strings.add(name), true);
    view.setUint8(4, (bindings.indexOf(binding) << 4) | symbolTypes.indexOf(type));
    view.setUint16(6, sectionIndex(section), true);
    view.setBigUint64(8, BigInt(value), true);
    view.setBigUint64(16, BigInt(size), true);
  });
  raw.push({
    ...plain,
    name: '.symtab',
    type: SHT.symtab,
    bytes: symbolBytes,
    size: symbolBytes.length,
    link: symbolTable + 1,
    entrySize: 24,
  });
  const stringsAt = raw.length;
  raw.push({ ...plain, name: '.strtab', type: SHT.strtab, bytes: new Uint8Array(), size: 0 });
  for (const { name, relocations } of sections) {
    if (relocations === undefined) continue;
    const bytes = record(16, relocations, (view, { offset, type, symbol }) => {
      view.setBigUint64(0, BigInt(offset), true);
      view.setUint32(8, type, true);
      view.setUint32(12, symbols.findIndex((candidate) => candidate.name === symbol) + 1, true);
    });
    raw.push({
      ...plain,
      name: `.rel${name}`,
      type: SHT.rel,
      bytes,
      size: bytes.length,
      link: symbolTable,
      info: sectionIndex(name),
      entrySize: 16,
    });
  }
  const names = raw.map(({ name }) => strings.add(name));
  const stringBytes = strings.bytes();
  const complete = raw.map((section, i) =>
    i === stringsAt ? { ...section, bytes: stringBytes, size: stringBytes.length } : section,
  );
  return assemble(complete, names, stringsAt + 1);
}

function assemble(
  sections: readonly RawSection[],
  names: readonly number[],
  stringsIndex: number,
): Uint8Array {
  const contents = sections.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const table = Math.ceil((headerSize + contents) / 8) * 8;
  const file = new Uint8Array(table + headerSize * (sections.length + 1));
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_REL, true);
  view.setUint16(18, EM_BPF, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(40, BigInt(table), true);
  view.setUint16(52, headerSize, true);
  view.setUint16(58, headerSize, true);
  view.setUint16(60, sections.length + 1, true);
  view.setUint16(62, stringsIndex, true);

  let offset = headerSize;
  sections.forEach((section, i) => {
    const at = table + headerSize * (i + 1);
    file.set(section.bytes, offset);
    view.setUint32(at, names[i] ?? 0, true);
    view.setUint32(at + 4, section.type, true);
    view.setBigUint64(at + 8, BigInt(section.flags), true);
    view.setBigUint64(at + 24, BigInt(offset), true);
    view.setBigUint64(at + 32, BigInt(section.size), true);
    view.setUint32(at + 40, section.link, true);
    view.setUint32(at + 44, section.info, true);
    view.setBigUint64(at + 56, BigInt(section.entrySize), true);
    offset += section.bytes.length;
  });
  return file;
}

/** `items` as records of `size` bytes, each written by `write`. */
export function record<T>(
  size: number,
  items: readonly T[],
  write: (view: DataView, item: T) => void,
): Uint8Array {
  const bytes = new Uint8Array(size * items.length);
  items.forEach((item, i) => write(new DataView(bytes.buffer, i * size, size), item));
  return bytes;
}

/** NUL-terminated strings after an empty one, each stored once. */
export class StringTable {
  readonly #offsets = new Map<string, number>([['', 0]]);
  #text = '\0';

  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = new TextEncoder().encode(this.#text).length;
    this.#offsets.set(text, offset);
    this.#text += `${text}\0`;
    return offset;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(this.#text);
  }
}
