import type { Result } from '../base/problem.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import type { Machine } from '../machine/machine.ts';

/** Values of context fields by name: numbers where they fit 53 bits, else bigint; arrays as arrays. */
export type ContextValues = Readonly<Record<string, number | bigint | readonly (number | bigint)[]>>;

/** What a run gets, as BPF_PROG_TEST_RUN takes it. */
export interface RunInput {
  /** Packet; 64 zero bytes where a type takes one and none is given. */
  readonly dataIn?: Uint8Array;
  readonly ctxIn?: ContextValues;
}

/** What a run leaves, as BPF_PROG_TEST_RUN gives it back. */
export interface RunOutput {
  readonly dataOut?: Uint8Array;
  readonly ctxOut?: ContextValues;
}

export interface ContextField {
  readonly name: string;
  readonly offset: number;
  /** Bytes of one element. */
  readonly size: number;
  /** Elements, for array fields; 1 otherwise. */
  readonly count: number;
  readonly writable: boolean;
}

/** One family of program types: how its context looks and what its return codes mean. */
export interface ProgramFamily {
  /** BPF_PROG_TYPE_ name in lower case: `xdp`, `sched_cls`. */
  readonly name: string;
  /** Name of the context's struct in UAPI: `xdp_md`; undefined where the context has no struct. */
  readonly contextStruct: string | undefined;
  readonly contextFields: readonly ContextField[];
  /** What BPF_PROG_TEST_RUN takes for a context, where that is no context of programs. */
  readonly givenContextFields?: readonly ContextField[];
  readonly takesPacket: boolean;
  /** Builds context and packet in memory and sets r1; the packet regions and `machine.contextStore` too. */
  prepare(machine: Machine, input: RunInput): Result<void>;
  /** Reads back what the program left. */
  collect(machine: Machine): RunOutput;
  /** `XDP_PASS` for 2, undefined where a value has no name. */
  returnName(retval: number): string | undefined;
}

/** The family of a program by its section name, as libbpf's section table; a Problem names what is not there. */
export type FamilyLookup = (program: FunctionSymbol) => Result<ProgramFamily>;
