import { compareEngines, type CompareOptions, type Counts } from './compare-engines.ts';
import { flavours, type Flavour } from './flavours.ts';
import { Random } from './random.ts';
import { smallestFailing } from './smallest-failing.ts';
import { bareFuzzProgram, typedFuzzProgram, type FuzzProgram } from './subjects.ts';

/** Many programs in all flavours, with what was compared. */
export class Totals {
  programs = 0;
  cycles = 0;
  stops = 0;
  callbackStops = 0;
  watchStops = 0;
  faults = 0;
  readonly faultKinds = new Map<string, number>();
  /** Stops and faults by the name of a flavour. */
  readonly flavours = new Map<string, { stops: number; faults: number }>();
  readonly failures: string[] = [];

  add(flavour: Flavour, counts: Counts): void {
    this.programs++;
    this.cycles += counts.cycles;
    this.stops += counts.stops;
    this.callbackStops += counts.callbackStops;
    this.watchStops += counts.watchStops;
    const own = this.flavours.get(flavour.name) ?? { stops: 0, faults: 0 };
    this.flavours.set(flavour.name, own);
    own.stops += counts.stops;
    for (const [kind, times] of counts.faults) {
      this.faults += times;
      own.faults += times;
      this.faultKinds.set(kind, (this.faultKinds.get(kind) ?? 0) + times);
    }
  }
}

/** The random program of a seed: half of them bare code, half with maps, a packet and a context. */
export function fuzzProgramOf(seed: number): FuzzProgram {
  const random = new Random(seed);
  return random.chance(40) ? bareFuzzProgram(random) : typedFuzzProgram(random);
}

/** Flavours take turns. */
export function flavourOf(seed: number): Flavour {
  const flavour = flavours[seed % flavours.length];
  if (flavour === undefined) throw new Error('no flavours');
  return flavour;
}

/** Compares `program`, and writes down how it fails. */
export function check(
  totals: Totals,
  program: FuzzProgram,
  flavour: Flavour,
  seed: number,
  options: CompareOptions,
): void {
  try {
    totals.add(flavour, compareEngines(program, flavour, seed, options));
  } catch (error) {
    totals.programs++;
    const attempt = (code: Uint8Array): unknown => {
      try {
        compareEngines(program, flavour, seed, options, code);
        return undefined;
      } catch (again) {
        return again;
      }
    };
    const head = `seed ${seed}, ${program.name}, ${flavour.name}: ${String(error)}`;
    totals.failures.push(`${head}\n${smallestFailing(program.code, attempt)}`);
  }
}

/** The random program of a seed in the flavour whose turn it is. */
export function checkSeed(totals: Totals, seed: number, rounds: number): void {
  const program = fuzzProgramOf(seed);
  check(totals, program, flavourOf(seed), seed, { rounds, cycles: 2000, shrink: true });
}
