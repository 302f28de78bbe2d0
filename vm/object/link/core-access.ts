import { isEnum, isStruct, type Btf, type BtfMember } from '../btf/btf.ts';
import type { CoreRelocation } from '../program-object.ts';

interface Field {
  readonly typeId: number;
  readonly bitOffset: number;
  readonly bitSize: number | undefined;
  readonly path: string;
}

/** One access, evaluated against the object's own BTF. Undefined values: not determined by it. */
export class CoreAccess {
  readonly #btf: Btf;
  readonly #relocation: CoreRelocation;
  readonly #indices: readonly number[];

  constructor(btf: Btf, relocation: CoreRelocation) {
    this.#btf = btf;
    this.#relocation = relocation;
    this.#indices = relocation.access.split(':').map(Number);
  }

  describe(): string {
    const root = this.#btf.typeName(this.#relocation.typeId);
    const { kind } = this.#relocation;
    if (kind.startsWith('field_'))
      return root + (this.#field()?.path ?? `, access ${this.#relocation.access}`);
    const value = kind.startsWith('enumval_') ? this.#enumValue()?.name : undefined;
    return value === undefined ? root : `${root}, ${value}`;
  }

  /**
   * Whether the compiler's value and a loader's may differ though the types are the same: compilers read a bit field by its
   * declared type, loaders by the smallest container.
   */
  get isBitField(): boolean {
    return this.#relocation.kind.startsWith('field_') && this.#field()?.bitSize !== undefined;
  }

  value(): bigint | undefined {
    const { kind, typeId } = this.#relocation;
    if (kind === 'type_id_local') return BigInt(typeId);
    // A flavour (`name___flavour`) stands for the type `name` of some kernel, not for itself.
    if (/.___/.test(this.#btf.type(typeId).name)) return undefined;
    switch (kind) {
      case 'type_id_target':
        return BigInt(typeId);
      case 'type_exists':
      case 'type_matches':
        return 1n;
      case 'type_size': {
        const size = this.#btf.sizeOf(typeId);
        return size === undefined ? undefined : BigInt(size);
      }
      case 'enumval_exists':
        return this.#enumValue() === undefined ? undefined : 1n;
      case 'enumval_value':
        return this.#enumValue()?.value;
      default: {
        const field = this.#field();
        return field && this.#fieldValue(field);
      }
    }
  }

  #enumValue(): { readonly name: string; readonly value: bigint } | undefined {
    const type = this.#btf.resolve(this.#relocation.typeId);
    return isEnum(type) ? type.values[this.#indices[0] ?? 0] : undefined;
  }

  /** Follows the indices: the first counts whole root types, the others members and array elements. */
  #field(): Field | undefined {
    const [first = 0, ...rest] = this.#indices;
    let typeId = this.#relocation.typeId;
    let bitOffset = first * (this.#btf.sizeOf(typeId) ?? 0) * 8;
    let member: BtfMember | undefined;
    let path = first === 0 ? '' : `[${first}]`;
    for (const index of rest) {
      const type = this.#btf.resolve(typeId);
      member = undefined;
      if (isStruct(type)) {
        member = type.members[index];
        if (member === undefined) return undefined;
        bitOffset += member.bitOffset;
        typeId = member.typeId;
        if (member.name !== '') path += `.${member.name}`;
      } else if (type.kind === 'array') {
        typeId = type.typeId;
        bitOffset += index * (this.#btf.sizeOf(typeId) ?? 0) * 8;
        path += `[${index}]`;
      } else {
        return undefined;
      }
    }
    return Number.isNaN(bitOffset) ? undefined : { typeId, bitOffset, bitSize: member?.bitSize, path };
  }

  /** As bpf_core_calc_field_relo of libbpf's relo_core.c. */
  #fieldValue(field: Field): bigint | undefined {
    const type = this.#btf.resolve(field.typeId);
    const { kind } = this.#relocation;
    if (kind === 'field_exists') return 1n;
    if (kind === 'field_signed') return (isEnum(type) || type.kind === 'int') && type.signed ? 1n : 0n;
    const container = this.#container(field);
    if (container === undefined) return undefined;
    const { byteOffset, byteSize } = container;
    const bitSize = field.bitSize ?? byteSize * 8;
    switch (kind) {
      case 'field_byte_offset':
        return BigInt(byteOffset);
      case 'field_byte_size':
        return BigInt(byteSize);
      case 'field_lshift_u64':
        return BigInt(64 - (field.bitOffset + bitSize - byteOffset * 8));
      case 'field_rshift_u64':
        return BigInt(64 - bitSize);
      default:
        return undefined;
    }
  }

  /** The bytes that a load of the field reads: for a bit field the smallest aligned ones from its type's size on. */
  #container({ typeId, bitOffset, bitSize }: Field): { byteOffset: number; byteSize: number } | undefined {
    let byteSize = this.#btf.sizeOf(typeId);
    if (byteSize === undefined) return undefined;
    if (bitSize === undefined) return { byteOffset: Math.floor(bitOffset / 8), byteSize };
    const largest = 8;
    for (; byteSize > 0 && byteSize <= largest; byteSize *= 2) {
      const byteOffset = Math.floor(bitOffset / 8 / byteSize) * byteSize;
      if (bitOffset + bitSize - byteOffset * 8 <= byteSize * 8) return { byteOffset, byteSize };
    }
    return undefined;
  }
}
