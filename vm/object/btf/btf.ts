import type { ByteReader } from '../../base/byte-reader.ts';
import { attempt, raise, type Place, type Result } from '../../base/problem.ts';
import { NameIndex } from './name-index.ts';
import { typeName } from './type-name.ts';
import type { BtfBareType, BtfKind, BtfMember, BtfType } from './types.ts';
import { verifyTypes } from './verify.ts';
import { decodeType, indexTypes, kindAt, readHeader } from './wire.ts';

export type * from './types.ts';

const pointerSize = 8;
/** More typedefs and qualifiers in a row than any compiler writes: the chain is a circle. */
const longestChain = 64;

/**
 * The types of a BTF blob. Opening reads only the header; the positions of types, the types themselves and the index of
 * names come when first asked for.
 *
 * Methods that take an id raise a problem for an id or record that is damaged. After `verify` succeeded (every Btf of a
 * ProgramObject is verified), no id that comes from the Btf itself can raise; with any other, call them within `attempt`.
 */
export class Btf {
  readonly place: Place;
  readonly #types: ByteReader;
  readonly #strings: ByteReader;
  readonly #cache = new Map<number, BtfType>();
  readonly #stringCache = new Map<number, string>();
  #offsets: Uint32Array | undefined;
  #names: NameIndex | undefined;

  private constructor(types: ByteReader, strings: ByteReader, place: Place) {
    this.#types = types;
    this.#strings = strings;
    this.place = place;
  }

  /** `place` names file and section in problems. */
  static open(bytes: Uint8Array, place: Place = {}): Result<Btf> {
    return attempt(() => {
      const { types, strings } = readHeader(bytes, place);
      return new Btf(types, strings, place);
    });
  }

  /** Reads every type and checks what it refers to: ids, names, circles. */
  verify(): Result<void> {
    return attempt(() => verifyTypes(this));
  }

  /** One more than the highest id. */
  get count(): number {
    return this.#index().length;
  }

