/**
 * Text to code. Every line may be in the style of the kernel, of LLVM or of uBPF; what `print-kernel.ts` and
 * `print-llvm.ts` write is read back.
 *
 * Labels are `name:` before an instruction or on a line of their own; `exit` is the first exit instruction unless
 * the text has a label of that name. Comments begin with `;`, `//`, or `#` at the start of a word.
 */
import { attempt, type Place, ProblemError, raise, type Result } from '../base/problem.ts';
import type { CallNames } from './assembler/call.ts';
import type { Draft } from './assembler/draft.ts';
import { LineReader, ranges } from './assembler/line-reader.ts';
import { parseMnemonic } from './assembler/mnemonic.ts';
import { parseStatement } from './assembler/statement.ts';
import { encodeAll, makeInstruction } from './encode.ts';
import type { Instruction } from './row.ts';

export type { CallNames } from './assembler/call.ts';

export interface Assembly {
  readonly code: Uint8Array;
  readonly instructions: readonly Instruction[];
  /** Slots of the labels. */
  readonly labels: ReadonlyMap<string, number>;
  /** The line, counted from 1, of each slot. */
  readonly lines: readonly number[];
}

/** The code of `source`; problems carry the line. */
export function assemble(source: string, names: CallNames = {}): Result<Uint8Array> {
  return attempt(() => assembleText(source, names).code);
}

/** As `assemble`, with what a listing or a test needs besides. */
export function assembleWithLabels(source: string, names: CallNames = {}): Result<Assembly> {
  return attempt(() => assembleText(source, names));
}

interface PlacedDraft {
  readonly draft: Draft;
  readonly slot: number;
  readonly line: number;
}

function assembleText(source: string, names: CallNames): Assembly {
  const labels = new Map<string, number>();
  const drafts: PlacedDraft[] = [];
  let slot = 0;
  source.split(/\r?\n/).forEach((text, index) => {
    const line = index + 1;
    atLine(line, () => {
      const { labelNames, rest } = splitLabels(stripComment(text));
      for (const name of labelNames) {
        if (labels.has(name)) raise('duplicate-label', `there are two labels ${name}`);
        labels.set(name, slot);
      }
      if (rest === '') return;
      const parsed = parseInstruction(rest, names);
      drafts.push({ draft: parsed, slot, line });
      slot += parsed.row.semantics.kind === 'lddw' ? 2 : 1;
    });
  });
  const firstExit = drafts.find(({ draft }) => draft.row.semantics.kind === 'exit');
  if (firstExit !== undefined && !labels.has('exit')) labels.set('exit', firstExit.slot);
  const instructions = drafts.map((placed) => atLine(placed.line, () => resolve(placed, labels)));
  const lines = drafts.flatMap(({ line }, i) => Array<number>(instructions[i]?.slots ?? 1).fill(line));
  return { code: encodeAll(instructions), instructions, labels, lines };
}

/** Runs `body`; a problem it raises gets the line. */
function atLine<T>(line: number, body: () => T): T {
  const place: Place = { line };
  const result = attempt(body, place);
  if (result.ok) return result.value;
  throw new ProblemError(result.problem);
}

/** A `#` within a word is none: `call bpf_ktime_get_ns#5`. */
function stripComment(text: string): string {
  return text.replace(/(?:;|\/\/|(?<=^|\s)#).*$/, '').trim();
}

const labelPattern = /^([A-Za-z_.$][\w.$]*):\s*/;
/** A line of llvm-objdump: `0000000000000008 <LBB0_2>:`. */
const objdumpLabel = /^[0-9a-f]{8,16} <([^>]+)>:$/;

function splitLabels(text: string): { readonly labelNames: readonly string[]; readonly rest: string } {
  const objdump = objdumpLabel.exec(text)?.[1];
  if (objdump !== undefined) return { labelNames: [objdump], rest: '' };
  const labelNames: string[] = [];
  let rest = text;
  for (let match = labelPattern.exec(rest); match !== null; match = labelPattern.exec(rest)) {
    labelNames.push(match[1] ?? '');
    rest = rest.slice(match[0].length);
  }
  return { labelNames, rest };
}

/** `12:` of a listing, then `(b7)` of the kernel's style. */
const prefixPattern = /^(?:\d+:\s*)?(?:\(([0-9a-f]{2})\)\s*)?/;
/** `<LBB0_2>` behind the distance of a jump: for people only. */
const targetNote = /\s+<[^\s<>=]+>$/;

function parseInstruction(text: string, names: CallNames): Draft {
  const prefix = prefixPattern.exec(text);
  const opcode = prefix?.[1] === undefined ? undefined : parseInt(prefix[1], 16);
  const statement = text.slice(prefix?.[0].length ?? 0);
  const reader = new LineReader(statement.replace(targetNote, ''));
  const parsed = parseStatement(reader, names, opcode) ?? parseMnemonic(reader);
  if (parsed === undefined) raise('bad-assembly', `'${statement}' begins no instruction`);
  reader.finish();
  if (opcode !== undefined && opcode !== parsed.row.opcode) {
    const found = parsed.row.opcode.toString(16).padStart(2, '0');
    raise('bad-assembly', `'${statement}' has opcode ${found}, not ${prefix?.[1] ?? ''} as in front of it`);
  }
  return parsed;
}

function resolve({ draft, slot }: PlacedDraft, labels: ReadonlyMap<string, number>): Instruction {
  const { row, operands, target } = draft;
  if (target === undefined) return makeInstruction(row, operands);
  const label = labels.get(target.label);
  if (label === undefined) raise('unknown-label', `there is no label ${target.label}`);
  const distance = label - slot - 1;
  const range = target.field === 'off' ? ranges.off : ranges.s32;
  if (distance < range.min || distance > range.max) {
    const fits = `${range.min} to ${range.max}`;
    raise('bad-assembly', `${target.label} is ${distance} slots away; ${row.name} reaches ${fits}`);
  }
  return makeInstruction(row, { ...operands, [target.field]: distance });
}
