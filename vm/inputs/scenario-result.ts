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
  /** Timers and work queues that wait at the end, first those that come due first. */
  readonly timers: readonly ArmedReport[];
  readonly passed: boolean;
}

export interface MapReport {
  readonly name: string;
  /** In the form of `bpftool map dump -j`; made as they are asked for, since a map may have millions. */
  elements(): Iterable<JsonObject>;
}

/** A timer or work queue: the map value that it is in, and what it will run. */
export interface DeferredReport {
  readonly kind: 'timer' | 'wq';
  readonly map: string;
  /** As `bpftool map dump -j` prints it, typed by BTF where there is a type. */
  readonly key: JsonValue;
}

export interface ArmedReport extends DeferredReport {
  readonly callback: string;
  /** Time of the machine at which it is due, ns. */
  readonly expiresNs: bigint;
}

/** The run of a callback that came due while time passed. */
export interface CallbackReport extends DeferredReport {
  readonly callback: string;
  /** Undefined where it did not return. */
  readonly r0: bigint | undefined;
  readonly cycles: number;
  readonly output: readonly OutputRecord[];
  readonly notes: readonly OutputRecord[];
  readonly fault: FaultReport | undefined;
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
  /** Where time passed: what came due, in order. */
  readonly callbacks?: readonly CallbackReport[];
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
export function* printResult(scenario: string, { runs, maps, timers }: ScenarioResult): Generator<string> {
  const head = printJson({ scenario, runs: runs.map(runJson) });
  yield `${head.slice(0, -1)},"maps":{`;
  for (const [i, map] of maps.entries()) {
    yield `${i === 0 ? '' : ','}${JSON.stringify(map.name)}:[`;
    yield* printList(map.elements());
    yield ']';
  }
  yield timers.length === 0 ? '}}' : `},"timers":${printJson(timers.map(armedJson))}}`;
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
    ...(run.callbacks && run.callbacks.length > 0 && { callbacks: run.callbacks.map(callbackJson) }),
    output: recordsJson(run.output),
    ...(run.notes.length > 0 && { notes: recordsJson(run.notes) }),
    fault: fault ? faultJson(fault) : null,
    passed: run.passed,
    ...(differences.length > 0 && { differences }),
  };
}

function armedJson({ kind, map, key, callback, expiresNs }: ArmedReport): JsonObject {
  return { kind, map, key, callback, expiresNs: String(expiresNs) };
}

function callbackJson(report: CallbackReport): JsonObject {
  const { kind, map, key, callback, r0, cycles, output, notes, fault } = report;
  return {
    callback,
    kind,
    map,
    key,
    r0: r0 === undefined ? null : `0x${r0.toString(16)}`,
    cycles,
    output: recordsJson(output),
    ...(notes.length > 0 && { notes: recordsJson(notes) }),
    fault: fault ? faultJson(fault) : null,
  };
}

/** Records for user space with their bytes and, where they did not get there, the kernel's error. */
function recordsJson(records: readonly OutputRecord[]): JsonObject[] {
  return records.map(({ helper, text, map, data, error }) => ({
    helper,
    ...(map !== undefined && { map }),
    text,
    ...(data && { data: toHex(data) }),
    ...(error !== undefined && { error }),
  }));
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
