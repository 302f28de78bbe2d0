import { readUnsigned, toHex } from '../base/bytes.ts';
import type { KernelMap, MapElement } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { innerMapsOf } from '../maps/hash-of-maps.ts';
import { BloomFilter } from '../maps/bloom-filter.ts';
import {
  dumpElement,
  elementsOf,
  isArray,
  readMapEntries,
  valueMemory,
  type MapEntry,
} from './bpftool-json.ts';
import { memberPath, wrong } from './checked.ts';
import { globalMemory, printGlobal, readGlobals } from './globals.ts';
import { isJsonObject, printJson, type JsonObject, type JsonValue } from './json.ts';
import type { ExpectedFault, Expectation, Unchecked } from './scenario.ts';
import type { FaultReport, RunReport } from './scenario-result.ts';
import type { NamedBytes } from './typed-value.ts';

/** What a run gave, before it is judged. */
export type RunOutcome = Omit<RunReport, 'differences' | 'passed'>;

/** What of `expect` did not hold, one line each. Raises `bad-scenario` for what cannot be compared. */
export function differencesOf(
  machine: Machine,
  expect: Expectation | undefined,
  outcome: RunOutcome,
  path: string,
): string[] {
  const differences = [...faultDifferences(expect?.fault, outcome.fault)];
  if (expect === undefined) return differences;
  const at = memberPath(path, 'expect');
  return [
    ...differences,
    ...returnDifferences(expect, outcome, at),
    ...dataDifferences(expect.dataOut, outcome.dataOut),
    ...outputDifferences(expect.output, outcome.output),
    ...mapDifferences(machine, expect.maps, memberPath(at, 'maps')),
    ...globalDifferences(machine, expect.globals, memberPath(at, 'globals')),
  ];
}

function* returnDifferences(expect: Expectation, outcome: RunOutcome, path: string): Generator<string> {
  const { retval, r0 } = expect;
  if (outcome.program === undefined) {
    if (retval !== undefined || r0 !== undefined || expect.dataOut !== undefined)
      wrong(path, 'no program runs here, so nothing is returned');
    return;
  }
  const name = outcome.returnName === undefined ? '' : ` (${outcome.returnName})`;
  const matches = typeof retval === 'string' ? retval === outcome.returnName : retval === outcome.retval;
  if (retval !== undefined && !matches)
    yield `retval: expected ${retval}, found ${outcome.retval ?? 'none'}${name}`;
  if (r0 !== undefined && r0 !== outcome.r0)
    yield `r0: expected ${hexText(r0)}, found ${hexText(outcome.r0)}`;
}

function hexText(value: bigint | undefined): string {
  return value === undefined ? 'none' : `0x${value.toString(16)}`;
}

function* dataDifferences(
  expected: Uint8Array | undefined,
  found: Uint8Array | undefined,
): Generator<string> {
  if (expected === undefined) return;
  const [wanted, have] = [toHex(expected), toHex(found ?? new Uint8Array())];
  if (wanted === have) return;
  const first = expected.findIndex((byte, i) => byte !== found?.[i]);
  const where =
    expected.length === found?.length
      ? `first at byte ${first}`
      : `${expected.length} and ${found?.length ?? 0} bytes`;
  yield `dataOut: expected ${wanted}, found ${have} (${where})`;
}

function* outputDifferences(expected: Expectation['output'], found: RunOutcome['output']): Generator<string> {
  if (expected === undefined) return;
  for (let i = 0; i < Math.max(expected.length, found.length); i++) {
    const [want, have] = [expected[i], found[i]];
    const text = have && JSON.stringify(have.text);
    if (want === undefined) yield `output[${i}]: not expected: ${have?.helper ?? ''} ${text ?? ''}`;
    else if (have === undefined) yield `output[${i}]: expected ${JSON.stringify(want)}, found nothing`;
    else {
      if (want.helper !== undefined && want.helper !== have.helper)
        yield `output[${i}].helper: expected ${want.helper}, found ${have.helper}`;
      if (want.map !== undefined && want.map !== have.map)
        yield `output[${i}].map: expected ${want.map}, found ${have.map ?? 'none'}`;
      if (want.data !== undefined && want.data !== toHex(have.data ?? new Uint8Array()))
        yield `output[${i}].data: expected ${want.data}, found ${have.data ? toHex(have.data) : 'none'}`;
      if (want.text !== undefined && want.text !== have.text)
        yield `output[${i}].text: expected ${JSON.stringify(want.text)}, found ${text ?? ''}`;
    }
  }
}

function* faultDifferences(
  expected: ExpectedFault | null | undefined,
  found: FaultReport | undefined,
): Generator<string> {
  if (expected === undefined || expected === null) {
    if (found !== undefined) yield `fault: ${found.kind}: ${found.message}${whereText(found)}`;
    return;
  }
  if (found === undefined) {
    yield `fault: expected ${JSON.stringify(expected)}, but the run ended without`;
    return;
  }
  for (const [name, value] of Object.entries(expected)) {
    // Both have the members of a fault report.
    const have = found[name as keyof FaultReport];
    if (have !== value) yield `fault.${name}: expected ${value}, found ${have ?? 'none'}`;
  }
}

