import { ByteReader } from '../base/byte-reader.ts';
import { raise } from '../base/problem.ts';
import type { Btf } from './btf/btf.ts';
import { R_BPF } from './elf/constants.ts';
import { placeIn, type ElfFile, type ElfSection } from './elf/elf-file.ts';
import { unsetFields, type FunctionName } from './map-definitions.ts';
import type { MapDefinition } from './program-object.ts';

const BPF_MAP_TYPE_STRUCT_OPS = 26;
const BPF_F_LINK = 1 << 13;
const pointerSize = 8;

/** Sections of tables of functions that a kernel subsystem would call; with a `?` they are not loaded unasked. */
export function isStructOps({ name, size }: ElfSection): boolean {
  return size > 0 && /^\??\.struct_ops(\.link)?$/.test(name);
}

/** Each variable of such a section is a map of one element, as in libbpf (bpf_object_init_struct_ops). */
export function readStructOps(
  elf: ElfFile,
  section: ElfSection,
  btf: Btf | undefined,
  functionName: FunctionName,
): MapDefinition[] {
  const datasec = btf?.byName(section.name, 'datasec');
  if (btf === undefined || datasec?.kind !== 'datasec')
    return raise('maps-without-btf', 'the object has no BTF for its struct_ops', placeIn(elf, section));
  return datasec.variables.map(({ typeId, offset, size }) => {
    const variable = btf.type(typeId);
    if (variable.kind !== 'var' || offset + size > section.bytes.length) {
      const what = `BTF has ${variable.name} outside of the section`;
      return raise('map-definition', what, { ...placeIn(elf, section), offset });
    }
    return {
      ...unsetFields,
      name: variable.name,
      type: BPF_MAP_TYPE_STRUCT_OPS,
      keySize: 4,
      valueSize: size,
      valueTypeId: variable.typeId,
      maxEntries: 1,
      flags: section.name.endsWith('.link') ? BPF_F_LINK : 0,
      slots: readFunctions(elf, section, { start: offset, end: offset + size }, functionName),
      contents: section.bytes.subarray(offset, offset + size),
    };
  });
}

/** The members that point to functions; `index` counts pointers from the start of the struct. */
function readFunctions(
  elf: ElfFile,
  section: ElfSection,
  { start, end }: { readonly start: number; readonly end: number },
  functionName: FunctionName,
): MapDefinition['slots'] {
  return section.relocations
    .filter(({ offset }) => offset >= start && offset < end)
    .map(({ offset, type, symbol }) => {
      const place = placeIn(elf, section, offset);
      if (type !== R_BPF.abs64 && type !== R_BPF.binutilsData64)
        return raise(
          'relocation-unsupported',
          `relocation type ${type} in a struct_ops is not supported`,
          place,
        );
      const addend = new ByteReader(section.bytes, placeIn(elf, section)).u32(offset, 'a member');
      const target = functionName(symbol.section, symbol.value + addend);
      if (target === undefined || (offset - start) % pointerSize !== 0)
        return raise('relocation-target', `${symbol.name} is not a function`, place);
      return { index: (offset - start) / pointerSize, target };
    });
}
