import { decode } from '../../isa/decode.ts';
import type { Semantics } from '../../isa/row.ts';
import { heap, regionTable } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { regionRow } from '../../memory/regions.ts';
import type { EngineOptions } from '../engine.ts';
import type { StopReason, StopRequest } from '../interpreter/interpreter.ts';
import type { WatchAccess, WatchHit, WatchRange } from '../watches.ts';
import { Random } from './random.ts';
import type { FuzzProgram, Subject } from './subjects.ts';

/**
 * Runs a program with watched ranges on the interpreter alone and compiled, and beside them, without any, a machine that
 * is stepped and looked at: both must stop wherever a range was touched, and nowhere else.
 */

export interface WatchCounts {
  cycles: number;
  /** Stops for loads, stores and atomics of the program. */
  own: number;
  /** Stops for what helpers did. */
  helpers: number;
  breakpoints: number;
  faults: number;
}

/** What an instruction is going to do. */
interface Expectation {
  readonly access:
    { readonly kind: WatchAccess; readonly address: bigint; readonly size: number } | undefined;
  /** Reads of a helper that are sure, if it does not fault. */
  readonly reads: readonly { readonly address: bigint; readonly size: number }[];
  /** Something other than the instruction itself may access memory. */
  readonly others: boolean;
}

const interpreted: EngineOptions = { warmUp: Infinity };
const compiled: EngineOptions = { warmUp: 0, smallestRun: 1 };

/** Throws where something differs. */
export function compareWatches(
  program: FuzzProgram,
  seed: number,
  cycles: number,
  options: EngineOptions = {},
): WatchCounts {
  const random = new Random(seed);
  const ranges = chooseRanges(random, accessesOf(program.make(interpreted), cycles));
  const reference = program.make(interpreted);
  const watching = [interpreted, { ...compiled, ...options }].map((own) => program.make(own));
  for (const subject of watching) subject.setWatches(ranges);
  return new Comparison(random, reference, watching, ranges).run(cycles);
}

/** Where the program accesses memory, without watches. */
function accessesOf(subject: Subject, cycles: number): bigint[] {
  const { machine } = subject;
  const found: bigint[] = [];
  while (machine.runState === 'running' && machine.cycle < cycles) {
    const { access, reads } = expectationOf(machine);
    if (access !== undefined) found.push(access.address);
    found.push(...reads.map(({ address }) => address));
    for (const register of [0, 1, 2, 3]) {
      const value = machine.register(register);
      if (machine.regions.peek(value) !== undefined) found.push(value);
    }
    subject.run(1, {});
  }
  return found.length === 0 ? [machine.register(10) - 8n] : found;
}

function chooseRanges(random: Random, addresses: readonly bigint[]): WatchRange[] {
  const few = random.chance(70);
  return Array.from({ length: few ? 1 + random.below(3) : 1 + random.below(24) }, () => {
    const near = random.chance(90) ? random.pick(addresses) : random.word();
    const size = random.chance(60) ? random.pick([1, 1, 2, 4, 8]) : random.below(80);
    const address = BigInt.asUintN(64, near + BigInt(random.below(18) - 9));
    return { address, size, access: random.pick(['read', 'write', 'write', 'access'] as const) };
  });
}

class Comparison {
  readonly #random: Random;
  readonly #reference: Subject;
  readonly #watching: readonly Subject[];
  readonly #ranges: readonly WatchRange[];
  readonly #counts: WatchCounts = { cycles: 0, own: 0, helpers: 0, breakpoints: 0, faults: 0 };

  constructor(
    random: Random,
    reference: Subject,
    watching: readonly Subject[],
    ranges: readonly WatchRange[],
  ) {
    this.#random = random;
    this.#reference = reference;
    this.#watching = watching;
    this.#ranges = ranges;
  }

