import { attempt, raise, type Place, type Problem, type Result } from '../../base/problem.ts';
import { callsRegister } from '../calls-register.ts';
import { relocateCore } from './core-relocations.ts';
import { dataPointers, unrelocatedData } from './data-pointers.ts';
import { LineTable, type LinkedLine } from './line-table.ts';
import { unsetFields } from '../map-definitions.ts';
import type {
  DataPointer,
  LinkedFunction,
  LinkedMap,
  LinkedProgram,
  LinkedSection,
} from '../linked-program.ts';
import type { CodeRelocation, DataSection, ExternSymbol, ProgramObject } from '../program-object.ts';

const slotSize = 8;
/** BPF_PSEUDO_* of include/uapi/linux/bpf.h: what `src` says the imm of an lddw or call is. */
const pseudo = { call: 1, kfuncCall: 2, func: 4, mapIndex: 5, mapIndexValue: 6 } as const;
const BPF_MAP_TYPE_ARRAY = 2;
const BPF_MAP_TYPE_ARENA = 33;
const BPF_F_RDONLY_PROG = 1 << 7;
const BPF_F_MMAPABLE = 1 << 10;

export interface LinkOptions {
  /**
   * Whether pointers in data are filled in. libbpf leaves them as they are; `auto` fills them in where the kernel would
   * not load the object anyway, since it calls through registers.
   */
  readonly relocateData?: RelocateData;
}

export const relocateDataChoices = ['auto', 'always', 'never'] as const;
export type RelocateData = (typeof relocateDataChoices)[number];

/** Lays out the code of an object and fills in every reference. */
export function link(
  object: ProgramObject,
  { relocateData = 'auto' }: LinkOptions = {},
): Result<LinkedProgram> {
  return attempt(
    () => {
      const sections = layOut(object);
      const isForDebugging = object.codeSections.some(({ bytes }) => callsRegister(bytes));
      const relocate = relocateData === 'auto' ? isForDebugging : relocateData === 'always';
      const functions = placeFunctions(object, sections);
      const maps = [
        ...object.maps.map((definition) => definedMap(object, definition)),
        ...object.dataSections.map((section) =>
          dataMap(section, relocate ? dataPointers(object, sections, section) : []),
        ),
      ];
      const kernelFunctions = object.externs.filter(({ name }) => isCalled(object, name));
      return {
        object,
        code: new Linker(object, sections, maps, kernelFunctions).code(),
        sections,
        functions,
        maps,
        kernelFunctions,
        warnings: [
          ...object.warnings,
          ...(isForDebugging ? [refusedByKernel(object)] : []),
          ...unrelocatedData(object, relocate),
        ],
        lines: new LineTable(placeLines(object, sections), functions.length > 0 ? functions : sections),
      };
    },
    { file: object.name },
  );
}

function refusedByKernel({ name }: ProgramObject): Problem {
  return {
    code: 'kernel-refuses-callx',
    message:
      'the kernel would refuse this object (it calls through registers, callx); it runs here for debugging',
    place: { file: name },
    hint: 'clang makes such code at -O0. For the kernel compile with -O2.',
  };
}

function layOut(object: ProgramObject): LinkedSection[] {
  let firstSlot = 0;
  return object.codeSections.map(({ index, name, bytes }) => {
    const slots = bytes.length / slotSize;
    const section = { index, name, firstSlot, slots };
    firstSlot += slots + 1;
    return section;
  });
}

function firstSlotOf(sections: readonly LinkedSection[], index: number): number {
  const section = sections.find((candidate) => candidate.index === index);
  return section?.firstSlot ?? raise('relocation-target', `section ${index} holds no code`);
}

function placeFunctions(object: ProgramObject, sections: readonly LinkedSection[]): LinkedFunction[] {
  return object.functions
    .map((symbol) => ({
      ...symbol,
      firstSlot: firstSlotOf(sections, symbol.section) + symbol.offset / slotSize,
      slots: symbol.size / slotSize,
    }))
    .sort((a, b) => a.firstSlot - b.firstSlot);
}

function placeLines(object: ProgramObject, sections: readonly LinkedSection[]): LinkedLine[] {
  return object.lines.map(({ section, offset, file, line, column, text }) => ({
    slot: firstSlotOf(sections, section) + offset / slotSize,
    file,
    line,
    column,
    text,
  }));
}

function definedMap({ arenaData }: ProgramObject, definition: LinkedMap['definition']): LinkedMap {
  const isArena = definition.type === BPF_MAP_TYPE_ARENA && arenaData !== undefined;
  return {
    name: definition.name,
    definition,
    data: undefined,
    ...(isArena && { arenaData: arenaData.bytes }),
  };
}

/** As libbpf's internal maps (bpf_object__init_internal_map). */
function dataMap(section: DataSection, pointers: readonly DataPointer[]): LinkedMap {
  return {
    name: section.name,
    data: section.bytes,
    ...(pointers.length > 0 && { pointers }),
    definition: {
      ...unsetFields,
      name: section.name,
      type: BPF_MAP_TYPE_ARRAY,
      keySize: 4,
      valueSize: section.bytes.length,
      maxEntries: 1,
      flags: BPF_F_MMAPABLE | (section.readOnly ? BPF_F_RDONLY_PROG : 0),
      valueTypeId: section.typeId,
    },
  };
}

