import { formatProblem } from '../vm/base/problem.ts';
import { helperNames } from '../vm/helpers/names.ts';
import { printKernel } from '../vm/isa/print-kernel.ts';
import type { Btf } from '../vm/object/btf/btf.ts';
import { typeName } from '../vm/object/btf/type-name.ts';
import { link } from '../vm/object/link/link.ts';
import { mapTypeName } from '../vm/object/map-types.ts';
import { readObject } from '../vm/object/read-object.ts';
import type { DebugScope } from './debug-info/debug-info.ts';
import { readDebugInfo } from './debug-info/dwarf/read-debug-info.ts';
import { CodeIndex } from './debugger/code-index.ts';
import { codeNames } from './debugger/code-names.ts';
import { linesOfObject } from './debugger/own-lines.ts';
import { listProgram } from './listing/program-listing.ts';

/** What an object holds, for people: the one thing besides protocol/ that the extension asks of the adapter's code. */
export interface ObjectView {
  readonly license: string;
  readonly programs: readonly { readonly name: string; readonly section: string }[];
  readonly maps: readonly MapView[];
  /** Text of the listing document. */
  readonly listing: string;
}

export interface MapView {
  readonly name: string;
  /** `HASH` */
  readonly type: string;
  /** C spelling, or a size where the type is not known. */
  readonly keyType: string;
  readonly valueType: string;
  readonly maxEntries: number;
}

export type Described =
  { readonly ok: true; readonly view: ObjectView } | { readonly ok: false; readonly message: string };

/** How much of the local variables of an object can be seen. */
export interface VariableCounts {
  /** Parameters and local variables; 0 without DWARF. */
  readonly variables: number;
  /** Those among them that are not where they are in the whole of their scope: optimised out here or there. */
  readonly partial: number;
}

/** Undefined for what is no object. */
export function countVariables(bytes: Uint8Array, name: string): VariableCounts | undefined {
  const object = readObject(bytes, name);
  if (!object.ok) return undefined;
  const counts = { variables: 0, partial: 0 };
  for (const each of readDebugInfo(object.value)?.functions ?? []) addVariables(each, counts);
  return counts;
}

function addVariables(scope: DebugScope, counts: { variables: number; partial: number }): void {
  for (const { location } of scope.variables) {
    counts.variables++;
    if (location.kind === 'none' || location.kind === 'list') counts.partial++;
  }
  for (const child of scope.children) addVariables(child, counts);
}

/** `name` is for messages. */
export function describeObject(bytes: Uint8Array, name: string): Described {
  const object = readObject(bytes, name);
  if (!object.ok) return { ok: false, message: formatProblem(object.problem) };
  const linked = link(object.value);
  if (!linked.ok) return { ok: false, message: formatProblem(linked.problem) };
  const { license, programs, maps, btf } = object.value;
  const code = new CodeIndex(linked.value);
  const names = codeNames(code, (id) => helperNames.get(id));
  const listing = listProgram(code, linesOfObject(code).lines, (slot) => {
    const instruction = code.instruction(slot);
    return instruction === undefined ? '(unknown)' : printKernel(instruction, slot, names);
  });
  return {
    ok: true,
    view: {
      license,
      programs: programs.map((program) => ({ name: program.name, section: program.sectionName })),
      maps: maps.map((map) => ({
        name: map.name,
        type: mapTypeName(map.type),
        keyType: typeText(btf, map.keyTypeId, map.keySize),
        valueType: typeText(btf, map.valueTypeId, map.valueSize),
        maxEntries: map.maxEntries,
      })),
      listing: listing.text,
    },
  };
}

function typeText(btf: Btf | undefined, id: number | undefined, size: number): string {
  if (btf !== undefined && id !== undefined && id !== 0) return typeName(btf, id);
  return size === 0 ? '' : `${size} bytes`;
}
