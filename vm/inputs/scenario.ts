import { fromHex, toHex } from '../base/bytes.ts';
import { attempt, expectOk, type Result } from '../base/problem.ts';
import { defaultEnvironment, type Environment } from '../environment/environment.ts';
import { decodeUtf8 } from '../base/byte-reader.ts';
import {
  describe,
  integerOf,
  listOf,
  memberPath,
  membersOf,
  numberOf,
  optional,
  textOf,
  wrong,
} from './checked.ts';
import { parseJson } from './json.ts';
import { readNetwork } from './network.ts';
import { readSkbEnvironment } from './skb-environment.ts';
import { kernelMembers, readKernelEnvironment } from './kernel-environment.ts';

/** A scenario whose form is checked. Contents of maps and globals are checked against their types when they are stored. */
export interface Scenario {
  readonly objects: readonly string[];
  readonly program: string | undefined;
  readonly environment: Environment;
  readonly state: StateChange;
  /** C types of the records of ring buffers and perf events, by map. */
  readonly eventTypes: Readonly<Record<string, string>>;
  readonly runs: readonly ScenarioRun[];
}

export interface StateChange {
  /** By map name: bpftool's form. */
  readonly maps: Unchecked;
  readonly globals: Unchecked;
}

export type Unchecked = Readonly<Record<string, unknown>>;

export interface ScenarioRun {
  /** `runs[2]`, for messages. */
  readonly path: string;
  readonly program: string | undefined;
  readonly cpu: number | undefined;
  readonly packet: Uint8Array | PacketInFile | undefined;
  readonly context: Unchecked | undefined;
  readonly set: StateChange | undefined;
  /** Samples that user space puts into user ring buffers before the run, by map. */
  readonly userRingbuf: Unchecked | undefined;
  /** Ring buffers that user space reads before the run. */
  readonly readRingbuf: readonly string[] | undefined;
  /** Set: no program runs, time passes. */
  readonly advanceNs: bigint | undefined;
  readonly expect: Expectation | undefined;
}

export interface PacketInFile {
  readonly pcap: string;
  /** From 1. */
  readonly packet: number;
}

export interface Expectation {
  /** A number, or a name such as XDP_PASS. */
  readonly retval: number | string | undefined;
  readonly r0: bigint | undefined;
  readonly dataOut: Uint8Array | undefined;
  readonly maps: Unchecked;
  readonly globals: Unchecked;
  readonly output: readonly ExpectedOutput[] | undefined;
  /** Null: the run has to end without one. */
  readonly fault: ExpectedFault | null | undefined;
}

/** `data`: hex digits. */
export interface ExpectedOutput {
  readonly helper?: string;
  readonly text?: string;
  readonly map?: string;
  readonly data?: string;
}

export type ExpectedFault = Readonly<Partial<Record<keyof typeof faultMembers, string | number>>>;

const faultMembers = {
  kind: textOf,
  message: textOf,
  section: textOf,
  function: textOf,
  pc: numberOf(0, Number.MAX_SAFE_INTEGER),
  cycle: numberOf(0, Number.MAX_SAFE_INTEGER),
  file: textOf,
  line: numberOf(0, Number.MAX_SAFE_INTEGER),
} as const;

const maximumCpus = 1024;
const u32 = 0xffffffff;

/** Reads a scenario file; problems are `bad-json` and `bad-scenario`, the latter naming the member: `runs[1].expect.foo`. */
export function readScenario(bytes: Uint8Array, file: string): Result<Scenario> {
  return attempt(() => expectOk(parseScenario(expectOk(parseJson(decodeUtf8(bytes))))), { file });
}

/** The members that a scenario may have, for those who take them from something bigger. */
export const scenarioMembers = [
  'object',
  'program',
  'environment',
  'maps',
  'globals',
  'eventTypes',
  'runs',
] as const;

/** Checks a parsed JSON value. */
export function parseScenario(json: unknown): Result<Scenario> {
  return attempt(() => {
    const scenario = membersOf(json, '', ['$schema', ...scenarioMembers]);
    const runs = optional(scenario, 'runs', '', listOf) ?? [{}];
    return {
      objects: readObjects(scenario['object']),
      program: optional(scenario, 'program', '', textOf),
      environment: optional(scenario, 'environment', '', readEnvironment) ?? defaultEnvironment,
      state: readState(scenario, ''),
      eventTypes: optional(scenario, 'eventTypes', '', readEventTypes) ?? {},
      runs: runs.map((run, i) => readRun(run, `runs[${i}]`)),
    };
  });
}

function readObjects(value: unknown): readonly string[] {
  if (value === undefined) wrong('object', 'the path of the object is missing');
  if (!Array.isArray(value)) return [textOf(value, 'object')];
  if (value.length === 0) wrong('object', 'the list is empty');
  return value.map((item, i) => textOf(item, `object[${i}]`));
}

function readEnvironment(value: unknown, path: string): Environment {
  const known = [...Object.keys(defaultEnvironment), ...kernelMembers, 'network', 'skb'];
  const members = membersOf(value, path, known);
  const network = optional(members, 'network', path, readNetwork);
  const skb = optional(members, 'skb', path, readSkbEnvironment);
  const number = (name: keyof Environment, low: number, high: number): number =>
    optional(members, name, path, numberOf(low, high)) ?? Number(defaultEnvironment[name]);
  const cpus = number('cpus', 1, maximumCpus);
  return {
    cpu: number('cpu', 0, cpus - 1),
    cpus,
    ktimeNs: optional(members, 'ktimeNs', path, timeOf) ?? defaultEnvironment.ktimeNs,
    nsPerCycle: optional(members, 'nsPerCycle', path, rateOf) ?? defaultEnvironment.nsPerCycle,
    randomSeed: number('randomSeed', 0, u32),
    hashSeed: number('hashSeed', 0, u32),
    ...readKernelEnvironment(members, path),
    ...(network && { network }),
    ...(skb && { skb }),
  };
}

