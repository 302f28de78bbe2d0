import { toHex } from '../../vm/base/bytes.ts';
import { decodeUtf8 } from '../../vm/base/byte-reader.ts';
import { md5 } from '../../vm/base/md5.ts';
import type { Problem } from '../../vm/base/problem.ts';
import type { LinkedLine } from '../../vm/object/link/line-table.ts';
import type { FileAccessor } from './file-accessor.ts';
import { baseName, folderOf, isAbsolute, joinPath, mapPath, pathKey } from './paths.ts';
import { nameOfRecovered, recoveredUri, recoverText } from './recovered-source.ts';

export interface SourceFile {
  /** As the line table has it. */
  readonly name: string;
  /** Where it is here, or the URI of what stands for it; undefined where it was not found and nothing of it is known. */
  readonly path: string | undefined;
  /** Its contents; undefined where it was not found. */
  readonly text: string | undefined;
  /** Where it was not found: the lines that the object knows the text of. */
  readonly recovered?: string;
}

export interface SourceSettings {
  readonly objectPath: string;
  readonly cwd: string | undefined;
  readonly sourceMap: Readonly<Record<string, string>>;
  /** MD5 of a file as it was compiled, where the object says it. */
  readonly checksum?: (name: string) => Uint8Array | undefined;
}

/** A file that was found, compared with what was compiled. */
interface Found {
  readonly file: SourceFile;
  /** The first row that it does not agree with. */
  readonly different: LinkedLine | undefined;
  /** Undefined where the object has no checksum. */
  readonly sameBytes: boolean | undefined;
}

/** The source files of an object: where they are on this machine, and whether they still say what was compiled. */
export class Sources {
  readonly #files = new Map<string, SourceFile>();
  readonly warnings: readonly Problem[];

  private constructor(files: readonly SourceFile[], warnings: readonly Problem[]) {
    for (const file of files) this.#files.set(file.name, file);
    this.warnings = warnings;
  }

  static async find(
    rows: readonly LinkedLine[],
    settings: SourceSettings,
    files: FileAccessor,
  ): Promise<Sources> {
    const found: SourceFile[] = [];
    const warnings: Problem[] = [];
    const compiled = await files.modified(settings.objectPath);
    for (const [name, own] of byFile(rows)) {
      const source = await findSource(name, own, settings, files);
      if (source === undefined) {
        const lost = recover(name, own);
        found.push(lost);
        warnings.push(missing(lost, settings));
        continue;
      }
      found.push(source.file);
      const { path = '' } = source.file;
      if (source.different !== undefined) warnings.push(changed(path, source.different, settings));
      else if (source.sameBytes === false) warnings.push(newer(path, settings));
      else if (source.sameBytes === undefined && compiled !== undefined) {
        const edited = await files.modified(path);
        if (edited !== undefined && edited > compiled + clockSlack) warnings.push(newer(path, settings));
      }
    }
    return new Sources(found, warnings);
  }

