import { ByteReader } from '../base/byte-reader.ts';
import { attempt, expectOk, raise, type Problem, type Result } from '../base/problem.ts';
import { Btf } from './btf/btf.ts';
import { withElfOffsets } from './btf/datasec-offsets.ts';
import { readBtfExt, type BtfExt } from './btf/ext.ts';
import { readCodeSection } from './code-relocations.ts';
import { isArenaSection, isDataSection, readDataSection } from './data-sections.ts';
import { withRelocations } from './data-relocations.ts';
import { SHN } from './elf/constants.ts';
import { placeIn, sectionByName, type ElfFile, type ElfSection } from './elf/elf-file.ts';
import { readElf } from './elf/read-elf.ts';
import { isCodeSection, isProgram, readFunctions, slotSize } from './functions.ts';
import { readMaps, type FunctionName } from './map-definitions.ts';
import { isStructOps, readStructOps } from './struct-ops.ts';
import type { CoreRelocation, DataSection, ExternSymbol, LineRow, ProgramObject } from './program-object.ts';

/** Reads a compiled BPF object. `name` is the file's name in messages. */
export function readObject(bytes: Uint8Array, name: string): Result<ProgramObject> {
  return attempt(() => fromElf(expectOk(readElf(bytes, name))));
}

function fromElf(elf: ElfFile): ProgramObject {
  refuseLegacyMaps(elf);
  const btf = readBtf(elf);
  const ext = readExt(elf, btf);
  const functions = readFunctions(elf, btf, ext);
  const mapsSection = sectionByName(elf, '.maps');
  const functionName: FunctionName = (section, offset) =>
    functions.find((candidate) => candidate.section === section && candidate.offset === offset)?.name;
  const placedMaps = mapsSection ? readMaps(elf, mapsSection, btf, functionName) : [];
  const structOps = elf.sections
    .filter(isStructOps)
    .flatMap((section) => readStructOps(elf, section, btf, functionName));
  const maps = mapsSection && { section: mapsSection.index, maps: placedMaps };
  const unrelocated = elf.sections.filter(isDataSection).map((section) => readDataSection(elf, section, btf));
  const relocated = (data: DataSection): DataSection => withRelocations(elf, data, unrelocated, maps);
  const arenaSection = elf.sections.find(isArenaSection);
  const arenaData = arenaSection && relocated(readDataSection(elf, arenaSection, btf));
  const warnings: Problem[] = [];
  const locate = new SectionLocator(elf, warnings);

  return {
    name: elf.name,
    license: readLicense(elf),
    codeSections: elf.sections.filter(isCodeSection).map((section) => readCodeSection(elf, section, maps)),
    functions,
    programs: functions.filter(isProgram),
    maps: [...placedMaps.map(({ definition }) => definition), ...structOps],
    dataSections: unrelocated.map(relocated),
    ...(arenaData !== undefined && { arenaData }),
    externs: readExterns(elf, btf),
    btf,
    lines: bySectionAndOffset(locate.all(ext?.lines ?? [], 'lines', (row): Omit<LineRow, 'section'> => row)),
    coreRelocations: bySectionAndOffset(
      locate.all(
        ext?.coreRelocations ?? [],
        'CO-RE relocations',
        (row): Omit<CoreRelocation, 'section'> => row,
      ),
    ),
    debugSections: elf.sections.filter(isDebugSection),
    warnings,
  };
}

function isDebugSection({ name, size }: ElfSection): boolean {
  return size > 0 && (name.startsWith('.debug_') || name === '.stack_sizes');
}

function refuseLegacyMaps(elf: ElfFile): void {
  const section = elf.sections.find(
    ({ name, size }) => size > 0 && (name === 'maps' || name.startsWith('maps/')),
  );
  if (section === undefined) return;
  raise(
    'legacy-maps',
    'the object defines maps in the old way (struct bpf_map_def), which libbpf 1.0 and this debugger do not support',
    placeIn(elf, section),
    'define the maps in SEC(".maps") with __uint and __type',
  );
}

function readBtf(elf: ElfFile): Btf | undefined {
  const section = sectionByName(elf, '.BTF');
  if (section === undefined || section.size === 0) return undefined;
  const place = placeIn(elf, section);
  const btf = expectOk(Btf.open(withElfOffsets(section.bytes, elf, place), place));
  expectOk(btf.verify());
  return btf;
}

function readExt(elf: ElfFile, btf: Btf | undefined): BtfExt | undefined {
  const section = sectionByName(elf, '.BTF.ext');
  if (section === undefined || section.size === 0) return undefined;
  if (btf === undefined)
    return raise('btf-missing', '.BTF.ext is there, but .BTF is not', placeIn(elf, section));
  return expectOk(readBtfExt(section.bytes, btf, placeIn(elf, section)));
}

function readLicense(elf: ElfFile): string {
  const section = sectionByName(elf, 'license');
  return section ? new ByteReader(section.bytes, placeIn(elf, section)).cstring(0, 'the license') : '';
}

function readExterns(elf: ElfFile, btf: Btf | undefined): ExternSymbol[] {
  const declared = new Map<string, Pick<ExternSymbol, 'kind' | 'typeId'>>();
  for (const name of ['.kconfig', '.ksyms']) {
    const datasec = btf?.byName(name, 'datasec');
    if (btf === undefined || datasec?.kind !== 'datasec') continue;
    for (const { typeId } of datasec.variables) {
      const type = btf.type(typeId);
      if (type.kind === 'func') declared.set(type.name, { kind: 'kfunc', typeId });
      if (type.kind !== 'var') continue;
      declared.set(type.name, { kind: name === '.kconfig' ? 'kconfig' : 'ksym', typeId: type.typeId });
    }
  }
  return elf.symbols
    .filter(({ section, name, binding }) => section === SHN.undef && name !== '' && binding !== 'local')
    .map(({ name, binding }) => ({
      name,
      weak: binding === 'weak',
      ...(declared.get(name) ?? { kind: 'unknown', typeId: undefined }),
    }));
}

/** .BTF.ext names sections by name; this finds their index and checks the offsets. */
class SectionLocator {
  readonly #elf: ElfFile;
  readonly #warnings: Problem[];

  constructor(elf: ElfFile, warnings: Problem[]) {
    this.#elf = elf;
    this.#warnings = warnings;
  }

  all<In extends { readonly section: string; readonly offset: number }, Out extends object>(
    rows: readonly In[],
    what: string,
    convert: (row: In) => Out,
  ): (Out & { section: number; offset: number })[] {
    const sections = new Map(
      this.#elf.sections.filter(isCodeSection).map((section) => [section.name, section]),
    );
    const missing = new Set<string>();
    const located = rows.flatMap((row) => {
      const section = sections.get(row.section);
      if (section === undefined) {
        missing.add(row.section);
        return [];
      }
      if (row.offset % slotSize !== 0 || row.offset >= section.size) {
        raise(
          'btf-ext',
          `.BTF.ext has ${what} for no instruction of ${section.name}`,
          placeIn(this.#elf, section, row.offset),
        );
      }
      return [{ ...convert(row), section: section.index, offset: row.offset }];
    });
    for (const name of missing) {
      this.#warnings.push({
        code: 'btf-ext-section',
        message: `.BTF.ext has ${what} for section ${name}, which is not there`,
        place: { file: this.#elf.name, section: '.BTF.ext' },
      });
    }
    return located;
  }
}

function bySectionAndOffset<T extends { readonly section: number; readonly offset: number }>(rows: T[]): T[] {
  return rows.sort((a, b) => a.section - b.section || a.offset - b.offset);
}
