import { frame, heap, regionTable, stackSize, stacks } from '../../machine/layout.ts';
import type { Machine } from '../../machine/machine.ts';
import { regionRow, type Region, type RegionKind } from '../../memory/regions.ts';
import type { EngineOptions } from '../engine.ts';
import type { StopReason, StopRequest } from '../interpreter/interpreter.ts';
import { mostRounds } from '../may-goto.ts';
import type { WatchRange } from '../watches.ts';
import type { Flavour } from './flavours.ts';
import { Random } from './random.ts';
import type { FuzzProgram, Subject } from './subjects.ts';

/** Runs a program on the engine and on the interpreter alone, stops both anywhere, and says where they differ. */

export interface Counts {
  cycles: number;
  /** Stops at which all of the state was the same. */
  stops: number;
  /** Those among them within a callback. */
  callbackStops: number;
  /** Those behind an access of what was watched. */
  watchStops: number;
  /** Faults that were the same, by kind. */
  readonly faults: Map<string, number>;
}

export interface CompareOptions {
  /** Times that the program is run again from its start. */
  readonly rounds: number;
  /** Cycles of a round, about. */
  readonly cycles: number;
  /** Regions are made smaller, so that accesses fault that do not otherwise. */
  readonly shrink: boolean;
}

const usedKinds: readonly RegionKind[] = ['packet', 'ctx', 'map_value', 'memory'];

const interpreted: EngineOptions = { warmUp: Infinity, mapCode: false };

/** Throws a `Difference`. */
export function compareEngines(
  program: FuzzProgram,
  flavour: Flavour,
  seed: number,
  options: CompareOptions,
  code = program.code,
): Counts {
  const random = new Random(seed);
  const counts: Counts = { cycles: 0, stops: 0, callbackStops: 0, watchStops: 0, faults: new Map() };
  const warmUp = random.chance(90) ? 0 : 0.2;
  const expected = program.make({ ...flavour.common, ...interpreted }, code);
  const actual = program.make({ ...flavour.common, warmUp, ...flavour.options }, code);
  const again = [expected, actual].map((subject) => subject.remember());
  const comparison = new Comparison(expected, actual, flavour, random, counts);
  for (let round = 0; round < options.rounds; round++) {
    if (round > 0) for (const restore of again) restore();
    comparison.round(options);
  }
  return counts;
}

export class Difference extends Error {}

class Comparison {
  readonly #expected: Subject;
  readonly #actual: Subject;
  readonly #both: readonly [Subject, Subject];
  readonly #flavour: Flavour;
  readonly #random: Random;
  readonly #counts: Counts;

  constructor(expected: Subject, actual: Subject, flavour: Flavour, random: Random, counts: Counts) {
    this.#expected = expected;
    this.#actual = actual;
    this.#both = [expected, actual];
    this.#flavour = flavour;
    this.#random = random;
    this.#counts = counts;
  }

