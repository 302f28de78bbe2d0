import { expectOk, failed, ok, ProblemError, raise, type Result } from '../base/problem.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { ArrayElements, type JsonPiece } from './array-elements.ts';
import { clearMap, isPerCpu, readMapEntry, storeElement, storeEntries } from './bpftool-json.ts';
import { memberPath } from './checked.ts';
import { mapNamed } from './expectations.ts';
import { isJsonObject, parseJson, type JsonValue } from './json.ts';
import type { ScenarioFiles } from './prepare-scenario.ts';
import { readRawElement } from './raw-element.ts';
import type { Unchecked } from './scenario.ts';

/** The file that holds the contents of a map: `{ "file": "flows.json" }`; undefined where they are given themselves. */
export function mapFileOf(json: unknown): string | undefined {
  if (!isJsonObject(json)) return undefined;
  const { file } = json;
  return typeof file === 'string' && Object.keys(json).length === 1 ? file : undefined;
}

/**
 * Fills the maps whose contents lie in files, element by element as the files are read: what `bpftool map dump -j` has
 * written of a map of millions does not have to fit into memory as text. `replace`: what a map had before goes.
 */
export async function fillMapsFromFiles(
  machine: Machine,
  maps: Unchecked,
  path: string,
  replace: boolean,
  files: ScenarioFiles,
): Promise<Result<void>> {
  try {
    for (const [name, json] of Object.entries(maps)) {
      const file = mapFileOf(json);
      if (file === undefined) continue;
      const map = mapNamed(machine, name, memberPath(memberPath(path, 'maps'), name));
      if (replace) clearMap(machine, map);
      await fill(machine, map, file, files);
    }
    return ok(undefined);
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

async function fill(machine: Machine, map: KernelMap, file: string, files: ScenarioFiles): Promise<void> {
  if (!map.supported) raise('bad-scenario', `maps of type ${map.typeName} cannot be filled`);
  const elements = new ArrayElements();
  const decoder = new TextDecoder();
  let count = 0;
  const { keySize, valueSize } = map.linked.definition;
  const raw = { key: new Uint8Array(keySize), value: new Uint8Array(valueSize) };
  const store = (piece: JsonPiece): void => {
    if (!isPerCpu(map) && readRawElement(piece.bytes, raw)) {
      storeElement(map, raw.key, [raw.value], `${file}[${count++}]`);
      return;
    }
    const json = parseElement(decoder.decode(piece.bytes), piece.line, file);
    storeEntries(machine, map, [readMapEntry(machine, map, json, `${file}[${count++}]`)]);
  };
  if (files.readChunks === undefined) {
    cut(elements, expectOk(await files.readFile(file)), file, store);
  } else {
    for await (const chunk of files.readChunks(file)) cut(elements, expectOk(chunk), file, store);
  }
  inFile(file, () => elements.end());
}

function cut(
  elements: ArrayElements,
  chunk: Uint8Array,
  file: string,
  store: (piece: JsonPiece) => void,
): void {
  inFile(file, () => {
    elements.push(chunk, store);
  });
}

/** `JSON.parse` is quick; what it cannot read exactly or not at all, our reader reads or refuses with the place. */
function parseElement(text: string, line: number, file: string): JsonValue {
  if (!/\d{16}/.test(text)) {
    try {
      // What it reads is JSON, and without integers that it would round.
      return JSON.parse(text) as JsonValue;
    } catch {
      // Comments, or a mistake that is to have its place.
    }
  }
  const parsed = parseJson(text, { file });
  if (parsed.ok) return parsed.value;
  const { place } = parsed.problem;
  const at = line + (place?.line ?? 1) - 1;
  throw new ProblemError({ ...parsed.problem, place: { ...place, file, line: at } });
}

/** Says of problems which file they are in. */
function inFile(file: string, body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError({ ...error.problem, place: { file, ...error.problem.place } });
  }
}
