import { failed, type Result } from '../../../vm/base/problem.ts';
import type {
  VirtualMachine,
  WatchedCall,
  WatchHit,
  WatchRange,
} from '../../../vm/engine/virtual-machine.ts';
import type { CodeIndex } from '../code-index.ts';
import type { Target } from '../inspection/target.ts';
import type { DataSubject } from '../variable.ts';
import type { BoundBreakpoint, FunctionBreakpoint, Modifiers } from './breakpoint.ts';
import type { BreakpointIds } from './breakpoint-ids.ts';
import type { ActiveData, DataBreakpoint, DataInfo } from './data-breakpoint.ts';
import { DataFinder, type FoundData, type ReadKey } from './data-finder.ts';
import { canPersist, dataIdOf, parseDataId, type DataPlace } from './data-place.ts';
import { DataText } from './data-text.ts';
import { hits, type BreakpointEvaluator, type BreakpointMessage } from './hits.ts';
import { parseMapName } from './map-name.ts';
import { readModifiers } from './modifiers.ts';
import { MapCall, mapOperations, type Calls, type MapOperation } from './watched-calls.ts';

export interface DataParts {
  readonly vm: VirtualMachine;
  readonly target: Target;
  readonly code: CodeIndex;
  readonly calls: Calls;
  readonly ids: BreakpointIds;
  readonly readKey: ReadKey;
  /** Prints the instruction at a slot. */
  readonly text: (slot: number) => string;
  /** What the machine has to watch has changed. */
  readonly changed: () => void;
  /** A breakpoint is no longer what it was. */
  readonly rebound: (bound: BoundBreakpoint) => void;
}

/** What watched data that was touched leads to. */
export interface DataArrival {
  readonly stop:
    | { readonly kind: 'data' | 'function'; readonly ids: readonly number[]; readonly text: string }
    | undefined;
  readonly messages: readonly BreakpointMessage[];
}

/** What a breakpoint watches. */
type Watched = FoundData & Pick<ActiveData, 'map' | 'ranges' | 'calls'>;

/** Breakpoints on data, and on what is done with maps. */
export class DataBreakpoints {
  readonly #parts: DataParts;
  readonly #finder: DataFinder;
  readonly #text: DataText;
  /** By the kind whose request replaces them. */
  readonly #groups = new Map<'data' | 'function', readonly ActiveData[]>();
  /** As they were asked for last. */
  #data: readonly DataBreakpoint[] = [];
  #mapEvents: readonly FunctionBreakpoint[] = [];
  /** Of the ranges and calls that the machine watches, in their order. */
  #rangeOwners: readonly ActiveData[] = [];
  #callOwners: readonly ActiveData[] = [];
  /** What was said of data that only this session knows: on stacks, at addresses. */
  readonly #named = new Map<string, Pick<FoundData, 'label' | 'type'>>();

  constructor(parts: DataParts) {
    this.#parts = parts;
    this.#finder = new DataFinder(parts.target, parts.readKey);
    this.#text = new DataText(parts.target, this.#finder);
  }

  /** What can be watched of a variable; `size`: bytes from its start, instead of its own. */
  info(subject: DataSubject | undefined, name: string, size?: number): DataInfo {
    if (subject === undefined) return refusal(`${name} is not in memory`);
    switch (subject.kind) {
      case 'none':
        return refusal(subject.reason);
      case 'map': {
        const key = subject.key && this.#finder.keyText(subject.map, subject.key);
        return this.#infoOf({ kind: 'map', map: subject.map.name, key });
      }
      case 'memory': {
        const bytes = size ?? subject.size;
        if (bytes < 1) return refusal(`${name} has no bytes`);
        const place = this.#finder.placeOf(subject.address, bytes);
        if (place.kind === 'stack' || place.kind === 'memory') {
          const type = bytes === subject.size ? subject.type : undefined;
          this.#named.set(dataIdOf(place), { label: name, type });
        }
        return this.#infoOf(place);
      }
    }
  }

  /** Bytes at an address. */
  infoAt(address: bigint, size: number): DataInfo {
    return this.#infoOf({ kind: 'memory', address, size });
  }

