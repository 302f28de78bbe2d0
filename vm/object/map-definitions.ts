import { ByteReader } from '../base/byte-reader.ts';
import { raise, type Place } from '../base/problem.ts';
import { isEnum, isStruct, type Btf, type BtfMember, type BtfType } from './btf/btf.ts';
import { R_BPF } from './elf/constants.ts';
import { placeIn, type ElfFile, type ElfSection } from './elf/elf-file.ts';
import type { MapDefinition } from './program-object.ts';

/** A map of `.maps` and where the section has it. */
export interface PlacedMap {
  readonly definition: MapDefinition;
  readonly offset: number;
  readonly size: number;
}

/** Finds the function that starts at an offset of an ELF section. */
export type FunctionName = (section: number, offset: number) => string | undefined;

/** Size of the BPF program or map that a slot of PROG_ARRAY or of a map of maps stands for: a file descriptor. */
const descriptorSize = 4;

/**
 * Reads the definitions of the `.maps` section: each is a BTF variable whose struct type says everything
 * (tools/lib/bpf/bpf_helpers.h: __uint, __type, __ulong, __array).
 */
export function readMaps(
  elf: ElfFile,
  section: ElfSection,
  btf: Btf | undefined,
  functionName: FunctionName,
): PlacedMap[] {
  const place = placeIn(elf, section);
  const datasec = btf?.byName(section.name, 'datasec');
  if (btf === undefined || datasec?.kind !== 'datasec') {
    return raise(
      'maps-without-btf',
      'map definitions are BTF types, but the object has no BTF for them',
      place,
      'compile with -g',
    );
  }
  const placed = datasec.variables.map(({ typeId, offset, size }) => {
    const variable = btf.type(typeId);
    if (variable.kind !== 'var' || offset + size > section.size) {
      return raise('map-definition', `BTF has the map ${variable.name} outside of the section`, {
        ...place,
        offset,
      });
    }
    return { variable, offset, size };
  });
  placed.sort((a, b) => a.offset - b.offset);
  const targetAt = (symbolSection: number, offset: number): string | undefined =>
    symbolSection === section.index
      ? placed.find((map) => map.offset === offset)?.variable.name
      : functionName(symbolSection, offset);

  return placed.map(({ variable, offset, size }) => {
    const reader = new DefinitionReader(btf, variable.name, { ...place, offset });
    const definition = reader.read(variable.typeId);
    const values = reader.valuesAt;
    const slots =
      values === undefined ? [] : readSlots(elf, section, offset + values, offset + size, targetAt);
    return { definition: { ...definition, slots }, offset, size };
  });
}

function readSlots(
  elf: ElfFile,
  section: ElfSection,
  start: number,
  end: number,
  targetAt: (section: number, offset: number) => string | undefined,
): MapDefinition['slots'] {
  const pointerSize = 8;
  return section.relocations
    .filter(({ offset }) => offset >= start && offset < end)
    .map(({ offset, type, symbol }) => {
      const place = placeIn(elf, section, offset);
      if (type !== R_BPF.abs64 && type !== R_BPF.binutilsData64) {
        return raise(
          'relocation-unsupported',
          `relocation type ${type} in a map definition is not supported`,
          place,
        );
      }
      const addend = new ByteReader(section.bytes, placeIn(elf, section)).u32(offset, 'a slot of values');
      const target = targetAt(symbol.section, symbol.value + addend);
      if (target === undefined || (offset - start) % pointerSize !== 0) {
        return raise('relocation-target', `${symbol.name} is neither a map nor a function`, place);
      }
      return { index: (offset - start) / pointerSize, target };
    });
}

const knownFields = [
  'type',
  'key',
  'value',
  'key_size',
  'value_size',
  'max_entries',
  'map_flags',
  'map_extra',
  'numa_node',
  'pinning',
  'values',
];

/** What a definition has that says nothing but its type. */
export const unsetFields: Omit<MapDefinition, 'name' | 'type'> = {
  keySize: 0,
  valueSize: 0,
  maxEntries: 0,
  flags: 0,
  extra: 0n,
  keyTypeId: undefined,
  valueTypeId: undefined,
  pinning: 0,
  inner: undefined,
  slots: [],
};

type Fields = { -readonly [K in keyof MapDefinition]: MapDefinition[K] };

/** Reads one definition; what a field may be is in tools/lib/bpf/libbpf.c, parse_btf_map_def. */
class DefinitionReader {
  readonly #btf: Btf;
  readonly #name: string;
  readonly #place: Place;
  /** Offset of `values` within the definition. */
  valuesAt: number | undefined;

  constructor(btf: Btf, name: string, place: Place) {
    this.#btf = btf;
    this.#name = name;
    this.#place = place;
  }

