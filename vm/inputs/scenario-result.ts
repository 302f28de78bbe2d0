import { toHex } from '../base/bytes.ts';
import { formatProblem, type Problem } from '../base/problem.ts';
import type { Fault } from '../machine/fault.ts';
import type { OutputRecord } from '../machine/output.ts';
import { functionAt, sectionAt } from '../object/link/lookup.ts';
import type { LinkedProgram } from '../object/linked-program.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** What `run` prints for one scenario. */
export interface ScenarioResult {
  readonly runs: readonly RunReport[];
  /** By name, in the form of `bpftool map dump -j`. */
  readonly maps: JsonObject;
  readonly passed: boolean;
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

/** The line that `run` prints. */
export function resultJson(scenario: string, result: ScenarioResult): JsonObject {
  return { scenario, runs: result.runs.map(runJson), maps: result.maps };
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