function whereText({ file, line, function: name, pc }: FaultReport): string {
  if (file !== null) return ` (${file}:${line ?? 0})`;
  return name === null ? '' : ` (${name}, pc ${pc ?? 0})`;
}

/** The map of that name; a problem lists those there are. */
export function mapNamed(machine: Machine, name: string, path: string): KernelMap {
  const map = machine.maps.find((candidate) => candidate.name === name);
  const names = machine.maps.map((candidate) => candidate.name).join(', ');
  return (
    map ?? wrong(path, 'there is no such map', names === '' ? 'The object has none.' : `There are ${names}.`)
  );
}

function* mapDifferences(machine: Machine, maps: Unchecked, path: string): Generator<string> {
  for (const [name, json] of Object.entries(maps)) {
    const at = memberPath(path, name);
    const map = mapNamed(machine, name, at);
    const expected = readMapEntries(machine, map, json, at);
    if (map.linked.definition.keySize === 0) {
      yield* keylessDifferences(machine, map, expected);
      continue;
    }
    const keys = new Set(expected.map(({ key }) => toHex(key)));
    for (const { key, values, inner } of expected) {
      const element = map.find(key);
      const label = `maps.${name}[${keyText(machine, map, key)}]`;
      if (element === undefined) {
        yield `${label}: not there`;
        continue;
      }
      const contents = inner === undefined ? undefined : innerOf(machine, map, element);
      if (contents !== undefined) {
        yield* mapDifferences(machine, { [contents.name]: inner }, at);
        continue;
      }
      const found = element.valueAddresses.map((address) => valueMemory(machine, map, address));
      if (values.some((value, i) => !covers(value, found[i])))
        yield `${label}: expected ${valuesText(values)}, found ${foundText(machine, map, key)}`;
    }
    if (isArray(map)) continue;
    for (const element of elementsOf(map)) {
      if (keys.has(toHex(element.key))) continue;
      yield `maps.${name}[${keyText(machine, map, element.key)}]: not expected: ${foundText(machine, map, element.key)}`;
    }
  }
}

/** The inner map that an element of a map of maps is. */
function innerOf(machine: Machine, map: KernelMap, { valueAddresses }: MapElement): KernelMap | undefined {
  const [address] = valueAddresses;
  if (address === undefined) return undefined;
  return innerMapsOf(map)?.at(Number(readUnsigned(valueMemory(machine, map, address))));
}

/** Values in the order in which they were pushed; a bloom filter has no order, and cannot say what it has besides. */
function* keylessDifferences(
  machine: Machine,
  map: KernelMap,
  expected: readonly MapEntry[],
): Generator<string> {
  if (map instanceof BloomFilter) {
    for (const [i, { values }] of expected.entries()) {
      const missing = values.filter(({ bytes }) => !map.mayHave(bytes));
      if (missing.length > 0) yield `maps.${map.name}: not there: value ${i}, ${valuesText(missing)}`;
    }
    return;
  }
  const found = [...elementsOf(map)];
  for (let i = 0; i < Math.max(expected.length, found.length); i++) {
    const [want, have] = [expected[i], found[i]];
    const label = `maps.${map.name}[${i}]`;
    const text = have === undefined ? 'nothing' : readable(dumpElement(machine, map, have), 'value');
    if (want === undefined) yield `${label}: not expected: ${text}`;
    else {
      const bytes = have?.valueAddresses.map((address) => valueMemory(machine, map, address)) ?? [];
      if (want.values.some((value, at) => !covers(value, bytes[at])))
        yield `${label}: expected ${valuesText(want.values)}, found ${text}`;
    }
  }
}

function covers({ bytes, mask }: NamedBytes, found: Uint8Array | undefined): boolean {
  return found !== undefined && bytes.every((byte, i) => ((found[i] ?? 0) & (mask[i] ?? 0)) === byte);
}

/** The typed form where there is one. */
function readable(json: JsonObject, ...names: readonly string[]): string {
  const { formatted } = json;
  const source = isJsonObject(formatted) ? formatted : json;
  const value = names.map((name) => source[name]).find((candidate) => candidate !== undefined);
  return value === undefined ? 'nothing' : printJson(value);
}

function keyText(machine: Machine, map: KernelMap, key: Uint8Array): string {
  const element = map.find(key);
  return element === undefined ? `0x${toHex(key)}` : readable(dumpElement(machine, map, element), 'key');
}

function foundText(machine: Machine, map: KernelMap, key: Uint8Array): string {
  const element = map.find(key);
  return element ? readable(dumpElement(machine, map, element), 'value', 'values') : 'nothing';
}

function valuesText(values: readonly NamedBytes[]): string {
  return values.map(({ bytes }) => `0x${toHex(bytes)}`).join(', ');
}

function* globalDifferences(machine: Machine, globals: Unchecked, path: string): Generator<string> {
  for (const expected of readGlobals(machine, globals, path)) {
    const { name } = expected.variable;
    if (covers(expected.value, globalMemory(machine, expected))) continue;
    // It came out of JSON, and readGlobals has taken it for a value.
    const wanted = printJson(globals[name] as JsonValue);
    yield `globals.${name}: expected ${wanted}, found ${printJson(printGlobal(machine, expected))}`;
  }
}
