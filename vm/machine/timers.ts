import type { LinearMemory } from '../memory/linear-memory.ts';

/** What runs its callback apart from the program that asked for it: struct bpf_timer and struct bpf_wq in map values. */
export const deferredKinds = ['timer', 'wq'] as const;
export type DeferredKind = (typeof deferredKinds)[number];

/** A timer or work queue that a program has initialised, as it is now. */
export interface Deferred {
  /** From 1; what the field in the map value holds. */
  readonly number: number;
  readonly kind: DeferredKind;
  readonly armed: boolean;
  /** Index of the map. */
  readonly map: number;
  /** Machine addresses of the field and of the value that it is in. */
  readonly address: number;
  readonly value: number;
  /** Decoded instruction where the callback begins; 0 without a callback. */
  readonly callbackIp: number;
  /** Decoded instruction where the program begins that has set the callback. */
  readonly programIp: number;
  /** CLOCK_* of the timer. */
  readonly clock: number;
  /** Time of the machine, ns, at which it is due; may lie in the past. */
  readonly expires: bigint;
  /** CPU that has armed it. */
  readonly cpu: number;
}

/** Offsets in the header. */
const header = {
  /** Linear offset of entry 0, which is no one's (u32). */
  entries: 0,
  capacity: 4,
  /** Numbers given out so far (u32). */
  used: 8,
  /** First free number (u32), linked through `entry.nextFree`. */
  free: 12,
  /** How often something was armed (u64): who was armed first comes first. */
  sequence: 16,
  /** Number of the one whose callback runs (u32). */
  running: 24,
  /** Whether time is on its way to `until` (u32). */
  advancing: 28,
  /** Time up to which callbacks come due (u64, ns). */
  until: 32,
  sizeOf: 40,
} as const;

const entry = {
  state: 0,
  kind: 4,
  map: 8,
  callback: 12,
  program: 16,
  clock: 20,
  address: 24,
  value: 32,
  expires: 40,
  sequence: 48,
  cpu: 56,
  nextFree: 60,
  sizeOf: 64,
} as const;

const unused = 0;
const idle = 1;
const armed = 2;
const firstCapacity = 8;

