import { fromHex, writeInteger } from '../base/bytes.ts';
import { raise } from '../base/problem.ts';
import {
  isEnum,
  isStruct,
  type Btf,
  type BtfArray,
  type BtfMember,
  type BtfStruct,
} from '../object/btf/btf.ts';
import { asInteger, describe, memberPath, wrong } from './checked.ts';
import { isJsonArray, isJsonObject } from './json.ts';
import { enumeratorValue, isCharacter } from './typed-print.ts';

/** Bytes, and which bits of them the text named: what was left out is 0 in both. */
export interface NamedBytes {
  readonly bytes: Uint8Array;
  readonly mask: Uint8Array;
}

export interface ValueType {
  readonly btf: Btf;
  readonly typeId: number;
}

/**
 * A value of `size` bytes from any form that bpftool prints: a list of hex bytes (`["0x2a","0x00"]`), or what it prints
 * under `formatted`, where a type is known. Without a type also a number, or a string of hex bytes.
 */
export function valueFromJson(
  value: unknown,
  size: number,
  type: ValueType | undefined,
  path: string,
): NamedBytes {
  const raw = rawBytes(value, size);
  if (raw !== undefined) return { bytes: raw, mask: new Uint8Array(size).fill(0xff) };
  if (type?.btf.resolve(type.typeId).kind !== 'array') refuseHexBytes(value, size, path);
  const target = { bytes: new Uint8Array(size), mask: new Uint8Array(size) };
  if (type === undefined) {
    storeUntyped(target, value, size, path);
    return target;
  }
  const { btf, typeId } = type;
  if ((btf.sizeOf(typeId) ?? 0) > size)
    wrong(path, `${btf.typeName(typeId)} of BTF has ${btf.sizeOf(typeId) ?? 0} bytes, more than ${size}`);
  new Encoder(btf, target).store(value, typeId, 0, path);
  return target;
}

/** A list of hex strings is meant as bytes; these are not the bytes of a value. */
function refuseHexBytes(value: unknown, size: number, path: string): void {
  if (!isJsonArray(value) || !value.every((item) => typeof item === 'string' && item.startsWith('0x')))
    return;
  value.forEach((item, i) => {
    if (rawBytes([item], 1) === undefined)
      wrong(`${path}[${i}]`, `a byte such as "0x2a" was expected, found ${describe(item)}`);
  });
  wrong(path, `${size} bytes were expected, found ${value.length}`);
}

/** Undefined unless `value` is a list of exactly `size` bytes. */
function rawBytes(value: unknown, size: number): Uint8Array | undefined {
  if (!isJsonArray(value) || value.length !== size) return undefined;
  const bytes = value.map((item) => {
    if (typeof item === 'number') return Number.isInteger(item) && item >= 0 && item <= 255 ? item : -1;
    return typeof item === 'string' && /^0x[0-9a-f]{1,2}$/i.test(item) ? Number(item) : -1;
  });
  return bytes.includes(-1) ? undefined : Uint8Array.from(bytes);
}

function storeUntyped(target: NamedBytes, value: unknown, size: number, path: string): void {
  if (typeof value === 'string') {
    const bytes = fromHex(value);
    if (bytes?.length === size) {
      put(target, 0, bytes);
      return;
    }
  }
  const integer = typeof value === 'string' ? undefined : asInteger(value);
  if (integer !== undefined && [1, 2, 4, 8].includes(size)) {
    put(target, 0, writeInteger(inRange(integer, 8 * size, path), size));
    return;
  }
  const found = isJsonArray(value) ? `a list of ${value.length}` : describe(value);
  wrong(path, `${size} bytes were expected (["0x01", ...]), found ${found}`);
}

function put(target: NamedBytes, offset: number, bytes: Uint8Array): void {
  checkInside(target, offset, bytes.length);
  target.bytes.set(bytes, offset);
  target.mask.fill(0xff, offset, offset + bytes.length);
}

/** Damaged BTF may place a member outside its struct. */
function checkInside(target: NamedBytes, offset: number, size: number): void {
  if (offset < 0 || offset + size > target.bytes.length)
    raise('btf-layout', `BTF places ${size} bytes at ${offset} of a value of ${target.bytes.length} bytes`);
}

/** Both the signed and the unsigned reading of `bits` bits are taken. */
function inRange(value: bigint, bits: number, path: string): bigint {
  if (value < -(1n << BigInt(bits - 1)) || value >= 1n << BigInt(bits))
    wrong(path, `${value} does not fit ${bits} bits`);
  return value;
}

class Encoder {
  readonly #btf: Btf;
  readonly #target: NamedBytes;

  constructor(btf: Btf, target: NamedBytes) {
    this.#btf = btf;
    this.#target = target;
  }

  store(value: unknown, typeId: number, offset: number, path: string): void {
    const type = this.#btf.resolve(typeId);
    switch (type.kind) {
      case 'int':
      case 'enum':
      case 'enum64':
        this.#integer(this.#scalar(value, typeId, path), type.size, offset, path);
        break;
      case 'ptr':
        this.#integer(this.#scalar(value, typeId, path), 8, offset, path);
        break;
      case 'float':
        this.#float(value, type.size, offset, path);
        break;
      case 'array':
        this.#array(value, type, offset, path);
        break;
      case 'struct':
      case 'union':
        this.#struct(value, type, offset, path);
        break;
      case 'var':
        this.store(value, type.typeId, offset, path);
        break;
      case 'datasec':
        this.#dataSection(value, typeId, offset, path);
        break;
      case 'void':
      case 'fwd':
      case 'func':
      case 'func_proto':
      case 'decl_tag':
        wrong(path, `a value of type ${this.#btf.typeName(typeId)} cannot be given`);
    }
  }

