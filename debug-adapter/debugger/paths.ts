/**
 * Paths as text, of POSIX and Windows hosts and of editors that name files by URI (`vscode-vfs://github/a/b.c`): the
 * debugger may run in a browser, and an object may have been compiled on another system.
 */
const uriScheme = /^[a-z][a-z0-9+.-]+:\//i;
const drive = /^[a-z]:/i;

export function isAbsolute(path: string): boolean {
  return (
    path.startsWith('/') || path.startsWith('\\\\') || /^[a-z]:[\\/]/i.test(path) || uriScheme.test(path)
  );
}

function isWindows(path: string): boolean {
  return path.startsWith('\\\\') || /^[a-z]:([\\/]|$)/i.test(path);
}

/** What `path` means seen from the folder `base`; an absolute path stays. `.` and `..` are resolved. */
export function joinPath(base: string, path: string): string {
  return normalizePath(
    isAbsolute(path) || base === '' ? path : `${base}${isWindows(base) ? '\\' : '/'}${path}`,
  );
}

/** Without `.`, `..`, doubled separators; Windows paths get backslashes. */
export function normalizePath(path: string): string {
  const windows = isWindows(path);
  const { root, rest } = splitRoot(path, windows);
  const parts: string[] = [];
  for (const part of rest.split(windows ? /[\\/]+/ : /\/+/)) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (root === '') parts.push(part);
  }
  const text = root + parts.join(windows ? '\\' : '/');
  return text === '' ? '.' : text;
}

function splitRoot(path: string, windows: boolean): { root: string; rest: string } {
  if (windows) {
    if (path.startsWith('\\\\')) return { root: '\\\\', rest: path.slice(2) };
    return { root: `${path.slice(0, 2)}\\`, rest: path.slice(2) };
  }
  const uri = /^[a-z][a-z0-9+.-]+:\/(\/[^/]*\/?)?/i.exec(path)?.[0];
  if (uri !== undefined) return { root: uri.endsWith('/') ? uri : `${uri}/`, rest: path.slice(uri.length) };
  return path.startsWith('/') ? { root: '/', rest: path.slice(1) } : { root: '', rest: path };
}

/** The last part; both separators count, since a line table may come from another system. */
export function baseName(path: string): string {
  return path.slice(lastSeparator(path) + 1);
}

/** The folder a path lies in; `.` for a name alone. */
export function folderOf(path: string): string {
  const end = lastSeparator(path);
  if (end < 0) return '.';
  const folder = path.slice(0, end);
  return folder === '' || (drive.test(folder) && folder.length === 2) ? path.slice(0, end + 1) : folder;
}

function lastSeparator(path: string): number {
  return Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
}

/** Whether two texts name one file: Windows paths without regard to case. */
export function samePath(a: string, b: string): boolean {
  return pathKey(a) === pathKey(b);
}

/** Equal for texts that name one file. */
export function pathKey(path: string): string {
  const normal = normalizePath(path);
  return isWindows(normal) ? normal.toLowerCase() : normal;
}

/** `path` with the longest folder of `map` that it lies in replaced by what the map says; undefined where none fits. */
export function mapPath(path: string, map: Readonly<Record<string, string>>): string | undefined {
  const key = pathKey(path);
  let longest: { from: string; to: string } | undefined;
  for (const [folder, to] of Object.entries(map)) {
    const from = pathKey(folder).replace(/[\\/]$/, '');
    const inside = key === from || key.startsWith(`${from}/`) || key.startsWith(`${from}\\`);
    if (inside && from.length > (longest?.from.length ?? -1)) longest = { from, to };
  }
  if (longest === undefined) return undefined;
  const rest = normalizePath(path).slice(longest.from.length + 1);
  return rest === '' ? normalizePath(longest.to) : joinPath(longest.to, rest.replaceAll('\\', '/'));
}
