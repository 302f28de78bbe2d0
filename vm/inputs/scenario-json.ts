import type { NetworkJson } from './network-json.ts';
import type { SkbJson } from './skb-json.ts';
import type { KernelEnvironmentJson } from './kernel-environment-json.ts';

/**
 * A scenario as it stands in a JSON file: what to run and what the world looks like. The JSON schemas that ship with
 * the extension are generated from these types by tools/generate-schemas.mjs; `scenario.ts` checks what they say.
 */
export interface ScenarioJson {
  /** Compiled BPF object (`.bpf.o`), relative to the scenario file. */
  readonly object: string | readonly string[];
  /** Function or section name of the program to run. Needed where the object has several programs. */
  readonly program?: string;
  readonly environment?: EnvironmentJson;
  readonly maps?: MapsJson;
  readonly globals?: GlobalsJson;
  /**
   * C types of the records that programs send by ring buffers and perf events, and of samples of user ring buffers, by
   * map: `{ "events": "struct event" }`. Records without a type are shown as hex digits.
   */
  readonly eventTypes?: Readonly<Record<string, string>>;
  /** Runs of programs, in order, on the same maps. Default: one run. */
  readonly runs?: readonly RunJson[];
}

/** What the program can see of the machine that it runs on. */
export interface EnvironmentJson extends KernelEnvironmentJson {
  /**
   * CPU that the program runs on, from 0.
   * @default 0
   */
  readonly cpu?: IntegerJson;
  /**
   * Number of CPUs: how many values an element of a per-CPU map has.
   * @default 2
   */
  readonly cpus?: IntegerJson;
  /**
   * What `bpf_ktime_get_ns` returns at the first instruction.
   * @default "1000000"
   */
  readonly ktimeNs?: IntegerJson;
  /**
   * Nanoseconds that an instruction takes.
   * @default 1
   */
  readonly nsPerCycle?: number;
  /**
   * Seed of `bpf_get_prandom_u32`.
   * @default 1
   */
  readonly randomSeed?: IntegerJson;
  /**
   * Seed of the hash that orders hash maps without BPF_F_ZERO_SEED.
   * @default 0
   */
  readonly hashSeed?: IntegerJson;
  readonly network?: NetworkJson;
  readonly skb?: SkbJson;
}

/** A number, or text for numbers that JSON cannot hold: `"0xffffffffffffffff"`. */
export type IntegerJson = number | string;

/** Contents of maps by map name, in the JSON of `bpftool map dump -j`; `.data`, `.bss` and `.rodata` are maps too. */
export type MapsJson = Readonly<Record<string, readonly MapEntryJson[] | MapFileJson>>;

/** Contents of a map in a file of their own, in the same form: read element by element, so that it may be long. */
export interface MapFileJson {
  readonly file: string;
}

/**
 * Bytes as bpftool prints them (`["0x01", "0x00"]`), or values typed by BTF (`{ "packets": 3 }`). In a map of maps the
 * value is the name of a map, or a list of elements: an inner map of its own, called `outer[key]`. Queues, stacks and
 * bloom filters have no keys; their values are pushed in this order.
 */
export interface MapEntryJson {
  readonly key?: unknown;
  readonly value?: unknown;
  /** Per-CPU maps: one value for each CPU. */
  readonly values?: readonly { readonly cpu: IntegerJson; readonly value: unknown }[];
  /** What `bpftool map dump -j` adds: key and value typed by BTF. */
  readonly formatted?: unknown;
}

/** Values of global variables by name, typed by BTF. */
export type GlobalsJson = Readonly<Record<string, unknown>>;

/** One run of a program. */
export interface RunJson {
  /** Program of this run, where it is not the scenario's. */
  readonly program?: string;
  /** CPU of this run, where it is not the environment's. */
  readonly cpu?: IntegerJson;
  readonly dataIn?: PacketJson;
  readonly ctxIn?: ContextJson;
  /** Changes that are made before this run. */
  readonly set?: { readonly maps?: MapsJson; readonly globals?: GlobalsJson };
  /**
   * Samples that user space puts into user ring buffers before this run, by map: hex digits (`"0x01 0x02"`), a list of
   * bytes, or a value of the type that `eventTypes` names.
   */
  readonly userRingbuf?: Readonly<Record<string, readonly unknown[]>>;
  /** Ring buffers that user space reads, and so empties, before this run. */
  readonly readRingbuf?: readonly string[];
  /** No program runs, so many nanoseconds pass. */
  readonly advanceNs?: IntegerJson;
  readonly expect?: ExpectationJson;
}

/** The packet: hex digits, or a packet of a pcap or pcapng file. Default: 64 zero bytes. */
export type PacketJson = string | { readonly pcap: string; readonly packet: number };

/** Fields of the context by name (`{ "mark": 7 }`); for raw tracepoints, tracing and LSM programs the
 * arguments (behind them, for fexit, the return value); for kprobes and perf events registers (`{ "di": 1 }`); for syscall
 * programs and tracepoints members of the struct that they take. All but the arguments also as `{ "bytes": "0a0b" }`. */
export type ContextJson = Readonly<Record<string, unknown>> | readonly unknown[];

/** What must be after the run; what is left out is free. */
export interface ExpectationJson {
  /** Return value: a number, or a name such as `XDP_PASS`. */
  readonly retval?: number | string;
  /** The whole of r0. */
  readonly r0?: IntegerJson;
  /** The packet after the run, in hex digits. */
  readonly dataOut?: string;
  readonly maps?: MapsJson;
  readonly globals?: GlobalsJson;
  /** What the program printed, in order. */
  readonly output?: readonly {
    readonly helper?: string;
    readonly text?: string;
    /** Records: the map that they went to. */
    readonly map?: string;
    /** Records: their bytes, in hex digits. */
    readonly data?: string;
  }[];
  /** A fault by kind or members, or null for a run without one. */
  readonly fault?: null | string | Readonly<Record<string, string | number>>;
}
