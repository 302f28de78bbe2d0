import { attempt, expectOk, raise, type Result } from '../base/problem.ts';
import { fromHex } from '../base/bytes.ts';
import { VirtualMachine } from '../engine/virtual-machine.ts';
import type { Machine } from '../machine/machine.ts';
import { link, type RelocateData } from '../object/link/link.ts';
import type { FunctionSymbol, ProgramObject } from '../object/program-object.ts';
import { readObject } from '../object/read-object.ts';
import { selectProgram } from '../object/select-program.ts';
import type { ContextValues, RunInput } from '../programs/family.ts';
import { familyOf } from '../programs/registry.ts';
import { clearMap, readMapEntries, storeEntries } from './bpftool-json.ts';
import { asInteger, describe, integerOf, memberPath, wrong } from './checked.ts';
import { mapNamed } from './expectations.ts';
import { readGlobals, storeGlobals } from './globals.ts';
import { fillMapsFromFiles, mapFileOf } from './map-file.ts';
import { packetFromCapture } from './packet-file.ts';
import { describeRecords, putSamples, readRecordTypes, readRings, type RecordTypes } from './records.ts';
import type { Scenario, ScenarioRun, StateChange } from './scenario.ts';
import { valueFromJson, type ValueType } from './typed-value.ts';

/** Reads the files that a scenario names, whose paths are relative to it. */
export interface ScenarioFiles {
  readFile(path: string): Promise<Result<Uint8Array>>;
  /** The same in pieces, for what may be long; ends after a problem. */
  readChunks?(path: string): AsyncIterable<Result<Uint8Array>>;
}

/** A machine with the scenario's maps and globals, at the start of nothing. */
export interface PreparedScenario {
  readonly scenario: Scenario;
  readonly object: ProgramObject;
  readonly vm: VirtualMachine;
  readonly recordTypes: RecordTypes;
}

/** What is asked of the machine besides the scenario. */
export interface MachineOptions {
  /** Reads of registers and stack bytes that were never written are faults. Default false. */
  readonly strict?: boolean;
  /** Whether what the kernel's verifier would refuse is a fault. Default true. */
  readonly kernelRules?: boolean;
  /** Whether pointers in data are filled in. Default `auto`: in objects that the kernel would not load. */
  readonly relocateData?: RelocateData;
}

/** Loads the scenario's object and fills maps and globals. `mapFiles`: where files with contents of maps are looked for. */
export async function prepareScenario(
  scenario: Scenario,
  files: ScenarioFiles,
  options: MachineOptions = {},
  mapFiles = files,
): Promise<Result<PreparedScenario>> {
  const [path = '', second] = scenario.objects;
  if (second !== undefined) {
    return attempt(() => raise('unsupported-linking', 'linking several objects is not supported yet'));
  }
  const bytes = await files.readFile(path);
  const prepared = attempt(() =>
    prepareObject(scenario, expectOk(readObject(expectOk(bytes), path)), options),
  );
  if (!prepared.ok) return prepared;
  const { machine } = prepared.value.vm;
  const filled = await fillMapsFromFiles(machine, scenario.state.maps, '', false, mapFiles);
  return filled.ok ? prepared : filled;
}

/** The same for an object that is read already, but for maps whose contents lie in files. Raises. */
export function prepareObject(
  scenario: Scenario,
  object: ProgramObject,
  { strict = false, kernelRules = true, relocateData = 'auto' }: MachineOptions = {},
): PreparedScenario {
  const vm = expectOk(
    VirtualMachine.create(expectOk(link(object, { relocateData })), scenario.environment, {
      strict,
      kernelRules,
    }),
  );
  changeState(vm.machine, scenario.state, '', false);
  const recordTypes = readRecordTypes(vm.machine, scenario.eventTypes);
  describeRecords(vm.machine, recordTypes);
  return { scenario, object, vm, recordTypes };
}

/** Problems of the object or of the whole scenario, where the run names no program itself. */
const aboutPrograms = new Set([
  'no-program',
  'program-not-named',
  'program-unknown',
  'program-ambiguous',
  'unsupported-program-type',
]);

/**
 * Makes the changes that a run asks for and puts the machine at its cycle 0. Gives the program, or undefined where the
 * run has none: time has passed then. Problems carry the run's path.
 */
export async function startScenarioRun(
  prepared: PreparedScenario,
  run: ScenarioRun,
  files: ScenarioFiles,
): Promise<Result<FunctionSymbol | undefined>> {
  const packet = await packetOf(run, files);
  if (run.set !== undefined) {
    const path = memberPath(run.path, 'set');
    const filled = await fillMapsFromFiles(prepared.vm.machine, run.set.maps, path, true, files);
    if (!filled.ok) return filled;
  }
  const result = attempt(() => startRun(prepared, run, expectOk(packet)));
  if (result.ok || result.problem.code === 'bad-scenario') return result;
  if (run.program === undefined && aboutPrograms.has(result.problem.code)) return result;
  return { ok: false, problem: { ...result.problem, message: `${run.path}: ${result.problem.message}` } };
}