  run(cycles: number): WatchCounts {
    const [first] = this.#watching;
    if (first === undefined) throw new Error('nothing watches');
    const random = this.#random;
    while (first.machine.runState === 'running' && first.machine.cycle < cycles) {
      if (random.chance(6)) this.#setBreakpoints();
      const reason = this.#slice();
      const hits = first.watchHits;
      if ((reason === 'watch') !== hits.length > 0) throw new Error(`${reason} with ${hits.length} hits`);
      this.#followTo(first.machine.cycle, hits);
      if (reason === 'breakpoint') this.#counts.breakpoints++;
    }
    this.#counts.cycles = first.machine.cycle;
    if (first.machine.runState === 'faulted') this.#counts.faults++;
    for (const subject of this.#watching) subject.setBreakpoints([]);
    this.#same('the end', [this.#reference, ...this.#watching].map(stateOf));
    return this.#counts;
  }

  #setBreakpoints(): void {
    const random = this.#random;
    const slots = this.#reference.machine.program.code.length / 8;
    const chosen = Array.from({ length: random.below(4) }, () => random.below(slots));
    for (const subject of this.#watching) subject.setBreakpoints(chosen);
  }

  #slice(): StopReason {
    const random = this.#random;
    const { depth } = this.#reference.machine.frames;
    const stop: StopRequest = {
      ...(random.chance(15) ? { afterExitOf: random.below(depth + 2) } : {}),
      ...(random.chance(15) ? { atDepth: random.below(depth + 1) } : {}),
    };
    const cycles = random.chance(20) ? 1 + random.below(4) : random.below(random.pick([20, 60, 400, 3000]));
    const at = `cycle ${this.#reference.machine.cycle}, ${cycles} cycles`;
    const results = this.#watching.map((subject) => {
      subject.passBreakpoint();
      const reason = subject.run(cycles, stop);
      return { reason, hits: subject.watchHits, ...stateOf(subject) };
    });
    this.#same(at, results);
    return results[0]?.reason ?? 'fault';
  }

  #same(at: string, results: readonly unknown[]): void {
    const [first, ...others] = results.map((result) => JSON.stringify(result, replacer));
    for (const other of others) {
      if (other !== first)
        throw new Error(`from ${at}:\n${first}\n${other}\n${JSON.stringify(this.#ranges, replacer)}`);
    }
  }

  /** Steps the reference to where the others stand: only its last step may have touched a range. */
  #followTo(cycle: number, hits: readonly WatchHit[]): void {
    const { machine } = this.#reference;
    while (machine.cycle < cycle) {
      const expectation = expectationOf(machine);
      const { slot, cycle: at } = machine;
      const before = this.#ranges.map((range) => bytesOf(machine, range));
      this.#reference.run(1, {});
      const after = this.#ranges.map((range) => bytesOf(machine, range));
      const here = machine.cycle === cycle ? hits : [];
      if (here.some((hit) => hit.slot !== slot || hit.cycle !== at)) throw new Error(`hits are not at ${at}`);
      if (expectation.others) this.#checkHelper(expectation, here, before, after);
      else this.#checkOwn(expectation, slot, at, here, before, after);
    }
    // What faults is not retired, but its fault counts.
    if (this.#watching[0]?.machine.runState === 'faulted') this.#reference.run(1, {});
  }

  #checkOwn(
    { access }: Expectation,
    slot: number,
    cycle: number,
    hits: readonly WatchHit[],
    before: readonly (Uint8Array | undefined)[],
    after: readonly (Uint8Array | undefined)[],
  ): void {
    const expected = this.#ranges.flatMap((range, index): WatchHit[] => {
      if (access === undefined || !overlaps(range, access.address, access.size)) return [];
      if (range.access !== 'access' && access.kind !== 'access' && range.access !== access.kind) return [];
      const { kind, address, size } = access;
      const changes =
        kind === 'read'
          ? { before: undefined, after: undefined }
          : { before: before[index], after: after[index] };
      return [{ range: index, slot, cycle, access: kind, address, size, ...changes }];
    });
    this.#same(`cycle ${cycle}, slot ${slot}: expected and found`, [expected, hits]);
    if (hits.length > 0) this.#counts.own++;
  }

  #checkHelper(
    { reads }: Expectation,
    hits: readonly WatchHit[],
    before: readonly (Uint8Array | undefined)[],
    after: readonly (Uint8Array | undefined)[],
  ): void {
    this.#ranges.forEach((range, index) => {
      const hit = hits.find((candidate) => candidate.range === index);
      const [from, to] = [before[index], after[index]];
      const changed =
        from !== undefined && to?.length === from.length && from.some((byte, i) => byte !== to[i]);
      if (changed && range.access !== 'read' && (hit === undefined || hit.access === 'read'))
        throw new Error(`range ${index} has changed without a hit`);
      const read = reads.some(({ address, size }) => overlaps(range, address, size));
      if (read && range.access !== 'write' && (hit === undefined || hit.access === 'write'))
        throw new Error(`range ${index} was read without a hit`);
      if (hit === undefined || hit.access === 'read') return;
      this.#same('before and after', [
        [hit.before, hit.after],
        [from, to],
      ]);
    });
    if (hits.length > 0) this.#counts.helpers++;
  }
}