  #scalar(value: unknown, typeId: number, path: string): bigint {
    const integer = typeof value === 'boolean' ? BigInt(value) : asInteger(value);
    if (integer !== undefined) return integer;
    const named = typeof value === 'string' ? enumeratorValue(this.#btf, typeId, value) : undefined;
    if (named !== undefined) return named;
    const type = this.#btf.resolve(typeId);
    const names = isEnum(type) ? type.values.map(({ name }) => name).slice(0, 20) : [];
    return wrong(
      path,
      `a value of type ${this.#btf.typeName(typeId)} was expected, found ${describe(value)}`,
      names.length > 0 ? `Its values are ${names.join(', ')}.` : undefined,
    );
  }

  #integer(value: bigint, size: number, offset: number, path: string): void {
    put(this.#target, offset, writeInteger(inRange(value, 8 * size, path), size));
  }

  #float(value: unknown, size: number, offset: number, path: string): void {
    if (typeof value !== 'number' || (size !== 4 && size !== 8))
      wrong(path, `a number was expected, found ${describe(value)}`);
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    if (size === 4) view.setFloat32(0, value, true);
    else view.setFloat64(0, value, true);
    put(this.#target, offset, bytes);
  }

  #array(value: unknown, type: BtfArray, offset: number, path: string): void {
    if (typeof value === 'string' && isCharacter(this.#btf, type.typeId)) {
      this.#text(value, type, offset, path);
      return;
    }
    if (!isJsonArray(value)) wrong(path, `a list of ${type.count} was expected, found ${describe(value)}`);
    if (value.length > type.count)
      wrong(path, `the array has ${type.count} elements, ${value.length} are given`);
    const size = this.#btf.sizeOf(type.typeId) ?? 0;
    value.forEach((item, i) => this.store(item, type.typeId, offset + i * size, `${path}[${i}]`));
  }

  #text(text: string, type: BtfArray, offset: number, path: string): void {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > type.count) wrong(path, `the text has ${bytes.length} bytes, the array ${type.count}`);
    const all = new Uint8Array(type.count);
    all.set(bytes);
    put(this.#target, offset, all);
  }

  #struct(value: unknown, type: BtfStruct, offset: number, path: string): void {
    if (!isJsonObject(value)) {
      wrong(
        path,
        `an object with members of ${this.#btf.typeName(type.id)} was expected, found ${describe(value)}`,
      );
    }
    for (const [name, member] of Object.entries(value)) {
      const memberAt = memberPath(path, name);
      if (name === '') this.#anonymous(member, type, offset, memberAt);
      else this.#member(member, this.#find(type, name, memberAt), offset, memberAt);
    }
  }

  #find(type: BtfStruct, name: string, path: string): BtfMember {
    const member = this.#btf.member(type.id, name);
    if (member !== undefined) return member;
    const names = type.members.map((candidate) => candidate.name).filter((candidate) => candidate !== '');
    return wrong(
      path,
      `${this.#btf.typeName(type.id)} has no such member`,
      `Its members are ${names.join(', ')}.`,
    );
  }

  #member(value: unknown, member: BtfMember, offset: number, path: string): void {
    if (member.bitSize === undefined) {
      this.store(value, member.typeId, offset + member.bitOffset / 8, path);
      return;
    }
    const bits = inRange(this.#scalar(value, member.typeId, path), member.bitSize, path);
    for (let i = 0; i < member.bitSize; i++)
      this.#bit(8 * offset + member.bitOffset + i, (bits >> BigInt(i)) & 1n);
  }

  #bit(position: number, value: bigint): void {
    const at = Math.floor(position / 8);
    const bit = 1 << (position % 8);
    checkInside(this.#target, at, 1);
    const { bytes, mask } = this.#target;
    mask[at] = (mask[at] ?? 0) | bit;
    bytes[at] = value === 0n ? (bytes[at] ?? 0) & ~bit : (bytes[at] ?? 0) | bit;
  }

  /** What bpftool prints under "": members of the struct's anonymous members. */
  #anonymous(value: unknown, type: BtfStruct, offset: number, path: string): void {
    if (!isJsonObject(value)) wrong(path, `an object was expected, found ${describe(value)}`);
    const inner = type.members.filter(({ name }) => name === '');
    for (const [name, member] of Object.entries(value)) {
      const owner = inner.find(({ typeId }) =>
        name === '' ? hasAnonymous(this.#btf, typeId) : this.#btf.member(typeId, name) !== undefined,
      );
      if (owner === undefined)
        wrong(memberPath(path, name), `${this.#btf.typeName(type.id)} has no such member`);
      this.store({ [name]: member }, owner.typeId, offset + owner.bitOffset / 8, path);
    }
  }

  /** `{".data": [{"a": 1}, {"b": 2}]}` */
  #dataSection(value: unknown, typeId: number, offset: number, path: string): void {
    const type = this.#btf.resolve(typeId);
    const list = isJsonObject(value) ? value[type.name] : undefined;
    if (type.kind !== 'datasec' || !isJsonArray(list))
      wrong(path, `{"${type.name}": [{"variable": value}, ...]} was expected, found ${describe(value)}`);
    for (const item of list) {
      if (!isJsonObject(item)) wrong(path, `{"variable": value} was expected, found ${describe(item)}`);
      for (const [name, member] of Object.entries(item)) {
        const variable = type.variables.find((candidate) => this.#btf.type(candidate.typeId).name === name);
        if (variable === undefined) wrong(memberPath(path, name), `${type.name} has no such variable`);
        this.store(member, variable.typeId, offset + variable.offset, memberPath(path, name));
      }
    }
  }
}

function hasAnonymous(btf: Btf, typeId: number): boolean {
  const type = btf.resolve(typeId);
  return isStruct(type) && type.members.some(({ name }) => name === '');
}