/** The packet that a run names. */
export async function packetOf(
  run: ScenarioRun,
  files: ScenarioFiles,
): Promise<Result<Uint8Array | undefined>> {
  const { packet } = run;
  if (packet === undefined || packet instanceof Uint8Array) return { ok: true, value: packet };
  const bytes = await files.readFile(packet.pcap);
  return bytes.ok ? packetFromCapture(bytes.value, packet.packet, { file: packet.pcap }) : bytes;
}

function startRun(
  { scenario, object, vm, recordTypes }: PreparedScenario,
  run: ScenarioRun,
  packet: Uint8Array | undefined,
): FunctionSymbol | undefined {
  const { machine } = vm;
  if (run.set) changeState(machine, run.set, memberPath(run.path, 'set'), true);
  putSamples(machine, recordTypes, run.userRingbuf ?? {}, memberPath(run.path, 'userRingbuf'));
  readRings(machine, run.readRingbuf ?? [], memberPath(run.path, 'readRingbuf'));
  if (run.advanceNs !== undefined) {
    vm.advance(run.advanceNs);
    return undefined;
  }
  const program = expectOk(selectProgram(object, run.program ?? scenario.program));
  expectOk(vm.startRun(program, inputOf(object, program, run, packet), run.cpu));
  return program;
}

/** What the program is run with. Raises `bad-scenario`. */
export function inputOf(
  object: ProgramObject,
  program: FunctionSymbol,
  run: ScenarioRun,
  packet: Uint8Array | undefined,
): RunInput {
  const path = memberPath(run.path, 'ctxIn');
  return {
    ...(packet && { dataIn: packet }),
    ...(run.context && { ctxIn: contextOf(object, program, run.context, path) }),
  };
}

/** `replace`: what a map had before goes. */
function changeState(machine: Machine, change: StateChange, path: string, replace: boolean): void {
  for (const [name, json] of Object.entries(change.maps)) {
    const at = memberPath(memberPath(path, 'maps'), name);
    const map = mapNamed(machine, name, at);
    if (mapFileOf(json) !== undefined) continue;
    const entries = readMapEntries(machine, map, json, at);
    if (replace) clearMap(machine, map);
    storeEntries(machine, map, entries);
  }
  storeGlobals(machine, readGlobals(machine, change.globals, memberPath(path, 'globals')));
}

function contextOf(
  object: ProgramObject,
  program: FunctionSymbol,
  context: Readonly<Record<string, unknown>>,
  path: string,
): ContextValues {
  const { name } = expectOk(familyOf(program));
  const asBytes = ['kprobe', 'perf_event'].includes(name) && 'bytes' in context;
  if (name === 'syscall' || name === 'tracepoint' || asBytes)
    return { bytes: syscallBytes(object, program, context, path) };
  return Object.fromEntries(
    Object.entries(context).map(([name, value]) => [name, contextValue(value, memberPath(path, name))]),
  );
}

function contextValue(value: unknown, path: string): number | bigint | (number | bigint)[] {
  if (Array.isArray(value)) return value.map((item, i) => plainInteger(item, `${path}[${i}]`));
  return plainInteger(value, path);
}

function plainInteger(value: unknown, path: string): number | bigint {
  const integer = integerOf(value, path);
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}

/** `{ "bytes": ... }`, or members of the struct that the program's parameter points to. */
function syscallBytes(
  object: ProgramObject,
  program: FunctionSymbol,
  context: Readonly<Record<string, unknown>>,
  path: string,
): number[] {
  const type = contextType(object, program);
  const names = Object.keys(context);
  const { bytes } = context;
  const hasMember = type?.btf.member(type.typeId, 'bytes') !== undefined;
  if (names.length === 1 && bytes !== undefined && !hasMember)
    return bytesOf(bytes, memberPath(path, 'bytes'));
  if (type === undefined)
    wrong(path, 'the context of this program has no type in BTF', 'Give it as {"bytes": "0a0b..."}.');
  const size = type.btf.sizeOf(type.typeId) ?? 0;
  return Array.from(valueFromJson(context, size, type, path).bytes);
}

function bytesOf(value: unknown, path: string): number[] {
  const bytes = typeof value === 'string' ? fromHex(value) : undefined;
  if (bytes !== undefined) return Array.from(bytes);
  if (!Array.isArray(value))
    wrong(path, `hex digits or a list of bytes were expected, found ${describe(value)}`);
  return value.map((item, i) => {
    const byte = asInteger(item);
    if (byte === undefined || byte < 0n || byte > 255n)
      wrong(`${path}[${i}]`, `${describe(item)} is not a byte`);
    return Number(byte);
  });
}

/** The struct that the first parameter of a program points to, by BTF. */
export function contextType(object: ProgramObject, program: FunctionSymbol): ValueType | undefined {
  const { btf } = object;
  if (btf === undefined || program.btfId === undefined) return undefined;
  const type = btf.type(program.btfId);
  const prototype = type.kind === 'func' ? btf.resolve(type.typeId) : undefined;
  const parameter = prototype?.kind === 'func_proto' ? prototype.parameters[0] : undefined;
  const pointer = parameter && btf.resolve(parameter.typeId);
  if (pointer?.kind !== 'ptr') return undefined;
  const target = btf.resolve(pointer.typeId);
  return target.kind === 'struct' || target.kind === 'union' ? { btf, typeId: target.id } : undefined;
}
