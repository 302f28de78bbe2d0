import type { FunctionSymbol, MapDefinition, ProgramObject } from './program-object.ts';

/**
 * An object with every reference resolved. All code sections lie one after the other in one slot space (8 bytes a
 * slot), with one slot of zeros after each, so that running off a section's end is seen; calls between sections are relative within it, and lddw instructions carry the kernel's pseudo sources:
 * BPF_PSEUDO_MAP_IDX and _MAP_IDX_VALUE with an index into `maps`, BPF_PSEUDO_FUNC with a relative slot.
 */
export interface LinkedProgram {
  readonly object: ProgramObject;
  readonly code: Uint8Array;
  readonly sections: readonly LinkedSection[];
  /** Maps of `.maps` first, then one for each data section (`data` set). */
  readonly maps: readonly LinkedMap[];
}

export interface LinkedSection {
  /** ELF section index. */
  readonly index: number;
  readonly name: string;
  readonly firstSlot: number;
  readonly slots: number;
}

export interface LinkedMap {
  readonly name: string;
  readonly definition: MapDefinition;
  /** Initial value of the only element, for data sections. */
  readonly data: Uint8Array | undefined;
}

export interface LinkedFunction extends FunctionSymbol {
  readonly firstSlot: number;
}