function isCalled(object: ProgramObject, name: string): boolean {
  return object.codeSections.some(({ relocations }) =>
    relocations.some(
      (relocation) => relocation.kind === 'extern' && relocation.call && relocation.name === name,
    ),
  );
}

class Linker {
  readonly #object: ProgramObject;
  readonly #sections: readonly LinkedSection[];
  readonly #maps: readonly LinkedMap[];
  readonly #kernelFunctions: readonly ExternSymbol[];
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(
    object: ProgramObject,
    sections: readonly LinkedSection[],
    maps: readonly LinkedMap[],
    kernelFunctions: readonly ExternSymbol[],
  ) {
    this.#object = object;
    this.#sections = sections;
    this.#maps = maps;
    this.#kernelFunctions = kernelFunctions;
    const slots = sections.reduce((sum, section) => sum + section.slots + 1, 0);
    this.#bytes = new Uint8Array(slots * slotSize);
    this.#view = new DataView(this.#bytes.buffer);
  }

  code(): Uint8Array {
    for (const section of this.#object.codeSections) {
      const first = firstSlotOf(this.#sections, section.index);
      this.#bytes.set(section.bytes, first * slotSize);
      for (const relocation of section.relocations) {
        this.#apply(relocation, first + relocation.offset / slotSize, {
          section: section.name,
          offset: relocation.offset,
        });
      }
    }
    relocateCore(this.#object, this.#view, (index) => firstSlotOf(this.#sections, index) * slotSize);
    return this.#bytes;
  }

  #apply(relocation: CodeRelocation, slot: number, place: Place): void {
    switch (relocation.kind) {
      case 'map':
        this.#patch(slot, pseudo.mapIndex, this.#mapIndex(relocation.map, place), 0);
        break;
      case 'data': {
        if (relocation.section === this.#object.arenaData?.index) {
          this.#patch(slot, pseudo.mapIndexValue, this.#arena(place), relocation.addend);
          break;
        }
        const data = this.#object.dataSections.findIndex(({ index }) => index === relocation.section);
        if (data < 0) raise('relocation-target', `section ${relocation.section} holds no data`, place);
        this.#patch(slot, pseudo.mapIndexValue, this.#object.maps.length + data, relocation.addend);
        break;
      }
      case 'function':
        this.#patch(slot, pseudo.func, this.#displacement(relocation, slot), 0);
        break;
      case 'call':
        this.#patch(slot, pseudo.call, this.#displacement(relocation, slot));
        break;
      case 'extern':
        this.#applyExtern(relocation.name, relocation.call, slot, place);
        break;
    }
  }

  #applyExtern(name: string, call: boolean, slot: number, place: Place): void {
    const index = this.#kernelFunctions.findIndex((candidate) => candidate.name === name);
    if (call && index >= 0) {
      this.#patch(slot, pseudo.kfuncCall, index);
      return;
    }
    const kind = this.#object.externs.find((candidate) => candidate.name === name)?.kind ?? 'unknown';
    const what = { kfunc: 'kernel function', ksym: 'kernel symbol', kconfig: 'kernel configuration value' };
    raise(
      'extern-unsupported',
      `the program reads the ${kind === 'unknown' ? 'undefined symbol' : what[kind]} ${name}, which is not supported`,
      place,
      kind === 'unknown' ? 'link it with the object that defines it first: bpftool gen object' : undefined,
    );
  }

  /** From the slot after the instruction's first, as the kernel counts for both calls and BPF_PSEUDO_FUNC. */
  #displacement(relocation: { section: number; target: number }, slot: number): number {
    return firstSlotOf(this.#sections, relocation.section) + relocation.target / slotSize - (slot + 1);
  }

  #mapIndex(name: string, place: Place): number {
    const index = this.#maps.findIndex((map) => map.name === name);
    return index >= 0 ? index : raise('relocation-target', `there is no map ${name}`, place);
  }

  #arena(place: Place): number {
    const index = this.#maps.findIndex(({ arenaData }) => arenaData !== undefined);
    if (index >= 0) return index;
    return raise(
      'relocation-target',
      'variables in .addr_space.1 lie in an arena, but there is no map of type ARENA',
      place,
      'define one in SEC(".maps")',
    );
  }

  /** `immHigh` is the imm of the second slot of an lddw. */
  #patch(slot: number, source: number, imm: number, immHigh?: number): void {
    const at = slot * slotSize;
    const registers = this.#view.getUint8(at + 1);
    this.#view.setUint8(at + 1, (registers & 0x0f) | (source << 4));
    this.#view.setInt32(at + 4, imm, true);
    if (immHigh !== undefined) this.#view.setInt32(at + slotSize + 4, immHigh, true);
  }
}
