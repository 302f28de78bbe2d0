/**
 * The scenario file as it is written; the JSON schema is generated from these types. `scenario.ts` checks a file and
 * gives it its defaults.
 */
export interface ScenarioFile {
  /** Path of the object, relative to the scenario. */
  readonly object: string | readonly string[];
  /** Function or section name; needed only where there are several programs. */
  readonly program?: string;
  readonly environment?: EnvironmentFields;
  readonly maps?: MapContents;
  readonly globals?: GlobalValues;
  /** In order, on the same maps. Default: one run without input. */
  readonly runs?: readonly RunFields[];
}

/** A number, or a decimal or `0x` string where it is beyond 2⁵³. */
export type IntegerText = number | string;

export interface EnvironmentFields {
  /** CPU that runs the programs, from 0. Default 0. */
  readonly cpu?: number;
  /** How many CPUs there are. Default 2. */
  readonly cpus?: number;
  /** bpf_ktime_get_ns at the start. Default 1000000. */
  readonly ktimeNs?: IntegerText;
  /** Default 1. */
  readonly nsPerCycle?: number;
  /** Seed of bpf_get_prandom_u32. Default 1. */
  readonly randomSeed?: number;
  /** Seed of hash maps. Default 0. */
  readonly hashSeed?: number;
}

/** By map name, in the form of `bpftool map dump -j`; `.data`, `.bss` and `.rodata` are maps too. */
export type MapContents = Readonly<Record<string, readonly MapEntryFields[]>>;

export interface MapEntryFields {
  /** Bytes as `["0x01", "0x00"]`, or a value typed by BTF. */
  readonly key?: unknown;
  readonly value?: unknown;
  /** Per-CPU maps. */
  readonly values?: readonly { readonly cpu: number; readonly value: unknown }[];
  /** What bpftool prints beside the bytes; used where those are left out. */
  readonly formatted?: unknown;
}

/** By variable name, typed by BTF. */
export type GlobalValues = Readonly<Record<string, unknown>>;

export interface RunFields {
  /** Default: the scenario's program. */
  readonly program?: string;
  /** Default: the environment's. */
  readonly cpu?: number;
  /** The packet: hex digits, or a packet of a capture file. Default: 64 zero bytes, for the types that take a packet. */
  readonly dataIn?: string | PacketReference;
  /**
   * The context: fields of struct xdp_md or __sk_buff; `{ "args": [1, 2] }` of a raw tracepoint; of a syscall
   * program `{ "bytes": [1, 2] }` (or hex digits), or the members of the struct that its first parameter points to.
   */
  readonly ctxIn?: Readonly<Record<string, unknown>> | readonly IntegerText[];
  /** Changes before this run. */
  readonly set?: StateFields;
  /** Not supported yet. */
  readonly userRingbuf?: Readonly<Record<string, readonly string[]>>;
  /** No program runs: time passes. */
  readonly advanceNs?: IntegerText;
  readonly expect?: ExpectFields;
}

export interface PacketReference {
  /** Path of a pcap or pcapng file, relative to the scenario. */
  readonly pcap: string;
  /** Number of the packet, from 1. */
  readonly packet: number;
}

export interface StateFields {
  /** The new contents of the maps named. */
  readonly maps?: MapContents;
  readonly globals?: GlobalValues;
}

/** What is named must match, what is left out is free. */
export interface ExpectFields {
  /** Low 32 bits of r0, or its name: `XDP_PASS`. */
  readonly retval?: IntegerText;
  readonly r0?: IntegerText;
  /** Hex digits. */
  readonly dataOut?: string;
  /** Whole contents of the maps named, in any order; members of values that are left out are free, and so are elements of arrays. */
  readonly maps?: MapContents;
  readonly globals?: GlobalValues;
  /** All output of the run. */
  readonly output?: readonly OutputFields[];
  /** Null: none. */
  readonly fault?: FaultFields | null;
}

export interface OutputFields {
  readonly helper?: string;
  readonly text?: string;
}

export interface FaultFields {
  readonly kind?: string;
  readonly message?: string;
  readonly section?: string;
  readonly function?: string;
  readonly pc?: number;
  readonly cycle?: number;
  readonly file?: string;
  readonly line?: number;
}