  /** Every file of the line table. */
  get files(): readonly SourceFile[] {
    return [...this.#files.values()];
  }

  file(name: string): SourceFile | undefined {
    return this.#files.get(name);
  }

  /**
   * Files of the line table that a client means by a path. A file that was not found here is meant by any path with
   * its name, and is at that path from then on.
   */
  namesOf(path: string): readonly string[] {
    const recovered = this.#files.get(nameOfRecovered(path) ?? '');
    if (recovered !== undefined) return [recovered.name];
    const key = pathKey(path);
    const same = this.files.filter((file) => file.path !== undefined && pathKey(file.path) === key);
    if (same.length > 0) return same.map(({ name }) => name);
    const name = baseName(path).toLowerCase();
    const lost = this.files.filter(
      (file) => file.text === undefined && isNotAt(file) && baseName(file.name).toLowerCase() === name,
    );
    for (const file of lost) this.#files.set(file.name, { name: file.name, path, text: undefined });
    return lost.map((file) => file.name);
  }
}

/** Files unpacked or checked out together differ by less; milliseconds. */
const clockSlack = 2000;

function byFile(rows: readonly LinkedLine[]): Map<string, LinkedLine[]> {
  const byName = new Map<string, LinkedLine[]>();
  for (const row of rows) {
    const own = byName.get(row.file);
    if (own === undefined) byName.set(row.file, [row]);
    else own.push(row);
  }
  return byName;
}

/** The first candidate that is what was compiled, or else the first that is there. */
async function findSource(
  name: string,
  rows: readonly LinkedLine[],
  settings: SourceSettings,
  files: FileAccessor,
): Promise<Found | undefined> {
  const checksum = settings.checksum?.(name);
  let first: Found | undefined;
  for (const path of candidates(name, settings)) {
    const contents = await files.readFile(path);
    if (!contents.ok) continue;
    const text = decodeUtf8(contents.value);
    const different = differentRow(text, rows);
    const sameBytes = checksum && hasChecksum(contents.value, checksum);
    const found = { file: { name, path, text }, different, sameBytes };
    if (different === undefined && sameBytes !== false) return found;
    first ??= found;
  }
  return first;
}

/** Whether the bytes are those of the file that was compiled, or were before a check-out changed its ends of lines. */
function hasChecksum(bytes: Uint8Array, checksum: Uint8Array): boolean {
  const wanted = toHex(checksum);
  if (toHex(md5(bytes)) === wanted) return true;
  const unix = decodeUtf8(bytes).replaceAll('\r\n', '\n');
  return [unix, unix.replaceAll('\n', '\r\n')].some((text) => toHex(md5(encoder.encode(text))) === wanted);
}

const encoder = new TextEncoder();

/** What stands for a file that is not here. */
function recover(name: string, rows: readonly LinkedLine[]): SourceFile {
  const recovered = recoverText(name, rows);
  const path = recovered === undefined ? undefined : recoveredUri(name);
  return { name, path, text: undefined, ...(recovered !== undefined && { recovered }) };
}

/** Whether no file of this machine stands for it. */
function isNotAt({ path }: SourceFile): boolean {
  return path === undefined || nameOfRecovered(path) !== undefined;
}

/** In the order of trust: what the user says, what the compiler said, then the neighbourhood of the object. */
function candidates(name: string, { objectPath, cwd, sourceMap }: SourceSettings): readonly string[] {
  const folder = folderOf(objectPath);
  const paths: string[] = [];
  const mapped = mapPath(name, sourceMap);
  if (mapped !== undefined) paths.push(mapped);
  if (isAbsolute(name)) {
    paths.push(name);
  } else {
    if (cwd !== undefined) paths.push(joinPath(cwd, name));
    paths.push(joinPath(folder, name));
  }
  paths.push(joinPath(folder, baseName(name)));
  return [...new Set(paths)];
}

function missing({ name, recovered }: SourceFile, { objectPath }: SourceSettings): Problem {
  const shown =
    recovered === undefined
      ? 'its code is shown as instructions'
      : 'only the lines of it that have code are shown, as the object knows them';
  return {
    code: 'source-missing',
    message: `the source file ${name} of ${baseName(objectPath)} was not found; ${shown}`,
    hint: 'Say in sourceMap where its folder is.',
  };
}

function changed(path: string, row: LinkedLine, { objectPath }: SourceSettings): Problem {
  return {
    code: 'source-changed',
    message: `${baseName(path)} is not what ${baseName(objectPath)} was compiled from: line ${row.line} was '${row.text.trim()}'`,
    place: { file: path, line: row.line },
    hint: 'Compile it again.',
  };
}

/** The line table holds the text of each line as it was compiled: the first row that a source does not agree with. */
function differentRow(source: string, rows: readonly LinkedLine[]): LinkedLine | undefined {
  const lines = source.split('\n');
  return rows.find(({ line, text }) => text !== '' && line !== 0 && lines[line - 1]?.trim() !== text.trim());
}

function newer(path: string, { objectPath }: SourceSettings): Problem {
  return {
    code: 'object-older',
    message: `${baseName(path)} has been changed since ${baseName(objectPath)} was compiled`,
    place: { file: path },
    hint: 'Compile it again.',
  };
}