/** All timers and work queues of a machine, in its memory. The field in the map value holds the number of its entry. */
export class Timers {
  readonly #memory: LinearMemory;
  readonly #header: number;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#header = memory.allocate(header.sizeOf);
  }

  /** Number of the entry that the field at a linear offset holds; 0 where it was not initialised. */
  numberAt(linear: number): number {
    const { view } = this.#memory;
    const number = view.getUint32(linear, true);
    if (number === 0 || number > this.#field(header.used)) return 0;
    return view.getUint32(this.#at(number) + entry.state, true) === unused ? 0 : number;
  }

  /** Initialises the field at `linear`; `address` and `value` as in Deferred. Raises `out-of-memory`. */
  create(linear: number, what: Pick<Deferred, 'kind' | 'map' | 'address' | 'value' | 'clock'>): void {
    const number = this.#takeNumber();
    const { view, bytes } = this.#memory;
    const at = this.#at(number);
    bytes.fill(0, at, at + entry.sizeOf);
    view.setUint32(at + entry.state, idle, true);
    view.setUint32(at + entry.kind, deferredKinds.indexOf(what.kind), true);
    view.setUint32(at + entry.map, what.map, true);
    view.setUint32(at + entry.clock, what.clock, true);
    view.setBigUint64(at + entry.address, BigInt(what.address), true);
    view.setBigUint64(at + entry.value, BigInt(what.value), true);
    view.setUint32(linear, number, true);
  }

  setCallback(number: number, callbackIp: number, programIp: number): void {
    const { view } = this.#memory;
    view.setUint32(this.#at(number) + entry.callback, callbackIp, true);
    view.setUint32(this.#at(number) + entry.program, programIp, true);
  }

  hasCallback(number: number): boolean {
    return this.#memory.view.getUint32(this.#at(number) + entry.callback, true) !== 0;
  }

  /** CLOCK_* of a timer. */
  clockOf(number: number): number {
    return this.#memory.view.getUint32(this.#at(number) + entry.clock, true);
  }

  /** Arms it, again where it was armed already. */
  arm(number: number, expires: bigint, cpu: number): void {
    const { view } = this.#memory;
    const at = this.#at(number);
    const sequence = view.getBigUint64(this.#header + header.sequence, true) + 1n;
    view.setBigUint64(this.#header + header.sequence, sequence, true);
    view.setUint32(at + entry.state, armed, true);
    view.setBigInt64(at + entry.expires, expires, true);
    view.setBigUint64(at + entry.sequence, sequence, true);
    view.setUint32(at + entry.cpu, cpu, true);
  }

  /** Disarms it and takes its callback; whether it was armed. */
  cancel(number: number): boolean {
    const { view } = this.#memory;
    const at = this.#at(number);
    const was = view.getUint32(at + entry.state, true) === armed;
    view.setUint32(at + entry.state, idle, true);
    view.setUint32(at + entry.callback, 0, true);
    return was;
  }

  /** The map value with the field at `linear` is freed or replaced: what was in it is cancelled and gone. */
  release(linear: number): void {
    const number = this.numberAt(linear);
    const { view } = this.#memory;
    view.setUint32(linear, 0, true);
    if (number === 0) return;
    const at = this.#at(number);
    view.setUint32(at + entry.state, unused, true);
    view.setUint32(at + entry.nextFree, this.#field(header.free), true);
    view.setUint32(this.#header + header.free, number, true);
    if (this.running === number) this.running = 0;
  }

  /** Number of the one whose callback runs; 0 for none. */
  get running(): number {
    return this.#field(header.running);
  }

  set running(number: number) {
    this.#memory.view.setUint32(this.#header + header.running, number, true);
  }

  /** Time up to which callbacks are to run before anything else does; undefined where time stands still. */
  get until(): bigint | undefined {
    if (this.#field(header.advancing) === 0) return undefined;
    return this.#memory.view.getBigUint64(this.#header + header.until, true);
  }

  set until(time: bigint | undefined) {
    this.#memory.view.setUint32(this.#header + header.advancing, time === undefined ? 0 : 1, true);
    this.#memory.view.setBigUint64(this.#header + header.until, time ?? 0n, true);
  }

  /** What is due at `time` and comes first, disarmed: it is about to run. */
  takeDue(time: bigint): Deferred | undefined {
    const first = this.armed()[0];
    if (first === undefined || first.expires > time) return undefined;
    this.#memory.view.setUint32(this.#at(first.number) + entry.state, idle, true);
    return first;
  }

  /** All that are armed, in the order in which they come due. */
  armed(): readonly Deferred[] {
    const { view } = this.#memory;
    const sequence = (number: number): bigint => view.getBigUint64(this.#at(number) + entry.sequence, true);
    return this.all()
      .filter((each) => each.armed)
      .sort((a, b) => compare(a.expires, b.expires) || compare(sequence(a.number), sequence(b.number)));
  }

  /** All that were initialised and not freed, by number. */
  all(): readonly Deferred[] {
    return Array.from({ length: this.#field(header.used) }, (_, i) => this.read(i + 1)).filter(
      (each) => each !== undefined,
    );
  }

  read(number: number): Deferred | undefined {
    if (!(number >= 1 && number <= this.#field(header.used))) return undefined;
    const { view } = this.#memory;
    const at = this.#at(number);
    const word = (field: number): number => view.getUint32(at + field, true);
    const state = word(entry.state);
    if (state === unused) return undefined;
    return {
      number,
      kind: deferredKinds[word(entry.kind)] ?? 'timer',
      armed: state === armed,
      map: word(entry.map),
      address: Number(view.getBigUint64(at + entry.address, true)),
      value: Number(view.getBigUint64(at + entry.value, true)),
      callbackIp: word(entry.callback),
      programIp: word(entry.program),
      clock: word(entry.clock),
      expires: view.getBigInt64(at + entry.expires, true),
      cpu: word(entry.cpu),
    };
  }

  #field(field: number): number {
    return this.#memory.view.getUint32(this.#header + field, true);
  }

  #at(number: number): number {
    return this.#field(header.entries) + number * entry.sizeOf;
  }

  #takeNumber(): number {
    const free = this.#field(header.free);
    if (free !== 0) {
      const next = this.#memory.view.getUint32(this.#at(free) + entry.nextFree, true);
      this.#memory.view.setUint32(this.#header + header.free, next, true);
      return free;
    }
    const number = this.#field(header.used) + 1;
    if (number >= this.#field(header.capacity)) this.#grow();
    this.#memory.view.setUint32(this.#header + header.used, number, true);
    return number;
  }

  #grow(): void {
    const capacity = this.#field(header.capacity);
    const wanted = Math.max(firstCapacity, capacity * 2);
    const from = this.#field(header.entries);
    const to = this.#memory.allocate(wanted * entry.sizeOf);
    if (capacity > 0) {
      this.#memory.bytes.copyWithin(to, from, from + capacity * entry.sizeOf);
      this.#memory.free(from, capacity * entry.sizeOf);
    }
    this.#memory.view.setUint32(this.#header + header.entries, to, true);
    this.#memory.view.setUint32(this.#header + header.capacity, wanted, true);
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
