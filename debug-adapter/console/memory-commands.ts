import { readUnsigned } from '../../vm/base/bytes.ts';
import { fromHex } from '../../vm/base/bytes.ts';
import { raise } from '../../vm/base/problem.ts';
import { toHexPairs } from '../listing/hex-pairs.ts';
import { numberIn } from '../debugger/inspection/display-format.ts';
import type { DisplayFormat } from '../debugger/variable.ts';
import { instructions } from './code-commands.ts';
import type { ConsoleCommand, ConsoleContext } from './command.ts';
import { addressIn } from './state-commands.ts';

const sizes: Readonly<Record<string, number | undefined>> = { b: 1, h: 2, w: 4, g: 8 };
/** Formats of GDB's `x` and what they are called here. */
const formats: Readonly<Record<string, DisplayFormat | undefined>> = {
  x: 'x',
  d: 'd',
  u: 'u',
  o: 'o',
  t: 'b',
  c: 'c',
};
const rowBytes = 16;
const mostUnits = 4096;

const examine: ConsoleCommand = {
  name: '.x',
  usage: '[/COUNT FORMAT SIZE] EXPRESSION',
  summary: 'shows memory, in the manner of GDB',
  help: [
    'COUNT units (16 bytes without), FORMAT x, d, u, o, t (binary), c, s (text) or i (instructions), SIZE b, h, w or g for',
    '1, 2, 4 or 8 bytes; written together: `.x/4xg $r10 - 32`, `.x/8i $pc`, `.x/s fmt`. An array stands for its address.',
  ],
  complete: 'expression',
  run: (context, words) => {
    const [, count = '', letters = '', expression = ''] = /^(?:\/(\d*)([a-z]*)\s+)?([^]*)$/.exec(words) ?? [];
    const units = count === '' ? undefined : Number(count);
    if (units !== undefined && (units < 1 || units > mostUnits))
      raise('bad-arguments', `COUNT is a number from 1 to ${mostUnits}`);
    const chosen = lettersOf(letters);
    const address = addressIn(context, expression);
    if (chosen.format === 'i')
      return instructions(context, { address, offset: 0, count: units ?? 1 }).join('\n');
    if (chosen.format === 's') return textAt(context, address);
    const size = chosen.size ?? 1;
    return rows(context, address, size, units ?? Math.max(1, rowBytes / size), chosen.format).join('\n');
  },
};

function lettersOf(letters: string): {
  readonly format: DisplayFormat | 'i' | 's';
  readonly size: number | undefined;
} {
  let format: DisplayFormat | 'i' | 's' = 'x';
  let size: number | undefined;
  for (const letter of letters) {
    const known = letter === 'i' || letter === 's' ? letter : formats[letter];
    if (known !== undefined) format = known;
    else
      size =
        sizes[letter] ?? raise('bad-arguments', `'${letter}' is no format and no size: .help .x has them`);
  }
  return { format, size };
}

function textAt({ inspector }: ConsoleContext, address: bigint): string {
  const text = inspector.target.text(address);
  if (text === undefined) return raise('unreadable', `there is no text at 0x${address.toString(16)}`);
  return `0x${address.toString(16)}  ${JSON.stringify(text)}`;
}

function rows(
  { inspector }: ConsoleContext,
  address: bigint,
  size: number,
  units: number,
  format: DisplayFormat,
): readonly string[] {
  const { bytes } = inspector.readMemory(address, 0, size * units);
  if (bytes.length === 0) return raise('unreadable', `there is no byte at 0x${address.toString(16)}`);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += rowBytes) {
    const row = bytes.subarray(at, at + rowBytes);
    const start = address + BigInt(at);
    const name = inspector.describeAddress(start);
    const title = `0x${start.toString(16)}${name === '' ? '' : ` <${name}>`}`;
    lines.push(`${title}  ${size === 1 && format === 'x' ? bytesText(row) : unitsText(row, size, format)}`);
  }
  return bytes.length < size * units ? [...lines, 'there are no further bytes'] : lines;
}

function bytesText(row: Uint8Array): string {
  const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
  return `${toHexPairs(row).padEnd(rowBytes * 3 - 1)}  ${text.join('')}`;
}

function unitsText(row: Uint8Array, size: number, format: DisplayFormat): string {
  const texts: string[] = [];
  for (let at = 0; at + size <= row.length; at += size) {
    const unsigned = readUnsigned(row.subarray(at, at + size));
    const number = format === 'd' || format === 'c' ? BigInt.asIntN(size * 8, unsigned) : unsigned;
    const text = numberIn(format, number, size * 8) ?? '';
    texts.push(format === 'x' ? `0x${text.slice(2).padStart(size * 2, '0')}` : text);
  }
  return texts.join('  ');
}

const mostFound = 50;

const find: ConsoleCommand = {
  name: '.find',
  usage: '"TEXT"|BYTES',
  summary: 'finds bytes in everything the program can see',
  help: [
    'BYTES are pairs of hex digits: `.find 0a 00 00 01`. The packet, the context, stacks of the frames, values and keys of',
    `maps and global variables are looked through; at most ${mostFound} places are shown.`,
  ],
  run: (context, words) => {
    const quoted = /^"(.*)"$/.exec(words)?.[1];
    const wanted = quoted === undefined ? fromHex(words) : new TextEncoder().encode(quoted);
    if (wanted === undefined || wanted.length === 0)
      return raise('bad-arguments', 'what to find is a text in quotes, or bytes as pairs of hex digits');
    const found = places(context, wanted);
    const lines = found
      .slice(0, mostFound)
      .map((address) => `0x${address.toString(16)} ${context.inspector.describeAddress(address)}`.trimEnd());
    if (lines.length === 0) return 'found nowhere';
    return [...lines, ...(found.length > mostFound ? ['… and more'] : [])].join('\n');
  },
};

/** Addresses where the bytes are, at most one more than are shown. */
function places({ debugger: target }: ConsoleContext, wanted: Uint8Array): readonly bigint[] {
  const { regions, memory, frames } = target.vm.machine;
  const found: bigint[] = [];
  for (let id = 0; id < regions.count; id++) {
    const region = regions.get(id);
    if (region === undefined || region.kind === 'none' || region.kind === 'code' || region.kind === 'map')
      continue;
    if (region.kind === 'stack' && region.owner > frames.depth) continue;
    const bytes = memory.bytes.subarray(region.base, region.base + region.size);
    for (let at = bytes.indexOf(wanted[0] ?? 0); at >= 0; at = bytes.indexOf(wanted[0] ?? 0, at + 1)) {
      if (!wanted.every((byte, i) => bytes[at + i] === byte)) continue;
      found.push(regions.addressOf(id, at));
      if (found.length > mostFound) return found;
    }
  }
  return found;
}

export const memoryCommands: readonly ConsoleCommand[] = [examine, find];