  read(typeId: number, innerOf?: string): MapDefinition {
    const struct = this.#btf.resolve(typeId);
    if (!isStruct(struct)) return this.#refuse(`is a ${this.#btf.typeName(typeId)}, not a struct`);
    const fields: Fields = { ...unsetFields, name: this.#name, type: 0 };
    for (const member of struct.members) this.#readField(fields, member, innerOf);
    if (fields.type === 0) this.#refuse('says no type', 'give it one, as in __uint(type, BPF_MAP_TYPE_HASH)');
    return fields;
  }

  #readField(fields: Fields, member: BtfMember, innerOf: string | undefined): void {
    switch (member.name) {
      case 'type':
        fields.type = this.#number(member);
        break;
      case 'max_entries':
        fields.maxEntries = this.#number(member);
        break;
      case 'map_flags':
        fields.flags = this.#number(member);
        break;
      case 'map_extra':
        fields.extra = this.#integer(member);
        break;
      case 'pinning':
        fields.pinning = this.#number(member);
        break;
      case 'numa_node':
        // Where the kernel allocates; the program cannot see it.
        this.#number(member);
        break;
      case 'key_size':
        fields.keySize = this.#agree('key', fields.keySize, this.#number(member));
        break;
      case 'value_size':
        fields.valueSize = this.#agree('value', fields.valueSize, this.#number(member));
        break;
      case 'key': {
        const { id, size } = this.#pointedTo(member);
        fields.keyTypeId = id;
        fields.keySize = this.#agree('key', fields.keySize, size);
        break;
      }
      case 'value': {
        const { id, size } = this.#pointedTo(member);
        fields.valueTypeId = id;
        fields.valueSize = this.#agree('value', fields.valueSize, size);
        break;
      }
      case 'values':
        if (innerOf !== undefined) this.#refuse('has an inner map that is a map of maps itself');
        fields.keySize = fields.keySize === 0 ? descriptorSize : fields.keySize;
        fields.valueSize = this.#agree('value', fields.valueSize, descriptorSize);
        fields.inner = this.#inner(member);
        this.valuesAt = member.bitOffset / 8;
        break;
      default:
        this.#refuse(
          `has a field '${member.name}', which is not known`,
          `known are ${knownFields.join(', ')}`,
        );
    }
  }

  #agree(what: string, before: number, now: number): number {
    if (before !== 0 && before !== now) this.#refuse(`says two ${what} sizes, ${before} and ${now}`);
    return now;
  }

  #number(member: BtfMember): number {
    const value = this.#integer(member);
    if (value < 0n || value > 0xffff_ffffn) this.#refuse(`has ${member.name} = ${value}, which is no u32`);
    return Number(value);
  }

  /** `int (*name)[N]` says N; `enum { unique = N } name` too. */
  #integer(member: BtfMember): bigint {
    const type = this.#btf.resolve(member.typeId);
    if (type.kind === 'ptr') {
      const array = this.#btf.resolve(type.typeId);
      if (array.kind === 'array') return BigInt(array.count);
    }
    const only = isEnum(type) ? type.values[0] : undefined;
    if (only !== undefined) return only.value;
    return this.#refuse(`has a field '${member.name}' that is not written with __uint or __ulong`);
  }

  /** `T *name` says T. */
  #pointedTo(member: BtfMember): { id: number; size: number } {
    const pointer = this.#btf.resolve(member.typeId);
    if (pointer.kind !== 'ptr')
      return this.#refuse(`has a field '${member.name}' that is not written with __type`);
    const size = this.#btf.sizeOf(pointer.typeId);
    if (size === undefined) {
      return this.#refuse(
        `has a ${member.name} of type ${this.#btf.typeName(pointer.typeId)}, which has no size`,
      );
    }
    return { id: pointer.typeId, size };
  }

  /** `T *values[]`: T is the definition of the inner map, or a function for a PROG_ARRAY. */
  #inner(member: BtfMember): MapDefinition | undefined {
    const array = this.#btf.resolve(member.typeId);
    const pointer: BtfType | undefined = array.kind === 'array' ? this.#btf.resolve(array.typeId) : undefined;
    if (pointer?.kind !== 'ptr') return this.#refuse(`has a field 'values' that is not written with __array`);
    const target = this.#btf.resolve(pointer.typeId);
    if (target.kind === 'func_proto') return undefined;
    if (!isStruct(target)) return this.#refuse(`has values of type ${this.#btf.typeName(pointer.typeId)}`);
    return new DefinitionReader(this.#btf, `${this.#name}.inner`, this.#place).read(target.id, this.#name);
  }

  #refuse(what: string, hint?: string): never {
    return raise('map-definition', `the map ${this.#name} ${what}`, this.#place, hint);
  }
}
