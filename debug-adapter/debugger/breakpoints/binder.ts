import type { Machine } from '../../../vm/machine/machine.ts';
import type { LinkedFunction } from '../../../vm/object/linked-program.ts';
import { baseName } from '../paths.ts';
import { isListing, sameListing } from '../../protocol/listing-uri.ts';
import type { CodeIndex } from '../code-index.ts';
import type { InlineView } from '../inline-view.ts';
import type { Places } from '../places.ts';
import { sourceBlocks } from '../source-blocks.ts';
import { unbound, type Binding, type FunctionBreakpoint, type SourceBreakpoint } from './breakpoint.ts';
import { patternOf } from './pattern.ts';
import { isTraversalName, Traversals } from './traversals.ts';

/** Finds the instructions that a breakpoint means. */
export class Binder {
  readonly #code: CodeIndex;
  readonly #places: Places;
  readonly #view: InlineView;
  readonly #objectName: string;
  readonly #helperName: (id: number) => string | undefined;
  readonly #traversals: Traversals;

  constructor(code: CodeIndex, places: Places, view: InlineView, machine: Machine) {
    this.#code = code;
    this.#places = places;
    this.#view = view;
    this.#objectName = baseName(code.program.object.name);
    this.#helperName = (id) => machine.helpers.nameOf(id);
    this.#traversals = new Traversals(code, machine);
  }

  source(path: string, breakpoint: SourceBreakpoint): Binding {
    if (isListing(path)) return this.#listing(path, breakpoint.line);
    const names = this.#places.sources.namesOf(path);
    if (names.length === 0) return unbound(`${baseName(path)} is no source of ${this.#objectName}`);
    const places = names.flatMap((name) => this.#sourceLine(name, breakpoint) ?? []);
    const line = Math.min(...places.map((place) => place.line));
    const meant = places.filter((place) => place.line === line);
    const slots = meant.flatMap((place) => place.slots);
    const [first] = slots;
    const [place] = meant;
    if (first === undefined) return unbound('no code was compiled for this line');
    const moved =
      line !== breakpoint.line
        ? `line ${breakpoint.line} has no code; the next that has is ${line}`
        : undefined;
    const column = breakpoint.column === undefined ? 0 : (this.#places.lines.rowAt(first)?.column ?? 0);
    return { slots, source: { path, line, column }, message: moved, ...(place && { line: place }) };
  }

  #sourceLine(
    name: string,
    { line, column }: SourceBreakpoint,
  ): { file: string; line: number; slots: readonly number[] } | undefined {
    const { lines } = this.#places;
    const nearest = this.#lineWithCode(name, line);
    if (nearest === undefined) return undefined;
    const atColumn = column !== undefined && nearest === line ? lines.slotsAtColumn(name, line, column) : [];
    return {
      file: name,
      line: nearest,
      slots: atColumn.length > 0 ? atColumn : lines.entriesOf(name, nearest),
    };
  }

  /** The line itself, or the next one of its function that has code. */
  #lineWithCode(name: string, line: number): number | undefined {
    const next = this.#places.lines.linesOf(name).find((candidate) => candidate >= line);
    if (next === undefined || next === line) return next;
    const text = this.#places.sources.file(name)?.text;
    const blocks = text === undefined ? this.#places.lines.extentsOf(name) : sourceBlocks(text);
    return blocks.some(({ first, last }) => first <= line && next <= last) ? next : undefined;
  }

  #listing(path: string, line: number): Binding {
    if (!sameListing(path, this.#places.listingPath))
      return unbound(`this is not the listing of ${this.#objectName}`);
    const slot = this.#places.listing.slotFrom(line - 1);
    return slot === undefined ? unbound('no instruction follows in this section') : this.instruction(slot);
  }

  instruction(slot: number): Binding {
    const isStart = this.#code.indexOf(slot) !== undefined;
    if (!isStart) return unbound('no instruction starts at this address');
    return { slots: [slot], source: this.#places.listingOf(slot), message: undefined };
  }

  /** A name, or one with what it is a name of in front: `function:`, `section:`, `helper:`, `kfunc:`, `traversal:`. */
  function({ name }: FunctionBreakpoint): Binding {
    if (isTraversalName(name)) return this.#traversals.bind(name);
    const [, kind, rest = ''] = /^\s*(?:(function|section|helper|kfunc):)?(.*?)\s*$/.exec(name) ?? [];
    const pattern = patternOf(rest);
    const is = (wanted: string): boolean => kind === undefined || kind === wanted;
    const named = is('function') ? this.#code.functions.filter((linked) => pattern.test(linked.name)) : [];
    const copies = is('function') ? this.#view.copiesOf((candidate) => pattern.test(candidate)) : [];
    const found = named.length > 0 || copies.length > 0;
    const meant = found || !is('section') ? named : this.#programsOf(pattern);
    if (meant.length > 0 || copies.length > 0) {
      const slots = meant.map((linked) => this.#places.lines.firstRow(linked) ?? linked.firstSlot);
      const entered = new Map(copies.map(({ slot, hidden }) => [slot, hidden]));
      const bound = this.#at([...new Set([...slots, ...entered.keys()])], functionsText(meant, copies));
      return { ...bound, hidden: entered };
    }
    const calls = this.#code.starts.filter((slot) =>
      ['helper', 'kfunc'].some((target) => is(target) && this.#calls(slot, target, pattern)),
    );
    if (calls.length > 0) return this.#at(calls, calls.length > 1 ? `${calls.length} calls` : 'the call');
    return unbound(this.#nothingNamed(kind, rest));
  }

  #nothingNamed(kind: string | undefined, name: string): string {
    const words = {
      section: 'program section',
      helper: 'call of a helper',
      kfunc: 'call of a kernel function',
    };
    if (kind === 'section' || kind === 'helper' || kind === 'kfunc')
      return `${this.#objectName} has no ${words[kind]} named ${name}`;
    const what = kind === 'function' ? 'function' : 'function, program section or call of a helper';
    return `${this.#objectName} has no ${what} named ${name}`;
  }

  #programsOf(section: RegExp): readonly LinkedFunction[] {
    const starts = this.#code.program.object.programs
      .filter((program) => section.test(program.sectionName))
      .map((program) => `${program.section}:${program.offset}`);
    return this.#code.functions.filter((linked) => starts.includes(`${linked.section}:${linked.offset}`));
  }

  #calls(slot: number, target: string, pattern: RegExp): boolean {
    const instruction = this.#code.instruction(slot);
    const semantics = instruction?.row.semantics;
    if (instruction === undefined || semantics?.kind !== 'call' || semantics.target !== target) return false;
    const name =
      target === 'helper'
        ? this.#helperName(instruction.imm)
        : this.#code.program.kernelFunctions[instruction.imm]?.name;
    return name !== undefined && pattern.test(name);
  }

  #at(slots: readonly number[], message: string | undefined): Binding {
    const [first] = slots;
    return { slots, source: first === undefined ? undefined : this.#places.placeOf(first), message };
  }
}

/** `2 functions: sum, sum_all`, `inlined in 3 places`, or both; undefined where there is nothing to be said. */
function functionsText(
  functions: readonly LinkedFunction[],
  copies: readonly { readonly slot: number }[],
): string | undefined {
  const names = functions.map(({ name }) => name);
  const several = names.length > 1 ? [`${names.length} functions: ${listed(names)}`] : [];
  const places = copies.length === 1 ? 'one place' : `${copies.length} places`;
  const inlined = copies.length > 0 ? [`inlined in ${places}`] : [];
  return [...several, ...inlined].join('; ') || undefined;
}

function listed(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
