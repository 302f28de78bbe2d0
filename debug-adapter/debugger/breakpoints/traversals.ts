import { callbackCaller, callbackCallerName } from '../../../vm/machine/helper.ts';
import { stackSize } from '../../../vm/machine/layout.ts';
import type { CallbackFrame } from '../../../vm/machine/frames.ts';
import type { Machine } from '../../../vm/machine/machine.ts';
import type { CodeIndex } from '../code-index.ts';
import { unbound, type Binding } from './breakpoint.ts';
import { patternOf } from './pattern.ts';

const events = ['begin', 'element', 'stopped', 'ctx', 'end'] as const;
type TraversalEvent = (typeof events)[number];

export function isTraversalName(name: string): boolean {
  return name.trimStart().startsWith('traversal:');
}

/** A function that reads what a machine stands at; text where a traversal is at the event that is meant. */
type Occurs = (slot: number) => string | undefined;

/** What a traversal left where it began, until it comes back. */
interface Begun {
  readonly run: number;
  readonly behind: number;
  readonly what: string;
}

/** Breakpoints on traversals: `traversal:counts`, `traversal:bpf_loop:end`. */
export class Traversals {
  readonly #code: CodeIndex;
  readonly #machine: Machine;

  constructor(code: CodeIndex, machine: Machine) {
    this.#code = code;
    this.#machine = machine;
  }

  bind(name: string): Binding {
    const [, what, word = 'begin'] = /^\s*traversal:([^:\s]+)(?::(\w+))?\s*$/.exec(name) ?? [];
    const event = events.find((known) => known === word);
    if (what === undefined) return unbound(`'${name}' names no traversal: traversal:counts:end does`);
    if (event === undefined) return unbound(`${word} is no event of a traversal: ${events.join(', ')} are`);
    const pattern = patternOf(what);
    const sites = this.#sites;
    const names = [
      ...this.#machine.maps.map((map) => map.name),
      ...sites.map((slot) => this.#calledAt(slot) ?? ''),
    ];
    if (!names.some((known) => pattern.test(known)))
      return unbound(`no map, and no helper that is called and runs callbacks, is named ${what}`);
    const callbacks = this.#callbacks;
    const message = `${counted(sites.length, 'call')}, ${counted(callbacks.length, 'callback')}`;
    const [slots, occurs] = this.#slotsOf(event, pattern, sites, callbacks);
    return { slots, source: undefined, message, occurs };
  }

  #slotsOf(
    event: TraversalEvent,
    pattern: RegExp,
    sites: readonly number[],
    callbacks: readonly number[],
  ): readonly [readonly number[], Occurs] {
    const exits = callbacks.flatMap((slot) => this.#exitsOf(slot));
    switch (event) {
      case 'begin':
        return [sites, (slot) => this.#beginsAt(slot, pattern)];
      case 'element':
        return [callbacks, (slot) => this.#elementAt(slot, pattern)];
      case 'stopped':
        return [exits, () => this.#stopping(pattern)];
      case 'ctx':
        return [[...callbacks, ...exits], this.#contextChanges(pattern)];
      case 'end':
        return [[...sites, ...sites.map((slot) => this.#code.next(slot))], this.#ends(pattern)];
    }
  }

  /** Calls of what runs callbacks. */
  get #sites(): readonly number[] {
    return this.#code.starts.filter((slot) => this.#calledAt(slot) !== undefined);
  }

  #calledAt(slot: number): string | undefined {
    const instruction = this.#code.instruction(slot);
    const semantics = instruction?.row.semantics;
    if (instruction === undefined || semantics?.kind !== 'call') return undefined;
    const { helpers } = this.#machine;
    if (semantics.target === 'helper') {
      const helper = callbackCaller(helpers, instruction.imm);
      return helper?.callback === undefined ? undefined : helper.name;
    }
    if (semantics.target !== 'kfunc') return undefined;
    const name = this.#code.program.kernelFunctions[instruction.imm]?.name;
    const kfunc = name === undefined ? undefined : helpers.kfuncs?.get(name);
    return kfunc?.callback === undefined ? undefined : kfunc.name;
  }

  /** First slots of the functions whose address the program takes. */
  get #callbacks(): readonly number[] {
    const found = this.#code.starts.flatMap((slot) => {
      const instruction = this.#code.instruction(slot);
      const semantics = instruction?.row.semantics;
      const taken = semantics?.kind === 'lddw' && semantics.value === 'func';
      return instruction !== undefined && taken ? [slot + 1 + instruction.imm] : [];
    });
    return [...new Set(found)];
  }

  #exitsOf(first: number): readonly number[] {
    const linked = this.#code.functionFrom(first);
    if (linked === undefined) return [];
    const end = first + linked.slots;
    return this.#code.starts.filter(
      (slot) => slot >= first && slot < end && this.#code.instruction(slot)?.row.semantics.kind === 'exit',
    );
  }

  /** `bpf_for_each_map_elem(counts)`, where the pattern is met. */
  #named(helper: string, map: string | undefined, pattern: RegExp): string | undefined {
    if (!pattern.test(helper) && (map === undefined || !pattern.test(map))) return undefined;
    return map === undefined ? helper : `${helper}(${map})`;
  }

