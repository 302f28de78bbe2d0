import { ByteReader } from '../../base/byte-reader.ts';
import { raise, type Place } from '../../base/problem.ts';
import type { BtfKind, BtfLinkage, BtfMember, BtfType } from './types.ts';

/** The bytes of BTF: header, type records, strings. Layouts of include/uapi/linux/btf.h. */

const magic = 0xeb9f;
const swappedMagic = 0x9feb;
const minimalHeaderLength = 24;

/** BTF_KIND_* by number. */
const kinds: readonly (BtfKind | undefined)[] = [
  undefined,
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
];

/** Bytes after the 12 of the common part: fixed, and for each of the `vlen` entries; by kind number. */
const fixedSize = [0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];
const entrySize = [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];

const commonSize = 12;
const linkages: readonly BtfLinkage[] = ['static', 'global', 'extern'];

export interface BtfSections {
  readonly types: ByteReader;
  readonly strings: ByteReader;
}

/** Checks the header; type records and strings stay unread. */
export function readHeader(bytes: Uint8Array, place: Place): BtfSections {
  const reader = new ByteReader(bytes, place);
  const found = reader.u16(0, 'the BTF magic');
  if (found === swappedMagic) {
    raise('btf-big-endian', 'this is big-endian BTF, which is not supported', reader.at(0));
  }
  if (found !== magic) {
    raise(
      'btf-magic',
      `BTF starts with 0x${magic.toString(16)}, here is 0x${found.toString(16)}`,
      reader.at(0),
    );
  }
  const version = reader.u8(2, 'the BTF version');
  if (version !== 1) raise('btf-version', `BTF version ${version} is not supported, only 1`, reader.at(2));
  const headerLength = reader.u32(4, 'the BTF header length');
  if (headerLength < minimalHeaderLength) {
    raise(
      'btf-header',
      `a BTF header has at least ${minimalHeaderLength} bytes, this says ${headerLength}`,
      reader.at(4),
    );
  }
  const part = (field: number, what: string): ByteReader => {
    const offset = headerLength + reader.u32(field, `the offset of the BTF ${what}`);
    const size = reader.u32(field + 4, `the size of the BTF ${what}`);
    return new ByteReader(reader.slice(offset, size, `BTF ${what}`), place, offset);
  };
  const types = part(8, 'types');
  const strings = part(16, 'strings');
  if (strings.length === 0 || strings.u8(0) !== 0 || strings.u8(strings.length - 1) !== 0) {
    raise('btf-strings', 'BTF strings start and end with a NUL', strings.at(0));
  }
  return { types, strings };
}

/** Offsets of all type records by id; [0] is unused. One pass that reads 4 bytes of each record. */
export function indexTypes(types: ByteReader): Uint32Array {
  const { bytes } = types;
  const offsets: number[] = [0];
  let offset = 0;
  while (offset < bytes.length) {
    types.need(offset, commonSize, 'a BTF type');
    const kind = (bytes[offset + 7] ?? 0) & 0x1f;
    const vlen = (bytes[offset + 4] ?? 0) | ((bytes[offset + 5] ?? 0) << 8);
    if (kinds[kind] === undefined) raise('btf-kind', `BTF kind ${kind} is not known`, types.at(offset));
    offsets.push(offset);
    offset += commonSize + (fixedSize[kind] ?? 0) + vlen * (entrySize[kind] ?? 0);
  }
  if (offset > bytes.length) {
    types.need(offsets.at(-1) ?? 0, offset - (offsets.at(-1) ?? 0), `BTF type ${offsets.length - 1}`);
  }
  return Uint32Array.from(offsets);
}

export function nameOffsetAt(types: ByteReader, offset: number): number {
  return types.u32(offset);
}

export function kindAt(types: ByteReader, offset: number): BtfKind {
  // indexTypes admitted only numbers of the table.
  return kinds[types.u8(offset + 7) & 0x1f] ?? 'void';
}

