/**
 * The test files of bpf_conformance and uBPF: `# comment`, and sections that begin with `-- name`.
 *
 * - `asm`: the program. `raw`: the same as words of 64 bits in hexadecimal, one a line.
 * - `mem`: bytes in hexadecimal; the program gets their address in r1, their number in r2.
 * - `result`: the value of r0 at the end, 64 bits.
 * - `error`, `error pattern`: text of the expected failure.
 */
export interface DataFile {
  /** Names of all sections, in order. */
  readonly sections: readonly string[];
  /** Comments and line structure kept. */
  readonly asm?: string;
  /** Line of the file, counted from 1, on which `asm` begins. */
  readonly asmLine?: number;
  /** As the instructions lie in memory: every word little-endian. */
  readonly raw?: Uint8Array;
  readonly mem?: Uint8Array;
  /** Unsigned. */
  readonly result?: bigint;
  readonly error?: string;
}

interface Section {
  readonly name: string;
  readonly firstLine: number;
  readonly lines: string[];
}

/** Throws an Error that says what is wrong with a file; sections with other names are kept by name only. */
export function parseDataFile(text: string): DataFile {
  const sections = splitSections(text);
  const find = (name: string): Section | undefined => sections.find((section) => section.name === name);
  const words = (name: string): string[] | undefined =>
    find(name)
      ?.lines.map((line) => line.replace(/#.*/, ''))
      .join(' ')
      .split(/\s+/)
      .filter((word) => word !== '');
  const asm = find('asm');
  const raw = words('raw');
  const mem = words('mem');
  const result = words('result');
  const error = words('error') ?? words('error pattern');
  return {
    sections: sections.map(({ name }) => name),
    ...(asm && { asm: asm.lines.join('\n'), asmLine: asm.firstLine }),
    ...(raw && { raw: rawWords(raw) }),
    ...(mem && { mem: Uint8Array.from(mem, hexByte) }),
    ...(result && { result: resultValue(result) }),
    ...(error && { error: error.join(' ') }),
  };
}

function splitSections(text: string): Section[] {
  const sections: Section[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const name = /^--\s*(.*?)\s*$/.exec(line)?.[1];
    if (name !== undefined) sections.push({ name, firstLine: index + 2, lines: [] });
    else sections.at(-1)?.lines.push(line);
  });
  return sections;
}

function rawWords(words: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setBigUint64(index * 8, BigInt(word), true));
  return bytes;
}

function hexByte(word: string): number {
  if (!/^(0x)?[0-9a-f]{1,2}$/i.test(word)) throw new Error(`-- mem: '${word}' is no byte`);
  return parseInt(word, 16);
}

function resultValue(words: readonly string[]): bigint {
  const word = words.at(-1);
  const match = /^(-?)(0x[0-9a-f]+|\d+)$/i.exec(word ?? '');
  if (match === null) throw new Error(`-- result: '${word ?? ''}' is no number`);
  const value = BigInt(match[2] ?? '');
  return BigInt.asUintN(64, match[1] === '-' ? -value : value);
}