  #beginsAt(slot: number, pattern: RegExp): string | undefined {
    const what = this.#calledHere(slot, pattern);
    return what && `${what} begins`;
  }

  #calledHere(slot: number, pattern: RegExp): string | undefined {
    const helper = this.#calledAt(slot);
    const map = this.#machine.mapAt(this.#machine.register(1))?.name;
    return helper === undefined ? undefined : this.#named(helper, map, pattern);
  }

  /** The callback that runs in the innermost frame. */
  #callback(pattern: RegExp): { readonly what: string; readonly callback: CallbackFrame } | undefined {
    const { frames, maps, helpers } = this.#machine;
    const { callback } = frames.read(frames.depth);
    if (callback === undefined) return undefined;
    const map = callback.map === undefined ? undefined : maps[callback.map]?.name;
    const what = this.#named(callbackCallerName(helpers, callback.helper), map, pattern);
    return what === undefined ? undefined : { what, callback };
  }

  /** A callback may also jump back to its first instruction: that is no other element. */
  #elementAt(slot: number, pattern: RegExp): string | undefined {
    const { frames, code, cycle } = this.#machine;
    const { entryIp, entryCycle } = frames.read(frames.depth);
    if (code.slotOfIp(entryIp) !== slot || entryCycle !== cycle) return undefined;
    const found = this.#callback(pattern);
    return found && `${found.what}: element ${found.callback.index + 1}`;
  }

  #stopping(pattern: RegExp): string | undefined {
    const found = this.#callback(pattern);
    if (found === undefined || this.#machine.register(0) !== 1n) return undefined;
    return `${found.what} is stopped by element ${found.callback.index + 1}: its callback returns 1`;
  }

  /** Compares what callback_ctx points to at the exit of each callback with what it was at its entry. */
  #contextChanges(pattern: RegExp): Occurs {
    const before = new Map<number, Uint8Array>();
    return (slot) => {
      const { depth } = this.#machine.frames;
      const found = this.#callback(pattern);
      if (found === undefined) return undefined;
      const { what, callback } = found;
      const now = this.#stackFrom(callback.context);
      const earlier = before.get(depth);
      if (this.#elementAt(slot, pattern) !== undefined) {
        before.set(depth, now);
        return undefined;
      }
      const same = earlier === undefined || earlier.every((byte, i) => byte === now[i]);
      return same ? undefined : `${what}: element ${callback.index + 1} has changed callback_ctx`;
    };
  }

  /** From an address in a frame's stack to its end. */
  #stackFrom(address: bigint): Uint8Array {
    const { regions, memory } = this.#machine;
    const place = regions.peek(address);
    if (place === undefined || regions.locate(address)?.region.kind !== 'stack') return new Uint8Array();
    return memory.bytes.slice(place.linear, place.linear + Math.min(place.available, stackSize));
  }

  /** Behind the call, where control comes back from it. */
  #ends(pattern: RegExp): Occurs {
    const begun = new Map<number, Begun>();
    return (slot) => {
      const { frames, run } = this.#machine;
      const here = begun.get(frames.depth);
      const ended = here?.run === run && here.behind === slot;
      begun.delete(frames.depth);
      const what = this.#calledHere(slot, pattern);
      if (what !== undefined) begun.set(frames.depth, { run, behind: this.#code.next(slot), what });
      if (!ended) return undefined;
      return `${here.what} has ended, it returned ${BigInt.asIntN(64, this.#machine.register(0))}`;
    };
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
