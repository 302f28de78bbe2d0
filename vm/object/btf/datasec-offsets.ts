import type { ElfFile } from '../elf/elf-file.ts';
import type { Place } from '../../base/problem.ts';
import { datasecLayout, decodeType, indexTypes, kindAt, nameOffsetAt, readHeader } from './wire.ts';

/**
 * A copy of .BTF in which the sizes of data sections and the offsets of their variables are those of the ELF file:
 * compilers leave them to the linker. Raises for damaged BTF.
 */
export function withElfOffsets(bytes: Uint8Array, elf: ElfFile, place: Place): Uint8Array {
  const patched = bytes.slice();
  const { types, strings } = readHeader(patched, place);
  const offsets = indexTypes(types);
  const view = new DataView(types.bytes.buffer, types.bytes.byteOffset, types.bytes.byteLength);
  const string = (offset: number): string => strings.cstring(offset, 'a BTF string');
  const nameOf = (id: number): string => {
    const offset = offsets[id];
    return offset === undefined || id === 0 ? '' : string(nameOffsetAt(types, offset));
  };

  offsets.forEach((at, id) => {
    if (id === 0 || kindAt(types, at) !== 'datasec') return;
    const datasec = decodeType(types, at, id, string);
    const section = elf.sections.find(({ name }) => name === datasec.name);
    if (datasec.kind !== 'datasec' || section === undefined) return;
    if (datasec.size === 0) view.setUint32(at + datasecLayout.size, section.size, true);
    const values = new Map<string, number>();
    for (const symbol of elf.symbols) {
      if (symbol.section === section.index && symbol.type !== 'section')
        values.set(symbol.name, symbol.value);
    }
    datasec.variables.forEach(({ typeId }, i) => {
      const value = values.get(nameOf(typeId));
      const entry = at + datasecLayout.entries + i * datasecLayout.entrySize;
      if (value !== undefined) view.setUint32(entry + datasecLayout.entryOffset, value, true);
    });
  });
  return patched;
}