  /** Bytes of the packet, from its start. */
  infoOfPacket(offset: number, size: number): DataInfo {
    return this.#infoOf({ kind: 'packet', offset, size });
  }

  #infoOf(place: DataPlace): DataInfo {
    const found = this.#finder.find(place);
    if (!found.ok) return refusal(found.problem.message);
    const dataId = dataIdOf(place);
    const { label } = this.#named.get(dataId) ?? found.value;
    return { dataId, description: label, persists: canPersist(place) };
  }

  /** Takes over what was asked of those of an earlier debugger, and says what has become of it. */
  adopt(earlier: DataBreakpoints): readonly BoundBreakpoint[] {
    return [...this.set(earlier.#data), ...this.setMapEvents(earlier.#mapEvents)];
  }

  set(breakpoints: readonly DataBreakpoint[]): readonly BoundBreakpoint[] {
    this.#data = breakpoints;
    return this.#replace('data', breakpoints, (breakpoint) => ({
      key: `data:${breakpoint.dataId}`,
      found: this.#watchedData(breakpoint),
    }));
  }

  /** Function breakpoints with names such as `map:counts[3]:delete`. */
  setMapEvents(breakpoints: readonly FunctionBreakpoint[]): readonly BoundBreakpoint[] {
    this.#mapEvents = breakpoints;
    return this.#replace('function', breakpoints, ({ name }) => ({
      key: `function:${name}`,
      found: this.#namedEvents(name),
    }));
  }

  #watchedData({ dataId, access }: DataBreakpoint): Result<Watched> {
    const place = parseDataId(dataId);
    if (!place.ok) return place;
    const found = this.#finder.find(place.value);
    if (!found.ok) return found;
    if (place.value.kind === 'map') {
      const operations = { read: ['lookup'], write: ['update', 'delete'], access: mapOperations } as const;
      return this.#watchedMap(place.value, found.value, operations[access]);
    }
    const named = this.#named.get(dataId);
    const ranges = found.value.bytes.map((bytes): WatchRange => ({ ...bytes, access }));
    return { ok: true, value: { ...found.value, ...named, map: undefined, ranges, calls: [] } };
  }

  #namedEvents(name: string): Result<Watched> {
    const parsed = parseMapName(name);
    if (!parsed.ok) return parsed;
    const { map, key, operations } = parsed.value;
    const place = { kind: 'map', map, key } as const;
    const found = this.#finder.find(place);
    return found.ok ? this.#watchedMap(place, found.value, operations) : found;
  }

  #watchedMap(
    { map: name, key: text }: Extract<DataPlace, { kind: 'map' }>,
    found: FoundData,
    operations: readonly MapOperation[],
  ): Result<Watched> {
    const map = this.#finder.mapNamed(name);
    if (!map.ok) return map;
    const key = text === undefined ? undefined : this.#finder.key(map.value, text);
    if (key?.ok === false) return key;
    const written = operations.includes('update') && operations.includes('delete');
    const ranges = written ? found.bytes.map((bytes): WatchRange => ({ ...bytes, access: 'write' })) : [];
    const calls = [new MapCall(this.#parts.calls, map.value, key?.value, operations)];
    return { ok: true, value: { ...found, map: map.value, ranges, calls } };
  }

  #replace<Requested extends Modifiers>(
    kind: 'data' | 'function',
    requests: readonly Requested[],
    find: (request: Requested) => { readonly key: string; readonly found: Result<Watched> },
  ): readonly BoundBreakpoint[] {
    const before = this.#groups.get(kind) ?? [];
    const active: ActiveData[] = [];
    const bound = requests.map((request) => {
      const { key, found } = find(request);
      const id = this.#parts.ids.of(key, active);
      const modifiers = found.ok ? readModifiers(request) : failed(found.problem);
      if (!found.ok || !modifiers.ok) {
        const message = found.ok ? undefined : found.problem.message;
        return boundAs(id, false, message ?? (modifiers.ok ? undefined : modifiers.problem.message));
      }
      const { label, type, map, ranges, calls, activation, message } = found.value;
      const { condition } = modifiers.value;
      const same = before.find((one) => one.id === id && one.condition === condition);
      const own = { id, kind, label, type, map, ranges, calls, activation };
      active.push({ ...own, ...modifiers.value, hits: same?.hits ?? 0 });
      return boundAs(id, true, message);
    });
    this.#groups.set(kind, active);
    this.#parts.changed();
    return bound;
  }

  get #all(): readonly ActiveData[] {
    return [...this.#groups.values()].flat();
  }

  /** What the machine has to watch. */
  watched(): { readonly ranges: readonly WatchRange[]; readonly calls: readonly WatchedCall[] } {
    this.#rangeOwners = this.#all.flatMap((active) => active.ranges.map(() => active));
    this.#callOwners = this.#all.flatMap((active) => active.calls.map(() => active));
    return {
      ranges: this.#all.flatMap(({ ranges }) => ranges),
      calls: this.#all.flatMap(({ calls }) => calls),
    };
  }

  /** Starts counting hits anew. */
  resetHits(): void {
    for (const active of this.#all) active.hits = 0;
  }

  /** The machine has stopped for what it watches. */
  arrive(evaluator: BreakpointEvaluator): DataArrival {
    const { watchHits } = this.#parts.vm;
    const messages: BreakpointMessage[] = [];
    const stopping: { readonly active: ActiveData; readonly text: string }[] = [];
    for (const active of this.#all) {
      const text = this.#isOver(active) ? undefined : this.#touched(active, watchHits);
      if (text === undefined || !hits(active, evaluator, messages)) continue;
      stopping.push({ active, text });
    }
    const kind = stopping.find(({ active }) => active.kind === 'data')?.active.kind ?? 'function';
    const ids = stopping.map(({ active }) => active.id);
    const text = stopping.map((one) => one.text).join('\n');
    this.endWithFrames();
    return { stop: stopping.length === 0 ? undefined : { kind, ids, text }, messages };
  }

  /** What was done with the data of a breakpoint, and by what; undefined where nothing was. */
  #touched(active: ActiveData, watchHits: readonly WatchHit[]): string | undefined {
    const call = this.#parts.vm.callHits.find((hit) => this.#callOwners[hit.call] === active);
    const event = active.calls[0]?.event;
    const touched = watchHits.filter((hit) => this.#rangeOwners[hit.range] === active);
    const [first] = touched;
    if (call !== undefined && event !== undefined) {
      // Of one element, what it was before is known too.
      const told = first !== undefined && active.ranges.every(({ whole }) => whole !== false);
      const text = told
        ? this.#text.access(active, this.#own(active, first))
        : this.#text.event(active, event);
      return `${text}, by ${this.#instruction(call.slot)}`;
    }
    return (
      first && `${this.#text.access(active, this.#own(active, first))}, by ${this.#instruction(first.slot)}`
    );
  }

  /** With the number that the range has among those of its breakpoint. */
  #own(active: ActiveData, hit: WatchHit): WatchHit {
    return { ...hit, range: hit.range - this.#rangeOwners.indexOf(active) };
  }

  #instruction(slot: number): string {
    const { text, code } = this.#parts;
    const linked = code.functionOf(slot);
    // Without the opcode in front.
    const what = text(slot).replace(/^\([0-9a-f]{2}\) /, '');
    return linked === undefined ? what : `${what} in ${linked.name}`;
  }

  /** Breakpoints on the stack of a function that has returned are no more. */
  endWithFrames(): void {
    const ended = this.#all.filter((active) => this.#isOver(active));
    if (ended.length === 0) return;
    for (const [kind, group] of this.#groups) {
      this.#groups.set(
        kind,
        group.filter((active) => !ended.includes(active)),
      );
    }
    this.#parts.changed();
    for (const { id, label } of ended) {
      this.#parts.rebound(boundAs(id, false, `${label} has ended with the call of its function`));
    }
  }

  #isOver({ activation }: ActiveData): boolean {
    return activation !== undefined && !this.#finder.isAlive(activation);
  }
}

function boundAs(id: number, verified: boolean, message: string | undefined): BoundBreakpoint {
  return { id, verified, message, source: undefined, address: undefined };
}

function refusal(reason: string): DataInfo {
  return { dataId: undefined, description: reason, persists: false };
}
