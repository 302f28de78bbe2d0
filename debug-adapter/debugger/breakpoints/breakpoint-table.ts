import { isListing } from '../../protocol/listing-uri.ts';
import { pathKey } from '../paths.ts';
import type { Binder } from './binder.ts';
import {
  type ActiveBreakpoint,
  type Binding,
  type BoundBreakpoint,
  type BreakpointKind,
  type FunctionBreakpoint,
  type InstructionBreakpoint,
  type Modifiers,
  type SourceBreakpoint,
} from './breakpoint.ts';
import type { BreakpointIds } from './breakpoint-ids.ts';
import { readModifiers } from './modifiers.ts';

/** What names an instruction to the outside. */
export interface Addresses {
  addressOfSlot(slot: number): bigint;
  slotOfAddress(address: bigint): number | undefined;
}

/** The breakpoints a client has set: each request replaces those of its source file or kind. */
export class BreakpointTable {
  readonly #binder: Binder;
  readonly #addresses: Addresses;
  readonly #changed: (slots: ReadonlySet<number>) => void;
  /** By the source file or kind whose request replaces them. */
  readonly #groups = new Map<string, ActiveBreakpoint[]>();
  readonly #bySlot = new Map<number, ActiveBreakpoint[]>();
  readonly #ids: BreakpointIds;
  /** The last request of each group, to be made again of another table. */
  readonly #requests = new Map<string, (table: BreakpointTable) => readonly BoundBreakpoint[]>();

  /** `changed` is told the slots at which the machine has to stop. */
  constructor(
    binder: Binder,
    addresses: Addresses,
    ids: BreakpointIds,
    changed: (slots: ReadonlySet<number>) => void,
  ) {
    this.#binder = binder;
    this.#ids = ids;
    this.#addresses = addresses;
    this.#changed = changed;
  }

  setSource(path: string, breakpoints: readonly SourceBreakpoint[]): readonly BoundBreakpoint[] {
    const file = `source:${isListing(path) ? path : pathKey(path)}`;
    this.#requests.set(file, (table) => table.setSource(path, breakpoints));
    return this.#replace('source', file, breakpoints, (breakpoint) => ({
      key: `${file}:${breakpoint.line}:${breakpoint.column ?? ''}`,
      binding: this.#binder.source(path, breakpoint),
    }));
  }

  setFunctions(breakpoints: readonly FunctionBreakpoint[]): readonly BoundBreakpoint[] {
    this.#requests.set('function', (table) => table.setFunctions(breakpoints));
    return this.#replace('function', 'function', breakpoints, (breakpoint) => ({
      key: `function:${breakpoint.name}`,
      binding: this.#binder.function(breakpoint),
    }));
  }

  setInstructions(breakpoints: readonly InstructionBreakpoint[]): readonly BoundBreakpoint[] {
    this.#requests.set('instruction', (table) => table.setInstructions(breakpoints));
    return this.#replace('instruction', 'instruction', breakpoints, ({ address, offset = 0 }) => {
      const at = address + BigInt(offset);
      return {
        key: `instruction:${at}`,
        binding: this.#binder.instruction(this.#addresses.slotOfAddress(at) ?? -1),
      };
    });
  }

  /** Takes over what was asked of the table of an earlier debugger, and says what has become of it. */
  adopt(earlier: BreakpointTable): readonly BoundBreakpoint[] {
    return [...earlier.#requests.values()].flatMap((request) => request(this));
  }

  at(slot: number): readonly ActiveBreakpoint[] {
    return this.#bySlot.get(slot) ?? [];
  }

  /** Starts counting hits anew. */
  resetHits(): void {
    for (const group of this.#groups.values()) for (const breakpoint of group) breakpoint.hits = 0;
  }

  #replace<Requested extends Modifiers>(
    kind: BreakpointKind,
    group: string,
    requests: readonly Requested[],
    bind: (request: Requested) => { readonly key: string; readonly binding: Binding },
  ): readonly BoundBreakpoint[] {
    const before = this.#groups.get(group) ?? [];
    const active: ActiveBreakpoint[] = [];
    const bound = requests.map((request) => {
      const { key, binding } = bind(request);
      const id = this.#ids.of(key, active);
      const modifiers = readModifiers(request);
      const works = modifiers.ok && binding.slots.length > 0;
      if (works) {
        const { condition } = modifiers.value;
        const same = before.find((one) => one.id === id && one.condition === condition);
        const slots = new Set(binding.slots);
        active.push({
          id,
          kind,
          slots,
          line: binding.line,
          hidden: binding.hidden,
          occurs: binding.occurs,
          ...modifiers.value,
          hits: same?.hits ?? 0,
        });
      }
      const [first] = binding.slots;
      return {
        id,
        verified: works,
        message: modifiers.ok ? binding.message : modifiers.problem.message,
        source: binding.source,
        address: first === undefined ? undefined : this.#addresses.addressOfSlot(first),
      };
    });
    this.#groups.set(group, active);
    this.#index();
    return bound;
  }

  #index(): void {
    this.#bySlot.clear();
    for (const group of this.#groups.values()) {
      for (const breakpoint of group) {
        for (const slot of breakpoint.slots) {
          const here = this.#bySlot.get(slot);
          if (here === undefined) this.#bySlot.set(slot, [breakpoint]);
          else here.push(breakpoint);
        }
      }
    }
    this.#changed(new Set(this.#bySlot.keys()));
  }
}