function timeOf(value: unknown, path: string): bigint {
  const time = integerOf(value, path);
  if (time < 0n || time >= 1n << 63n) wrong(path, `${time} is no time in nanoseconds`);
  return time;
}

function rateOf(value: unknown, path: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1e9))
    wrong(path, `a number from 0 to 1000000000 was expected, found ${describe(value)}`);
  return value;
}

function readState(members: Unchecked, path: string): StateChange {
  return {
    maps: optional(members, 'maps', path, membersOf) ?? {},
    globals: optional(members, 'globals', path, membersOf) ?? {},
  };
}

const runMembers = [
  'program',
  'cpu',
  'dataIn',
  'ctxIn',
  'set',
  'userRingbuf',
  'readRingbuf',
  'advanceNs',
  'expect',
] as const;
/** What only a run of a program can have. */
const programMembers = ['program', 'cpu', 'dataIn', 'ctxIn'] as const;

function readRun(value: unknown, path: string): ScenarioRun {
  const run = membersOf(value, path, runMembers);
  const advanceNs = optional(run, 'advanceNs', path, timeOf);
  if (advanceNs !== undefined) {
    const name = programMembers.find((member) => run[member] !== undefined);
    if (name !== undefined) wrong(memberPath(path, name), 'a run with advanceNs runs no program');
  }
  return {
    path,
    program: optional(run, 'program', path, textOf),
    cpu: optional(run, 'cpu', path, numberOf(0, maximumCpus - 1)),
    packet: optional(run, 'dataIn', path, readPacket),
    context: optional(run, 'ctxIn', path, readContext),
    set: optional(run, 'set', path, (set, at) => readState(membersOf(set, at, ['maps', 'globals']), at)),
    userRingbuf: optional(run, 'userRingbuf', path, membersOf),
    readRingbuf: optional(run, 'readRingbuf', path, (list, at) =>
      listOf(list, at).map((name, i) => textOf(name, `${at}[${i}]`)),
    ),
    advanceNs,
    expect: optional(run, 'expect', path, readExpectation),
  };
}

function readEventTypes(value: unknown, path: string): Readonly<Record<string, string>> {
  const types = Object.entries(membersOf(value, path));
  return Object.fromEntries(types.map(([name, type]) => [name, textOf(type, memberPath(path, name))]));
}

function readPacket(value: unknown, path: string): Uint8Array | PacketInFile {
  if (typeof value === 'string') return hexOf(value, path);
  const members = membersOf(value, path, ['pcap', 'packet']);
  return {
    pcap: textOf(members['pcap'], memberPath(path, 'pcap')),
    packet: numberOf(1, Number.MAX_SAFE_INTEGER)(members['packet'], memberPath(path, 'packet')),
  };
}

function hexOf(value: unknown, path: string): Uint8Array {
  const bytes = fromHex(textOf(value, path));
  if (bytes === undefined) wrong(path, `pairs of hex digits were expected, found ${describe(value)}`);
  return bytes;
}

function readContext(value: unknown, path: string): Unchecked {
  return Array.isArray(value) ? { args: value } : membersOf(value, path);
}

const expectMembers = ['retval', 'r0', 'dataOut', 'maps', 'globals', 'output', 'fault'] as const;

function readExpectation(value: unknown, path: string): Expectation {
  const members = membersOf(value, path, expectMembers);
  return {
    retval: optional(members, 'retval', path, readRetval),
    r0: optional(members, 'r0', path, (r0, at) => BigInt.asUintN(64, integerOf(r0, at))),
    dataOut: optional(members, 'dataOut', path, hexOf),
    ...readState(members, path),
    output: optional(members, 'output', path, (list, at) =>
      listOf(list, at).map((item, i) => readOutput(item, `${at}[${i}]`)),
    ),
    fault: optional(members, 'fault', path, (fault, at) => (fault === null ? null : readFault(fault, at))),
  };
}

/** Negative numbers are what a C programmer writes for TC_ACT_UNSPEC. */
function readRetval(value: unknown, path: string): number | string {
  if (typeof value === 'string' && /^[a-z_]/i.test(value)) return value;
  return numberOf(-0x80000000, u32)(value, path) >>> 0;
}

function readOutput(value: unknown, path: string): ExpectedOutput {
  const members = membersOf(value, path, ['helper', 'text', 'map', 'data']);
  const map = optional(members, 'map', path, textOf);
  const data = optional(members, 'data', path, hexOf);
  const helper = optional(members, 'helper', path, textOf);
  const text = optional(members, 'text', path, textOf);
  return {
    ...(helper !== undefined && { helper }),
    ...(text !== undefined && { text }),
    ...(map !== undefined && { map }),
    ...(data !== undefined && { data: toHex(data) }),
  };
}

function readFault(value: unknown, path: string): ExpectedFault {
  if (typeof value === 'string') return { kind: value };
  const members = membersOf(value, path, Object.keys(faultMembers));
  return Object.fromEntries(
    Object.entries(faultMembers).flatMap(([name, read]) => {
      const expected = optional<string | number>(members, name, path, read);
      return expected === undefined ? [] : [[name, expected]];
    }),
  );
}
