import { toHex } from '../base/bytes.ts';
import { formatProblem, type Problem } from '../base/problem.ts';
import type { Fault } from '../machine/fault.ts';
import type { OutputRecord } from '../machine/output.ts';
import { functionAt, sectionAt } from '../object/link/lookup.ts';
import type { LinkedProgram } from '../object/linked-program.ts';
import { printJson, type JsonObject, type JsonValue } from './json.ts';

/** What `run` prints for one scenario. */
export interface ScenarioResult {
  readonly runs: readonly RunReport[];
  /** All maps that have contents to show, data sections too. */
  readonly maps: readonly MapReport[];
  readonly passed: boolean;
}

export interface MapReport {
  readonly name: string;
  /** In the form of `bpftool map dump -j`; made as they are asked for, since a map may have millions. */
  elements(): Iterable<JsonObject>;
}

export interface RunReport {
  /** Undefined where time passed and no program ran. */
  readonly program: string | undefined;
  /** Undefined where the program did not return. */
  readonly retval: number | undefined;
  /** `XDP_PASS`; undefined where the value has no name. */
  readonly returnName: string | undefined;
  readonly r0: bigint | undefined;
  readonly cycles: number;
  readonly dataOut: Uint8Array | undefined;
  readonly ctxOut: JsonObject | undefined;
  readonly output: readonly OutputRecord[];
  /** What helpers had to say about their answers. */
  readonly notes: readonly OutputRecord[];
  readonly fault: FaultReport | undefined;
  /** One line for each part of `expect` that did not hold. */
  readonly differences: readonly string[];
  readonly passed: boolean;
}

/** Where and why a program stopped. `pc` is the slot within the section. */
export interface FaultReport {
  readonly kind: string;
  readonly message: string;
  readonly section: string | null;
  readonly function: string | null;
  readonly pc: number | null;
  readonly cycle: number;
  readonly file: string | null;
  readonly line: number | null;
}

export function reportFault(program: LinkedProgram, fault: Fault): FaultReport {
  const { kind, message, slot, cycle } = fault;
  const place = sectionAt(program, slot);
  // The slot after a section belongs to no section; what ran into it did.
  const before = place ?? sectionAt(program, slot - 1);
  const row = program.lines.rowAt(slot);
  return {
    kind,
    message,
    section: before?.section.name ?? null,
    function: functionAt(program, slot)?.name ?? null,
    pc: before === undefined ? null : slot - before.section.firstSlot,
    cycle,
    file: row?.file ?? null,
    line: row?.line ?? null,
  };
}

/** The line that `run` prints, in pieces and without its newline. */
export function* printResult(scenario: string, { runs, maps }: ScenarioResult): Generator<string> {
  const head = printJson({ scenario, runs: runs.map(runJson) });
  yield `${head.slice(0, -1)},"maps":{`;
  for (const [i, map] of maps.entries()) {
    yield `${i === 0 ? '' : ','}${JSON.stringify(map.name)}:[`;
    yield* printList(map.elements());
    yield ']';
  }
  yield '}}';
}

/** Long enough pieces that writing them costs little. */
const pieceLength = 0x10000;

function* printList(items: Iterable<JsonObject>): Generator<string> {
  let piece = '';
  let first = true;
  for (const item of items) {
    piece += `${first ? '' : ','}${printJson(item)}`;
    first = false;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function runJson(run: RunReport): JsonObject {
  const { dataOut, ctxOut, differences, fault, r0 } = run;
  const outcome: JsonObject =
    run.program === undefined
      ? {}
      : {
          retval: run.retval ?? null,
          r0: r0 === undefined ? null : `0x${r0.toString(16)}`,
          cycles: run.cycles,
        };
  return {
    program: run.program ?? null,
    ...outcome,
    ...(dataOut && { dataOut: toHex(dataOut) }),
    ...(ctxOut && { ctxOut }),
    output: run.output.map(({ helper, text }) => ({ helper, text })),
    ...(run.notes.length > 0 && { notes: run.notes.map(({ helper, text }) => ({ helper, text })) }),
    fault: fault ? faultJson(fault) : null,
    passed: run.passed,
    ...(differences.length > 0 && { differences }),
  };
}

function faultJson(fault: FaultReport): JsonObject {
  return { ...fault };
}

/** The line that `run` prints for a scenario that cannot be loaded. */
export function errorJson(scenario: string, problem: Problem): JsonObject {
  const { code, hint, ...rest } = problem;
  const error: Record<string, JsonValue> = { code, message: formatProblem({ code, ...rest }) };
  if (hint !== undefined) error['hint'] = hint;
  return { scenario, error };
}