  type(id: number): BtfType {
    const cached = this.#cache.get(id);
    if (cached) return cached;
    const decoded: BtfType =
      id === 0
        ? { kind: 'void', id, name: '' }
        : decodeType(this.#types, this.#offset(id), id, (at) => this.string(at));
    const type = this.#withOldBitFields(decoded);
    this.#cache.set(id, type);
    return type;
  }

  /** The kind of a type, without decoding it. */
  kind(id: number): BtfKind {
    return id === 0 ? 'void' : kindAt(this.#types, this.#offset(id));
  }

  /** The string at a byte offset of the string section. */
  string(offset: number): string {
    let text = this.#stringCache.get(offset);
    if (text === undefined) {
      text = this.#strings.cstring(offset, 'a BTF string');
      this.#stringCache.set(offset, text);
    }
    return text;
  }

  /** The first type of that name, of that kind where it is given. A struct and a typedef may share a name. */
  byName(name: string, kind?: BtfKind): BtfType | undefined {
    const id = this.idsByName(name).find((id) => kind === undefined || this.kind(id) === kind);
    return id === undefined ? undefined : this.type(id);
  }

  /** Ids of all types of that name, ascending. */
  idsByName(name: string): readonly number[] {
    this.#names ??= new NameIndex(this.#types, this.#strings, this.#index());
    return this.#names.find(name);
  }

  /** Takes typedef, const, volatile, restrict and type_tag off; the id of what is below. */
  resolveId(id: number): number {
    let current = id;
    for (let steps = 0; steps < longestChain; steps++) {
      const type = this.type(current);
      if (!isModifier(type)) return current;
      current = type.typeId;
    }
    return raise('btf-cycle', `BTF type ${id} is defined by itself`, this.placeOf(id));
  }

  /** Takes typedef, const, volatile, restrict and type_tag off. */
  resolve(id: number): BtfBareType {
    const type = this.type(this.resolveId(id));
    if (isModifier(type)) return raise('btf-cycle', `BTF type ${id} is defined by itself`, this.placeOf(id));
    return type;
  }

  /** Takes const, volatile, restrict and type_tag off, but keeps typedefs. */
  skipModifiers(id: number): BtfType {
    let type = this.type(id);
    for (let steps = 0; steps < longestChain; steps++) {
      if (!isModifier(type) || type.kind === 'typedef') return type;
      type = this.type(type.typeId);
    }
    return raise('btf-cycle', `BTF type ${id} is defined by itself`, this.placeOf(id));
  }

  /** Bytes; undefined for what has no size (void, a function, a forward declaration). */
  sizeOf(id: number): number | undefined {
    let elements = 1;
    let current = id;
    for (let depth = 0; depth < longestChain; depth++) {
      const type = this.resolve(current);
      switch (type.kind) {
        case 'array':
          elements *= type.count;
          current = type.typeId;
          break;
        case 'var':
          current = type.typeId;
          break;
        case 'ptr':
          return elements * pointerSize;
        case 'int':
        case 'float':
        case 'struct':
        case 'union':
        case 'enum':
        case 'enum64':
        case 'datasec':
          return elements * type.size;
        case 'void':
        case 'fwd':
        case 'func':
        case 'func_proto':
        case 'decl_tag':
          return undefined;
      }
    }
    return raise('btf-cycle', `BTF type ${id} contains itself`, this.placeOf(id));
  }

  /** Struct or union member by name, also one of anonymous structs and unions within; offset from the outer one. */
  member(id: number, name: string): BtfMember | undefined {
    return this.#member(id, name, 0, new Set());
  }

  /** Spelled in C: `struct flow *`, `__u32[4]`, `int (*)(void *, ...)`. */
  typeName(id: number): string {
    return typeName(this, id);
  }

  placeOf(id: number): Place {
    const offset = this.#index()[id];
    return id === 0 || offset === undefined ? this.place : this.#types.at(offset);
  }

  #member(id: number, name: string, base: number, searched: Set<number>): BtfMember | undefined {
    const type = this.resolve(id);
    if (!isStruct(type) || searched.has(type.id)) return undefined;
    searched.add(type.id);
    for (const member of type.members) {
      if (member.name === name) return { ...member, bitOffset: base + member.bitOffset };
      if (member.name !== '') continue;
      const inner = this.#member(member.typeId, name, base + member.bitOffset, searched);
      if (inner) return inner;
    }
    return undefined;
  }

  /** Without kind_flag, a bit field is a member whose int type has fewer bits than its size (as pahole wrote it). */
  #withOldBitFields(type: BtfType): BtfType {
    if (!isStruct(type)) return type;
    const members = type.members.map((member): BtfMember => {
      if (member.bitSize !== undefined || !this.has(member.typeId)) return member;
      const kind = this.kind(member.typeId);
      if (kind !== 'int' && !isModifierKind(kind)) return member;
      const bare = this.resolve(member.typeId);
      if (bare.kind !== 'int' || (bare.bits === bare.size * 8 && bare.bitOffset === 0)) return member;
      return { ...member, bitOffset: member.bitOffset + bare.bitOffset, bitSize: bare.bits };
    });
    return { ...type, members };
  }

  has(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && id < this.count;
  }

  #index(): Uint32Array {
    return (this.#offsets ??= indexTypes(this.#types));
  }

  #offset(id: number): number {
    const offset = this.#index()[id];
    if (offset === undefined || id === 0) {
      return raise('btf-id', `there is no BTF type ${id}: ids are below ${this.count}`, this.place);
    }
    return offset;
  }
}

export function isModifierKind(kind: BtfKind): boolean {
  return (
    kind === 'typedef' ||
    kind === 'const' ||
    kind === 'volatile' ||
    kind === 'restrict' ||
    kind === 'type_tag'
  );
}

export function isModifier(type: BtfType): type is Exclude<BtfType, BtfBareType> {
  return isModifierKind(type.kind);
}

export function isStruct(type: BtfType): type is Extract<BtfType, { kind: 'struct' | 'union' }> {
  return type.kind === 'struct' || type.kind === 'union';
}

export function isEnum(type: BtfType): type is Extract<BtfType, { kind: 'enum' | 'enum64' }> {
  return type.kind === 'enum' || type.kind === 'enum64';
}