function expectationOf(machine: Machine): Expectation {
  const decoded = decode(machine.program.code, machine.slot);
  if (!decoded.ok) return { access: undefined, reads: [], others: true };
  const { row, dst, src, off, imm } = decoded.value;
  const { semantics } = row;
  switch (semantics.kind) {
    case 'load':
    case 'store':
    case 'atomic': {
      const kind = kindOf(semantics);
      const address = BigInt.asUintN(64, machine.register(kind === 'read' ? src : dst) + BigInt(off));
      return { access: { kind, address, size: semantics.size }, reads: [], others: false };
    }
    case 'call':
      return { access: undefined, reads: mapReads(machine, imm), others: semantics.target !== 'subprogram' };
    default:
      return { access: undefined, reads: [], others: ['exit', 'packet_load'].includes(semantics.kind) };
  }
}

function kindOf(semantics: Extract<Semantics, { kind: 'load' | 'store' | 'atomic' }>): WatchAccess {
  if (semantics.kind !== 'atomic') return semantics.kind === 'load' ? 'read' : 'write';
  if (semantics.operation === 'load_acquire') return 'read';
  return semantics.operation === 'store_release' ? 'write' : 'access';
}

/** Keys, and values of updates. */
function mapReads(machine: Machine, helper: number): { address: bigint; size: number }[] {
  const definition = machine.mapAt(machine.register(1))?.linked.definition;
  if (definition === undefined || helper < 1 || helper > 3) return [];
  const key = { address: machine.register(2), size: definition.keySize };
  return helper === 2 ? [key, { address: machine.register(3), size: definition.valueSize }] : [key];
}

function overlaps(range: WatchRange, address: bigint, size: number): boolean {
  const distance = address - range.address;
  return range.size > 0 && distance < BigInt(range.size) && distance + BigInt(size) > 0n;
}

/** The bytes of a range that are in its region. */
function bytesOf({ regions, memory }: Machine, { address, size }: WatchRange): Uint8Array | undefined {
  const bytes: number[] = [];
  for (let i = 0n; i < BigInt(size); i++) {
    if ((address + i) >> 32n !== address >> 32n) break;
    const place = regions.peek(address + i);
    if (place !== undefined && regions.locate(address)?.region.base !== 0)
      bytes.push(memory.bytes[place.linear] ?? 0);
  }
  return bytes.length === 0 ? undefined : Uint8Array.from(bytes);
}

function stateOf({ machine }: Subject): Record<string, unknown> {
  const { memory } = machine;
  let sum = 0x811c9dc5;
  const add = (from: number, to: number): void => {
    const words = new Int32Array(memory.bytes.buffer, from, (to - from) >> 2);
    for (const word of words) sum = Math.imul(sum ^ word, 0x01000193);
  };
  add(0, regionTable + machine.regions.count * regionRow.sizeOf);
  add(heap, memory.used);
  return {
    slot: machine.slot,
    cycle: machine.cycle,
    depth: machine.frames.depth,
    registers: Array.from({ length: 11 }, (_, i) => machine.register(i)),
    runState: machine.runState,
    fault: machine.fault,
    sum,
  };
}

function replacer(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString(16);
  return value instanceof Uint8Array ? Array.from(value) : (value ?? null);
}
