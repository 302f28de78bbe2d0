import { attempt, type Result } from '../../vm/base/problem.ts';
import { mapFlag, mapType } from '../../vm/maps/flags.ts';
import type { Btf } from '../../vm/object/btf/btf.ts';
import { sectionByName } from '../../vm/object/elf/elf-file.ts';
import type { FunctionSymbol, MapDefinition, ProgramObject } from '../../vm/object/program-object.ts';
import { BtfCopy } from './btf-copy.ts';
import { ElfCopy } from './elf-copy.ts';

const seeded: ReadonlySet<number> = new Set([
  mapType.HASH,
  mapType.PERCPU_HASH,
  mapType.LRU_HASH,
  mapType.LRU_PERCPU_HASH,
]);

/** What a kernel cannot be told once an object is loaded. */
export interface ObjectChanges {
  /** Programs that have to be loaded; the others are left out. */
  readonly programs: ReadonlySet<FunctionSymbol>;
  /** Contents of read-only data sections, by name. */
  readonly readOnlyData: ReadonlyMap<string, Uint8Array>;
}

/** A copy of the object for the kernel: hash maps are ordered without a random seed, read-only data is what is wanted. */
export function copyForKernel(
  bytes: Uint8Array,
  object: ProgramObject,
  { programs, readOnlyData }: ObjectChanges,
): Result<Uint8Array> {
  return attempt(() => {
    const copy = new ElfCopy(bytes, object.name);
    for (const [name, contents] of readOnlyData) {
      const section = object.dataSections.find((candidate) => candidate.name === name);
      if (section) copy.overwrite(section.index, contents);
    }
    const btf = sectionByName(copy.elf, '.BTF');
    if (btf && object.btf) copy.replace(btf.index, withoutSeeds(btf.bytes, object, object.btf));
    leaveOut(copy, object.programs, programs);
    return copy.bytes;
  });
}

/** Where a section has programs that are wanted and others, these return 0 at once. */
function leaveOut(
  copy: ElfCopy,
  programs: readonly FunctionSymbol[],
  wanted: ReadonlySet<FunctionSymbol>,
): void {
  const sections = new Set([...wanted].map(({ section }) => section));
  for (const program of programs) {
    if (wanted.has(program)) continue;
    const { section, offset, size } = program;
    if (sections.has(section)) copy.blank(section, offset, size);
    else copy.clearExecutable(section);
  }
}

function withoutSeeds(bytes: Uint8Array, object: ProgramObject, btf: Btf): Uint8Array {
  const copy = new BtfCopy(bytes);
  const section = btf.byName('.maps', 'datasec');
  for (const { typeId } of section?.kind === 'datasec' ? section.variables : []) {
    const variable = btf.type(typeId);
    const definition = object.maps.find(({ name }) => name === variable.name);
    if (variable.kind !== 'var' || definition === undefined) continue;
    withoutSeed(copy, btf, variable.typeId, definition);
    const inner = innerType(btf, variable.typeId);
    if (inner !== undefined && definition.inner) withoutSeed(copy, btf, inner, definition.inner);
  }
  return copy.bytes();
}

function withoutSeed(copy: BtfCopy, btf: Btf, typeId: number, { type, flags }: MapDefinition): void {
  if (seeded.has(type) && (flags & mapFlag.ZERO_SEED) === 0)
    copy.setNumber(btf.resolve(typeId).id, 'map_flags', flags | mapFlag.ZERO_SEED);
}

/** What the member `values` says of a map of maps: `T *values[]`. */
function innerType(btf: Btf, typeId: number): number | undefined {
  const struct = btf.resolve(typeId);
  const member = struct.kind === 'struct' ? struct.members.find(({ name }) => name === 'values') : undefined;
  const array = member && btf.resolve(member.typeId);
  const pointer = array?.kind === 'array' ? btf.resolve(array.typeId) : undefined;
  return pointer?.kind === 'ptr' ? pointer.typeId : undefined;
}
