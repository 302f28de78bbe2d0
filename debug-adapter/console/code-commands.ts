import { raise } from '../../vm/base/problem.ts';
import { functionByName } from '../../vm/object/link/lookup.ts';
import { baseName } from '../debugger/paths.ts';
import { columns, type ConsoleCommand, type ConsoleContext } from './command.ts';
import { addressIn } from './state-commands.ts';

const mostRows = 1000;
/** Instructions before and after the present one. */
const around = { before: 4, count: 10 };

const disassemble: ConsoleCommand = {
  name: '.disas',
  usage: '[EXPRESSION [, COUNT]]',
  summary: 'shows instructions',
  help: [
    'COUNT instructions from an address on; the whole of a function that is named; without anything those around the',
    'instruction of the frame, which is marked. Source lines stand where their code begins.',
  ],
  complete: ({ debugger: target }) => target.code.functions.map(({ name }) => name),
  run: (context, words) => {
    const [expression = '', given] = words.split(',').map((word) => word.trim());
    const range = rangeOf(context, expression, given);
    return instructions(context, range).join('\n');
  },
};

interface Range {
  readonly address: bigint;
  readonly offset: number;
  readonly count: number;
}

function rangeOf(context: ConsoleContext, expression: string, given: string | undefined): Range {
  const count = given === undefined ? undefined : Number(given);
  if (count !== undefined && !(Number.isInteger(count) && count > 0 && count <= mostRows))
    raise('bad-arguments', `COUNT is a number from 1 to ${mostRows}`);
  const { frame, debugger: target } = context;
  if (expression === '')
    return { address: frame.address, offset: -around.before, count: count ?? around.count };
  const named = functionByName(target.code.program, expression);
  if (named === undefined)
    return { address: addressIn(context, expression), offset: 0, count: count ?? around.count };
  const { starts } = target.code;
  const own = starts.filter((slot) => slot >= named.firstSlot && slot < named.firstSlot + named.slots);
  const address = target.vm.machine.code.addressOfSlot(named.firstSlot);
  return { address, offset: 0, count: Math.min(count ?? own.length, mostRows) };
}

/** Text of rows as the listing has them, with the instruction of the frame marked. */
export function instructions({ debugger: target, frame }: ConsoleContext, range: Range): readonly string[] {
  const rows = target.disassembly.rows(range.address, range.offset, range.count).filter(({ valid }) => valid);
  if (rows.length === 0) return raise('no-code', `there is no code at 0x${range.address.toString(16)}`);
  return rows.flatMap(({ address, symbol, text, source }) => {
    const place = source && `    ; ${baseName(source.path)}:${source.line}`;
    const mark = address === frame.address ? '=>' : '  ';
    const line = `${mark} 0x${address.toString(16)} <${symbol ?? '?'}>  ${text}`;
    return place === undefined ? [line] : [place, line];
  });
}

const line: ConsoleCommand = {
  name: '.line',
  usage: '[EXPRESSION|LINE|FILE:LINE]',
  summary: 'tells the source line of an address, and the code of a line',
  help: [
    'Of an address or a function: its line. Of a line (of the frame’s file where none is named): the addresses at which',
    'it is entered. Without anything: of the frame.',
  ],
  complete: ({ debugger: target }) => target.code.functions.map(({ name }) => name),
  run: (context, words) => {
    const [, file, number] = /^(?:(.+):)?(\d+)$/.exec(words) ?? [];
    if (number !== undefined) return codeOfLine(context, file, Number(number));
    const address = words === '' ? context.frame.address : addressIn(context, words);
    return lineOfCode(context, address);
  },
};

function lineOfCode({ debugger: target }: ConsoleContext, address: bigint): string {
  const slot = target.vm.machine.code.slotOfAddress(address);
  if (slot === undefined) return raise('no-code', `there is no code at 0x${address.toString(16)}`);
  const row = target.places.lines.rowAt(slot);
  const name = target.disassembly.rows(address, 0, 1)[0]?.symbol ?? '?';
  const place = row === undefined ? 'has no source line' : `is of ${row.file}:${row.line}:${row.column}`;
  return `0x${address.toString(16)} <${name}> ${place}`;
}

function codeOfLine(
  { debugger: target, frame }: ConsoleContext,
  file: string | undefined,
  number: number,
): string {
  const path =
    file ?? frame.source?.path ?? raise('no-source', 'the frame has no source: FILE:LINE names one');
  const { sources, lines } = target.places;
  const named = sources.files.filter(({ name }) => name === path || baseName(name) === path);
  const names = named.length > 0 ? named.map(({ name }) => name) : sources.namesOf(path);
  const slots = names.flatMap((name) => lines.entriesOf(name, number));
  if (slots.length === 0) return `${baseName(path)}:${number} has no code`;
  const rows = slots.map((slot) => {
    const address = target.vm.machine.code.addressOfSlot(slot);
    return [`0x${address.toString(16)}`, `<${target.disassembly.rows(address, 0, 1)[0]?.symbol ?? '?'}>`];
  });
  return `${baseName(path)}:${number} is entered at\n${columns(rows)}`;
}

export const codeCommands: readonly ConsoleCommand[] = [disassemble, line];
