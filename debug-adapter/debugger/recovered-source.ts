import type { LinkedLine } from '../../vm/object/link/line-table.ts';
import { baseName } from './paths.ts';

/** Names, within the debugger, the document that stands for a source file that is not here. */
const scheme = 'bpf-source:';

export function recoveredUri(name: string): string {
  return scheme + name;
}

/** The file as the line table has it; undefined for another path. */
export function nameOfRecovered(path: string): string | undefined {
  return path.startsWith(scheme) ? path.slice(scheme.length) : undefined;
}

/** A file as far as .BTF.ext has the text of its lines, each at its number; undefined where it has none. */
export function recoverText(
  name: string,
  rows: readonly Pick<LinkedLine, 'line' | 'text'>[],
): string | undefined {
  const lines = new Map(rows.flatMap(({ line, text }) => (line > 0 && text !== '' ? [[line, text]] : [])));
  if (lines.size === 0) return undefined;
  const note = `// ${baseName(name)} was not found: these are the lines that have code, from .BTF.ext.`;
  const last = Math.max(...lines.keys());
  const texts = Array.from({ length: last }, (_, index) => lines.get(index + 1) ?? (index === 0 ? note : ''));
  return `${texts.join('\n')}\n`;
}
