import { raise } from '../../vm/base/problem.ts';

/** struct btf_header of include/uapi/linux/btf.h. */
const header = {
  headerLength: 4,
  typeOffset: 8,
  typeLength: 12,
  stringOffset: 16,
  stringLength: 20,
} as const;
const kind = { int: 1, ptr: 2, array: 3, struct: 4 } as const;
const memberSize = 12;
const recordSize = 12;

/** Bytes that follow the 12 of a type's record, by kind: a number, or so many for each of its `vlen`. */
const rest: readonly (readonly [fixed: number, each: number])[] = [
  [0, 0],
  [4, 0],
  [0, 0],
  [12, 0],
  [0, 12],
  [0, 12],
  [0, 8],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 8],
  [4, 0],
  [0, 12],
  [0, 0],
  [4, 0],
  [0, 0],
  [0, 12],
];

/** A BTF blob whose map definitions can be given other numbers; ids of types stay, new ones come after them. */
export class BtfCopy {
  readonly #records: Uint8Array[] = [];
  #strings: Buffer;

  constructor(bytes: Uint8Array) {
    const view = viewOf(bytes);
    const start = view.getUint32(header.headerLength, true);
    const types = start + view.getUint32(header.typeOffset, true);
    const end = types + view.getUint32(header.typeLength, true);
    for (let at = types; at < end;) {
      const info = view.getUint32(at + 4, true);
      const form =
        rest[(info >>> 24) & 0x1f] ?? raise('btf-kind', `BTF has a type of kind ${(info >>> 24) & 0x1f}`);
      const size = recordSize + form[0] + form[1] * (info & 0xffff);
      this.#records.push(bytes.slice(at, at + size));
      at += size;
    }
    const strings = start + view.getUint32(header.stringOffset, true);
    this.#strings = Buffer.from(bytes.slice(strings, strings + view.getUint32(header.stringLength, true)));
  }

  /** Sets `__uint(name, value)` of the struct that defines a map. */
  setNumber(structId: number, name: string, value: number): void {
    const record = this.#record(structId);
    const info = viewOf(record).getUint32(4, true);
    if (((info >>> 24) & 0x1f) !== kind.struct) raise('btf-kind', `type ${structId} is no struct`);
    const type = this.#numberType(value);
    for (let at = recordSize; at < record.length; at += memberSize) {
      if (this.#string(viewOf(record).getUint32(at, true)) !== name) continue;
      viewOf(record).setUint32(at + 4, type, true);
      return;
    }
    // As the first member, at offset 0: offsets must not go down, and none may lie past the end.
    const grown = new Uint8Array(record.length + memberSize);
    grown.set(record.subarray(0, recordSize));
    grown.set(record.subarray(recordSize), recordSize + memberSize);
    const view = viewOf(grown);
    view.setUint32(4, info + 1, true);
    view.setUint32(recordSize, this.#nameOffset(name), true);
    view.setUint32(recordSize + 4, type, true);
    this.#records[structId - 1] = grown;
  }

  bytes(): Uint8Array {
    const types = Buffer.concat(this.#records);
    const size = 24;
    const head = Buffer.alloc(size);
    head.writeUInt16LE(0xeb9f, 0);
    head.writeUInt8(1, 2);
    head.writeUInt32LE(size, header.headerLength);
    head.writeUInt32LE(0, header.typeOffset);
    head.writeUInt32LE(types.length, header.typeLength);
    head.writeUInt32LE(types.length, header.stringOffset);
    head.writeUInt32LE(this.#strings.length, header.stringLength);
    return Buffer.concat([head, types, this.#strings]);
  }

  /** `int (*)[value]`, which is how __uint writes a number. */
  #numberType(value: number): number {
    const int =
      this.#records.findIndex((record) => viewOf(record).getUint32(4, true) >>> 24 === kind.int) + 1;
    if (int === 0) raise('btf-kind', 'BTF has no integer type');
    const array = this.#add(kind.array, 0, [int, int, value]);
    return this.#add(kind.ptr, array, []);
  }

  #add(of: number, sizeOrType: number, words: readonly number[]): number {
    const record = Buffer.alloc(recordSize + 4 * words.length);
    record.writeUInt32LE((of << 24) >>> 0, 4);
    record.writeUInt32LE(sizeOrType, 8);
    words.forEach((word, i) => record.writeUInt32LE(word, recordSize + 4 * i));
    this.#records.push(record);
    return this.#records.length;
  }

  #record(id: number): Uint8Array {
    return this.#records[id - 1] ?? raise('btf-id', `BTF has no type ${id}`);
  }

  #string(offset: number): string {
    return this.#strings.toString('latin1', offset, this.#strings.indexOf(0, offset));
  }

  #nameOffset(name: string): number {
    const found = this.#strings.indexOf(`\0${name}\0`);
    if (found >= 0) return found + 1;
    const offset = this.#strings.length;
    this.#strings = Buffer.concat([this.#strings, Buffer.from(`${name}\0`)]);
    return offset;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
