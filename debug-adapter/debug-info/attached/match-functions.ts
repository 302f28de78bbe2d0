import type { CodeSection, FunctionSymbol, ProgramObject } from '../../../vm/object/program-object.ts';

const sectionUnit = 2 ** 32;
const slotSize = 8;
const lddw = 0x18;
const call = 0x85;
const pseudoCall = 1;

/** Bytes of a debug file that are bytes of the object, at other addresses; addresses as DebugInfo has them. */
export interface MovedRange {
  readonly low: number;
  readonly high: number;
  /** What is added to an address of the debug file. */
  readonly shift: number;
}

/** What the functions of one object have in another: a copy of its code, or only its name. */
export interface FunctionMatch {
  readonly symbol: FunctionSymbol;
  readonly moved: MovedRange | undefined;
}

/**
 * Finds functions of `object` in `debugFile` by their names and their code: what linkers fill in is left out of the
 * comparison. Functions that the debug file does not know are left out. A function in `taken` has its match already.
 */
export function matchFunctions(
  object: ProgramObject,
  debugFile: ProgramObject,
  taken: ReadonlySet<FunctionSymbol>,
): FunctionMatch[] {
  const used = new Set<FunctionSymbol>();
  return object.functions.flatMap((symbol): FunctionMatch[] => {
    if (taken.has(symbol)) return [];
    const named = debugFile.functions.filter(({ name }) => name === symbol.name);
    if (named.length === 0) return [];
    const code = normalisedCode(object, symbol);
    const same = named.find(
      (candidate) => !used.has(candidate) && equalCode(code, normalisedCode(debugFile, candidate)),
    );
    if (same === undefined) return [{ symbol, moved: undefined }];
    used.add(same);
    const low = addressOf(same);
    return [{ symbol, moved: { low, high: low + same.size, shift: addressOf(symbol) - low } }];
  });
}

function addressOf({ section, offset }: FunctionSymbol): number {
  return section * sectionUnit + offset;
}

interface NormalisedCode {
  readonly sectionName: string;
  readonly bytes: Uint8Array;
  /** Offsets of instructions that refer to something, which a linker may have filled in. */
  readonly relocated: ReadonlySet<number>;
}

function normalisedCode(object: ProgramObject, symbol: FunctionSymbol): NormalisedCode | undefined {
  const section = object.codeSections.find(({ index }) => index === symbol.section);
  if (section === undefined) return undefined;
  const { offset, size, sectionName } = symbol;
  return {
    sectionName,
    bytes: section.bytes.slice(offset, offset + size),
    relocated: new Set([...relocatedWithin(section, symbol)]),
  };
}

function* relocatedWithin({ relocations }: CodeSection, { offset, size }: FunctionSymbol): Generator<number> {
  for (const relocation of relocations) {
    if (relocation.offset >= offset && relocation.offset < offset + size) yield relocation.offset - offset;
  }
}

function equalCode(a: NormalisedCode | undefined, b: NormalisedCode | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.sectionName !== b.sectionName || a.bytes.length !== b.bytes.length) return false;
  const relocated = new Set([...a.relocated, ...b.relocated]);
  const [first, second] = [withoutReferences(a.bytes, relocated), withoutReferences(b.bytes, relocated)];
  return first.every((byte, i) => byte === second[i]);
}

/** The immediates of references, and distances to functions in the same section, set to 0. */
function withoutReferences(bytes: Uint8Array, relocated: ReadonlySet<number>): Uint8Array {
  const code = bytes.slice();
  for (let at = 0; at + slotSize <= code.length;) {
    const isWide = code[at] === lddw;
    const callsFunction = code[at] === call && (code[at + 1] ?? 0) >> 4 === pseudoCall;
    if (relocated.has(at) || callsFunction) {
      code.fill(0, at + 4, at + slotSize);
      if (isWide) code.fill(0, at + slotSize + 4, at + 2 * slotSize);
    }
    at += isWide ? 2 * slotSize : slotSize;
  }
  return code;
}