/** Byte offsets, within the record, of what the ELF sections of an object know better. */
export const datasecLayout = { size: 8, entries: commonSize, entrySize: 12, entryOffset: 4 } as const;

/** Decodes the record at `offset`. `string` reads a name. */
export function decodeType(
  types: ByteReader,
  offset: number,
  id: number,
  string: (offset: number) => string,
): BtfType {
  const u32 = (at: number): number => types.u32(offset + at);
  const info = u32(4);
  const vlen = info & 0xffff;
  const flag = info >>> 31 === 1;
  const kind = kindAt(types, offset);
  const base = { id, name: string(u32(0)) };
  const sizeOrType = u32(8);
  const list = <T>(decode: (at: number) => T): T[] =>
    Array.from({ length: vlen }, (_, i) => decode(commonSize + i * (entrySize[(info >>> 24) & 0x1f] ?? 0)));
  const linkage = (number: number): BtfLinkage =>
    linkages[number] ??
    raise('btf-linkage', `linkage ${number} of ${base.name} is not known`, types.at(offset));

  switch (kind) {
    case 'void':
      return { ...base, kind };
    case 'int': {
      const word = u32(12);
      const encoding = (word >>> 24) & 0x0f;
      return {
        ...base,
        kind,
        size: sizeOrType,
        signed: (encoding & 1) !== 0,
        encoding: (encoding & 4) !== 0 ? 'bool' : (encoding & 2) !== 0 ? 'char' : undefined,
        bits: word & 0xff,
        bitOffset: (word >>> 16) & 0xff,
      };
    }
    case 'float':
      return { ...base, kind, size: sizeOrType };
    case 'ptr':
      return { ...base, kind, typeId: sizeOrType };
    case 'array':
      return { ...base, kind, typeId: u32(12), indexTypeId: u32(16), count: u32(20) };
    case 'struct':
    case 'union': {
      const members = list((at): BtfMember => {
        const word = u32(at + 8);
        const width = flag ? word >>> 24 : 0;
        return {
          name: string(u32(at)),
          typeId: u32(at + 4),
          bitOffset: flag ? word & 0xffffff : word,
          bitSize: width === 0 ? undefined : width,
        };
      });
      return { ...base, kind, size: sizeOrType, members };
    }
    case 'enum': {
      const values = list((at) => ({
        name: string(u32(at)),
        value: BigInt(flag ? types.i32(offset + at + 4) : u32(at + 4)),
      }));
      return { ...base, kind, size: sizeOrType, signed: flag, values };
    }
    case 'enum64': {
      const values = list((at) => {
        const value = types.u64(offset + at + 4);
        return { name: string(u32(at)), value: flag ? BigInt.asIntN(64, value) : value };
      });
      return { ...base, kind, size: sizeOrType, signed: flag, values };
    }
    case 'fwd':
      return { ...base, kind, forwards: flag ? 'union' : 'struct' };
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'type_tag':
      return { ...base, kind, typeId: sizeOrType };
    case 'func':
      return { ...base, kind, linkage: linkage(vlen), typeId: sizeOrType };
    case 'func_proto': {
      const all = list((at) => ({ name: string(u32(at)), typeId: u32(at + 4) }));
      const last = all.at(-1);
      const variadic = last?.typeId === 0 && last.name === '';
      return {
        ...base,
        kind,
        returnTypeId: sizeOrType,
        parameters: variadic ? all.slice(0, -1) : all,
        variadic,
      };
    }
    case 'var':
      return { ...base, kind, linkage: linkage(u32(12)), typeId: sizeOrType };
    case 'datasec': {
      const variables = list((at) => ({ typeId: u32(at), offset: u32(at + 4), size: u32(at + 8) }));
      return { ...base, kind, size: sizeOrType, variables };
    }
    case 'decl_tag':
      return { ...base, kind, typeId: sizeOrType, component: types.i32(offset + 12) };
  }
}
