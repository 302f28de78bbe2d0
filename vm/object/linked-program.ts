import type { Problem } from '../base/problem.ts';
import type { LineTable } from './link/line-table.ts';
import type { ExternSymbol, FunctionSymbol, MapDefinition, ProgramObject } from './program-object.ts';

/**
 * An object with every reference resolved. All code sections lie one after the other in one slot space (8 bytes a
 * slot), with one slot of zeros after each, so that running off a section's end is seen; calls between sections are
 * relative within it, and lddw instructions carry the kernel's pseudo sources: BPF_PSEUDO_MAP_IDX with an index into
 * `maps`, BPF_PSEUDO_MAP_IDX_VALUE with that index and the offset in the value, BPF_PSEUDO_FUNC with a target relative
 * to the next slot. A kfunc call (BPF_PSEUDO_KFUNC_CALL) has an index into `kernelFunctions` as imm.
 */
export interface LinkedProgram {
  readonly object: ProgramObject;
  readonly code: Uint8Array;
  /** Ascending by slot. */
  readonly sections: readonly LinkedSection[];
  /** Ascending by slot. */
  readonly functions: readonly LinkedFunction[];
  /** Maps of `.maps` first, then one for each data section (`data` set). */
  readonly maps: readonly LinkedMap[];
  readonly kernelFunctions: readonly ExternSymbol[];
  /** Those of the object, and what linking found. */
  readonly warnings: readonly Problem[];
  /** Source lines by slot; empty for an object without .BTF.ext. */
  readonly lines: LineTable;
}

export interface LinkedSection {
  /** ELF section index. */
  readonly index: number;
  readonly name: string;
  readonly firstSlot: number;
  /** Without the slot of zeros that follows. */
  readonly slots: number;
}

export interface LinkedMap {
  readonly name: string;
  readonly definition: MapDefinition;
  /** Initial value of the only element, for data sections. */
  readonly data: Uint8Array | undefined;
  /** Pointers that are filled in where the machine is made; without them `data` holds what the file does. */
  readonly pointers?: readonly DataPointer[];
  /** What an arena begins with. */
  readonly arenaData?: Uint8Array;
  /** An inner map that a scenario makes: code that was compiled before does not know it. */
  readonly madeLater?: true;
}

export interface DataPointer {
  /** In the value of the map, 8 bytes. */
  readonly offset: number;
  readonly target:
    | { readonly kind: 'map'; readonly index: number }
    | { readonly kind: 'function'; readonly slot: number }
    /** `offset` in the value of the map at `index` in `maps`. */
    | { readonly kind: 'data'; readonly index: number; readonly offset: number };
}

export interface LinkedFunction extends FunctionSymbol {
  readonly firstSlot: number;
  readonly slots: number;
}
