import { StringTable } from './build-elf.ts';

/** Makes small BTF blobs for tests. Each method adds one type and returns its id. */
export class BtfBuilder {
  readonly strings = new StringTable();
  readonly #words: number[] = [];
  #nextId = 1;

  int(name: string, size: number, signed = false): number {
    return this.raw(1, { name, sizeOrType: size }, [(signed ? 1 << 24 : 0) | (size * 8)]);
  }

  ptr(typeId: number): number {
    return this.raw(2, { sizeOrType: typeId });
  }

  array(typeId: number, count: number, indexTypeId = typeId): number {
    return this.raw(3, {}, [typeId, indexTypeId, count]);
  }

  /** Members are [name, type, bit offset, bit size]; a bit size makes it a struct with kind_flag. */
  struct(
    name: string,
    size: number,
    members: readonly (readonly [string, number, number, number?])[],
    union = false,
  ): number {
    const flag = members.some(([, , , bitSize]) => bitSize !== undefined);
    const words = members.flatMap(([member, typeId, bitOffset, bitSize = 0]) => [
      this.strings.add(member),
      typeId,
      flag ? ((bitSize << 24) | bitOffset) >>> 0 : bitOffset,
    ]);
    return this.raw(union ? 5 : 4, { name, sizeOrType: size, vlen: members.length, flag }, words);
  }

  enum(name: string, values: readonly (readonly [string, number])[], signed = false): number {
    const words = values.flatMap(([value, number]) => [this.strings.add(value), number >>> 0]);
    return this.raw(6, { name, sizeOrType: 4, vlen: values.length, flag: signed }, words);
  }

  enum64(name: string, values: readonly (readonly [string, bigint])[], signed = false): number {
    const words = values.flatMap(([value, number]) => [
      this.strings.add(value),
      Number(BigInt.asUintN(32, number)),
      Number(BigInt.asUintN(32, number >> 32n)),
    ]);
    return this.raw(19, { name, sizeOrType: 8, vlen: values.length, flag: signed }, words);
  }

  forward(name: string, union = false): number {
    return this.raw(7, { name, flag: union });
  }

  typedef(name: string, typeId: number): number {
    return this.raw(8, { name, sizeOrType: typeId });
  }

  modifier(kind: 'volatile' | 'const' | 'restrict', typeId: number): number {
    return this.raw({ volatile: 9, const: 10, restrict: 11 }[kind], { sizeOrType: typeId });
  }

  typeTag(name: string, typeId: number): number {
    return this.raw(18, { name, sizeOrType: typeId });
  }

  func(name: string, typeId: number, linkage = 1): number {
    return this.raw(12, { name, sizeOrType: typeId, vlen: linkage });
  }

  /** Parameters are [name, type]; ['', 0] at the end is `...`. */
  funcProto(returnTypeId: number, parameters: readonly (readonly [string, number])[]): number {
    const words = parameters.flatMap(([name, typeId]) => [this.strings.add(name), typeId]);
    return this.raw(13, { sizeOrType: returnTypeId, vlen: parameters.length }, words);
  }

  variable(name: string, typeId: number, linkage = 1): number {
    return this.raw(14, { name, sizeOrType: typeId }, [linkage]);
  }

  /** Variables are [id of the var, offset, size]. */
  datasec(name: string, size: number, variables: readonly (readonly [number, number, number])[]): number {
    return this.raw(15, { name, sizeOrType: size, vlen: variables.length }, variables.flat());
  }

  float(name: string, size: number): number {
    return this.raw(16, { name, sizeOrType: size });
  }

  declTag(name: string, typeId: number, component = -1): number {
    return this.raw(17, { name, sizeOrType: typeId }, [component]);
  }

  raw(
    kind: number,
    common: { name?: string; sizeOrType?: number; vlen?: number; flag?: boolean },
    words: readonly number[] = [],
  ): number {
    const { name = '', sizeOrType = 0, vlen = 0, flag = false } = common;
    const info = ((flag ? 1 << 31 : 0) | (kind << 24) | vlen) >>> 0;
    this.#words.push(this.strings.add(name), info, sizeOrType, ...words);
    return this.#nextId++;
  }

  bytes(): Uint8Array {
    const strings = this.strings.bytes();
    const headerSize = 24;
    const typeSize = this.#words.length * 4;
    const bytes = new Uint8Array(headerSize + typeSize + strings.length);
    const header = new DataView(bytes.buffer);
    header.setUint16(0, 0xeb9f, true);
    header.setUint8(2, 1);
    [headerSize, 0, typeSize, typeSize, strings.length].forEach((word, i) =>
      header.setUint32(4 + 4 * i, word, true),
    );
    this.#words.forEach((word, i) => header.setUint32(headerSize + 4 * i, word >>> 0, true));
    bytes.set(strings, headerSize + typeSize);
    return bytes;
  }
}

export interface ExtPart {
  readonly recordSize: number;
  /** By section: each record as words, the instruction offset first. */
  readonly sections: readonly { readonly name: number; readonly records: readonly (readonly number[])[] }[];
}

/** A .BTF.ext with function, line and CO-RE parts; names are offsets in the string table. */
export function buildBtfExt(...parts: readonly (ExtPart | undefined)[]): Uint8Array {
  const headerSize = 8 + 8 * 3;
  const words = parts.map((part) =>
    part === undefined
      ? []
      : [
          part.recordSize,
          ...part.sections.flatMap(({ name, records }) => [name, records.length, ...records.flat()]),
        ],
  );
  const all = words.flat();
  const bytes = new Uint8Array(headerSize + all.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  view.setUint32(4, headerSize, true);
  let offset = 0;
  words.forEach((part, i) => {
    view.setUint32(8 + 8 * i, offset, true);
    view.setUint32(12 + 8 * i, part.length * 4, true);
    offset += part.length * 4;
  });
  all.forEach((word, i) => view.setUint32(headerSize + 4 * i, word, true));
  return bytes;
}