  round({ cycles, shrink }: CompareOptions): void {
    const random = this.#random;
    const { machine } = this.#expected;
    const most = cycles / 20 + random.below(cycles);
    if (this.#flavour.breakpoints) this.#setBreakpoints();
    if (this.#flavour.watches) this.#setWatches();
    if (shrink && random.chance(45)) this.#shrinkRegion();
    while (machine.runState === 'running' && machine.cycle < most) {
      if (shrink && random.chance(8)) this.#shrinkRegion();
      if (random.chance(4)) this.#edit();
      if (random.chance(20)) this.#useUpRounds();
      if (this.#flavour.breakpoints && random.chance(10)) this.#setBreakpoints();
      if (this.#flavour.watches && random.chance(10)) this.#setWatches();
      this.#slice(cycles);
    }
    this.#counts.cycles += machine.cycle;
    const kind = machine.fault?.kind;
    if (machine.runState === 'faulted' && kind !== undefined)
      this.#counts.faults.set(kind, (this.#counts.faults.get(kind) ?? 0) + 1);
    const from = wholeDifference(this.#expected.machine, this.#actual.machine);
    if (from !== undefined) throw new Difference(`memory at ${from} at the end of a round`);
  }

  #slice(most: number): void {
    const random = this.#random;
    const { machine } = this.#expected;
    const { depth } = machine.frames;
    const stop: StopRequest = {
      ...(random.chance(20) ? { afterExitOf: random.below(depth + 2) } : {}),
      ...(random.chance(20) ? { atDepth: random.below(depth + 1) } : {}),
    };
    const cycles = random.chance(20)
      ? random.below(4)
      : random.below(random.pick([60, 60, 400, Math.max(400, most)]));
    const pass = random.chance(90);
    const at = `${where(machine)}, ${cycles} cycles, stop ${JSON.stringify(stop)}`;
    if (pass) for (const subject of this.#both) subject.passBreakpoint();
    const pieces = this.#flavour.common.strict === true || random.chance(5);
    const reasons = [
      pieces ? this.#runInPieces(cycles, stop) : this.#expected.run(cycles, stop),
      this.#actual.run(cycles, stop),
    ];
    if (reasons[0] === 'watch') this.#counts.watchStops++;
    const found = differences(this.#expected, this.#actual, reasons);
    if (found.length > 0) throw new Difference([`run from ${at}`, ...found].join('\n  '));
    this.#counts.stops++;
    if (inCallback(machine)) this.#counts.callbackStops++;
  }

  #runInPieces(cycles: number, stop: StopRequest): StopReason {
    const { machine } = this.#expected;
    const end = machine.cycle + cycles;
    for (;;) {
      const piece = Math.min(end - machine.cycle, 1 + this.#random.below(20));
      const reason = this.#expected.run(piece, stop);
      if (reason !== 'budget' || machine.cycle >= end) return reason;
    }
  }

  /** Mostly of what the programs use: the innermost stacks, the packet, values; some beyond what there is. */
  #setWatches(): void {
    const random = this.#random;
    const { regions, frames } = this.#expected.machine;
    const all = Array.from({ length: regions.count }, (_, id) => regions.get(id)).filter(
      (region) => region !== undefined && region.size > 0,
    );
    const used = all.filter((region) =>
      region?.kind === 'stack'
        ? region.owner <= frames.depth + 1
        : usedKinds.includes(region?.kind ?? 'none'),
    );
    const ranges = Array.from({ length: 1 + random.below(4) }, (): WatchRange => {
      const region = random.pick(random.chance(90) ? used : all);
      if (region === undefined) throw new Error('no region');
      // Programs use the upper part of a stack, and the first bytes of all else.
      const near = random.below(Math.min(region.size, 200) + 8) - 4;
      const offset = region.kind === 'stack' ? region.size - near : near;
      const size = random.pick([1, 4, 8, 48]);
      const access = random.pick(['read', 'write', 'access', 'access'] as const);
      return { address: regions.addressOf(region.id, offset), size, access };
    });
    for (const subject of this.#both) subject.setWatches(ranges);
  }

  #setBreakpoints(): void {
    const random = this.#random;
    const slots = this.#expected.machine.program.code.length / 8;
    // Never none: that is another flavour. A slot that nothing reaches has the code with flags run without stopping.
    const chosen = random.chance(40)
      ? [slots - 1]
      : Array.from({ length: 1 + random.below(3) }, () => random.below(slots));
    for (const subject of this.#both) subject.setBreakpoints(chosen);
  }

  /** What a user may change at a stop. */
  #edit(): void {
    const random = this.#random;
    const register = random.chance(10) ? 10 : random.below(10);
    const value = random.chance(50)
      ? random.word()
      : this.#expected.machine.register(random.below(11)) + BigInt(random.below(9));
    const byte = stacks + random.below(2 * stackSize);
    const inStack = random.chance(50);
    for (const { machine } of this.#both) {
      if (inStack) machine.memory.view.setUint8(byte, Number(value & 0xffn));
      else machine.setRegister(register, value);
    }
  }

  /** Few rounds are left to may_goto in the innermost frame. */
  #useUpRounds(): void {
    const rounds = mostRounds - this.#random.below(6);
    for (const { machine } of this.#both) {
      const { view } = machine.memory;
      const at = machine.frames.record(machine.frames.depth);
      view.setUint32(at + frame.mayGotoRounds, rounds, true);
      view.setBigUint64(at + frame.mayGotoCycle, view.getBigUint64(at + frame.entryCycle, true), true);
    }
  }

  /** Rows that elided accesses do not look at stay as they are where there are such accesses. */
  #shrinkRegion(): void {
    const random = this.#random;
    const { machine } = this.#expected;
    const elide = this.#flavour.options.elide !== false;
    const rows: Region[] = [];
    for (let id = 0; id < machine.regions.count; id++) {
      const region = machine.regions.get(id);
      if (region !== undefined && mayShrink(region, elide)) rows.push(region);
    }
    if (rows.length === 0) return;
    const { id, readLimit, writeLimit } = random.pick(rows);
    const limit = random.below(Math.max(readLimit, 1));
    for (const { machine: each } of this.#both) {
      const { view } = each.memory;
      const row = each.regions.rowOf(id);
      view.setUint32(row + regionRow.readLimit, limit, true);
      if (writeLimit > 0) view.setUint32(row + regionRow.writeLimit, limit, true);
    }
  }
}

function mayShrink(region: Region, elide: boolean): boolean {
  if (region.readLimit === 0) return false;
  switch (region.kind) {
    case 'packet':
    case 'ctx':
    case 'memory':
    case 'frame_key':
      return true;
    case 'stack':
    case 'map_key':
    case 'map_value':
      return !elide;
    default:
      return false;
  }
}

function inCallback({ runState, frames }: Machine): boolean {
  if (runState !== 'running') return false;
  for (let depth = frames.depth; depth > 0; depth--) if (frames.read(depth).kind === 'callback') return true;
  return false;
}

function where({ cycle, slot, frames }: Machine): string {
  return `cycle ${cycle}, slot ${slot}, depth ${frames.depth}`;
}

function differences(
  expected: Subject,
  actual: Subject,
  [left, right]: readonly (StopReason | undefined)[],
): string[] {
  const found: string[] = [];
  const say = (what: string, a: unknown, b: unknown): void => {
    if (a !== b) found.push(`${what}: ${String(a)}, but compiled ${String(b)}`);
  };
  const [a, b] = [expected.machine, actual.machine];
  say('stopped for', left, right);
  say('at', where(a), where(b));
  if (a.fault !== undefined || b.fault !== undefined)
    say('fault', JSON.stringify(a.fault, replacer), JSON.stringify(b.fault, replacer));
  say('watch hits', JSON.stringify(expected.watchHits, replacer), JSON.stringify(actual.watchHits, replacer));
  say('outputs', a.outputs.length, b.outputs.length);
  const from = usedDifference(a, b);
  if (from !== undefined || found.length > 0) {
    for (let i = 0; i <= 10; i++) say(`r${i}`, a.register(i).toString(16), b.register(i).toString(16));
    if (from !== undefined) found.push(`memory at ${from}`);
  }
  return found;
}

/** The first word that differs, rows of the region table that are not in use aside. */
function usedDifference(a: Machine, b: Machine): number | undefined {
  if (a.memory.used !== b.memory.used) return a.memory.used;
  return (
    firstDifference(a, b, 0, regionTable + a.regions.count * regionRow.sizeOf) ??
    firstDifference(a, b, heap, a.memory.used)
  );
}

function wholeDifference(a: Machine, b: Machine): number | undefined {
  return firstDifference(a, b, 0, Math.max(a.memory.used, b.memory.used));
}

/** Linear offset; both ends are multiples of 4. */
function firstDifference(a: Machine, b: Machine, from: number, to: number): number | undefined {
  const count = (to - from) >> 2;
  const left = new Int32Array(a.memory.bytes.buffer, from, count);
  const right = new Int32Array(b.memory.bytes.buffer, from, count);
  for (let i = 0; i < count; i++) if (left[i] !== right[i]) return from + 4 * i;
  return undefined;
}

function replacer(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString(16) : value;
}
