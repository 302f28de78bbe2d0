import { attempt, expectOk, raise, type Result } from '../vm/base/problem.ts';
import { helperNames } from '../vm/helpers/names.ts';
import { decodeAll } from '../vm/isa/decode.ts';
import { printKernel } from '../vm/isa/print-kernel.ts';
import { printLlvm } from '../vm/isa/print-llvm.ts';
import type { PrintNames } from '../vm/isa/print-names.ts';
import type { Instruction } from '../vm/isa/row.ts';
import type { CodeRelocation, CodeSection, LineRow, ProgramObject } from '../vm/object/program-object.ts';
import { selectProgram } from '../vm/object/select-program.ts';

export const formats = ['kernel', 'llvm'] as const;
export type DisassemblyFormat = (typeof formats)[number];

const slotSize = 8;

/**
 * The code of an object before it is linked: slots count from the start of the section, references are shown by name.
 * `program`: only that function.
 */
export function disassemble(
  object: ProgramObject,
  format: DisassemblyFormat,
  program?: string,
): Result<readonly string[]> {
  return attempt(
    () => {
      const only = program === undefined ? undefined : functionNamed(object, program);
      const lines: string[] = [];
      for (const section of object.codeSections) {
        if (only !== undefined && only.section !== section.index) continue;
        const first = (only?.offset ?? 0) / slotSize;
        const last = only === undefined ? section.bytes.length / slotSize : first + only.size / slotSize;
        if (lines.length > 0) lines.push('');
        lines.push(`Disassembly of section ${section.name}:`);
        lines.push(...new SectionPrinter(object, section, format).lines(first, last));
      }
      return lines;
    },
    { file: object.name },
  );
}

/** A subprogram too; else what `run` would run. */
function functionNamed(object: ProgramObject, name: string): ProgramObject['functions'][number] {
  return (
    object.functions.find((candidate) => candidate.name === name) ?? expectOk(selectProgram(object, name))
  );
}

class SectionPrinter {
  readonly #object: ProgramObject;
  readonly #section: CodeSection;
  readonly #format: DisassemblyFormat;
  readonly #relocations: ReadonlyMap<number, CodeRelocation>;
  readonly #rows: ReadonlyMap<number, LineRow>;
  readonly #names: PrintNames = {
    call: (instruction, slot) => this.#callName(instruction, slot),
    immediate: (_, slot) => this.#reference(slot),
  };

  constructor(object: ProgramObject, section: CodeSection, format: DisassemblyFormat) {
    this.#object = object;
    this.#section = section;
    this.#format = format;
    this.#relocations = new Map(section.relocations.map((relocation) => [relocation.offset, relocation]));
    this.#rows = new Map(
      object.lines.filter((row) => row.section === section.index).map((row) => [row.offset, row]),
    );
  }

  lines(first: number, last: number): string[] {
    const { bytes, name, index } = this.#section;
    const decoded = decodeAll(bytes);
    if (!decoded.ok) {
      const { code, message, place, hint } = decoded.problem;
      raise(code, message, { ...place, section: name }, hint);
    }
    const lines: string[] = [];
    let lastSource: string | undefined;
    for (let slot = first; slot < last; slot++) {
      const offset = slot * slotSize;
      const instruction = decoded.value[slot];
      if (instruction === undefined) continue;
      const start = this.#object.functions.find(
        (symbol) => symbol.section === index && symbol.offset === offset,
      );
      if (start !== undefined) lines.push('', `${start.name}:`);
      const row = this.#rows.get(offset);
      const source = row && `; ${row.file}:${row.line}  ${row.text.trim()}`.trimEnd();
      if (source !== undefined && (source !== lastSource || start !== undefined)) lines.push(source);
      lastSource = source ?? lastSource;
      lines.push(`${String(slot).padStart(6)}: ${hexBytes(bytes, offset)}  ${this.#text(instruction, slot)}`);
    }
    return lines;
  }

  #text(instruction: Instruction, slot: number): string {
    const resolved = this.#resolved(instruction, slot);
    if (typeof resolved === 'string') return resolved;
    return this.#format === 'kernel'
      ? printKernel(resolved, slot, this.#names)
      : printLlvm(resolved, slot, this.#names, { alu32: true });
  }

  /** A call within the section with its displacement; one of another section has none before linking, only a name. */
  #resolved(instruction: Instruction, slot: number): Instruction | string {
    const relocation = this.#relocations.get(slot * slotSize);
    if (relocation?.kind !== 'call') return instruction;
    if (relocation.section === this.#section.index)
      return { ...instruction, imm: relocation.target / slotSize - slot - 1 };
    const opcode = this.#format === 'kernel' ? '(85) ' : '';
    return `${opcode}call ${this.#reference(slot) ?? '?'}`;
  }

  #callName({ row, imm }: Instruction, slot: number): string | undefined {
    const { semantics } = row;
    if (semantics.kind !== 'call') return undefined;
    if (semantics.target !== 'helper')
      return (
        this.#reference(slot) ??
        nameOfFunction(this.#object, this.#section.index, (slot + 1 + imm) * slotSize)
      );
    const name = helperNames.get(imm);
    return this.#format === 'llvm' ? undefined : name;
  }

  /** What the instruction refers to: `map[counts]`, `.data+8`, a function's name. */
  #reference(slot: number): string | undefined {
    const relocation = this.#relocations.get(slot * slotSize);
    switch (relocation?.kind) {
      case undefined:
        return undefined;
      case 'map':
        return `map[${relocation.map}]`;
      case 'data': {
        const { section: index, addend } = relocation;
        const section = this.#object.dataSections.find((candidate) => candidate.index === index);
        return section === undefined ? undefined : variableName(section, addend);
      }
      case 'function':
      case 'call':
        return nameOfFunction(this.#object, relocation.section, relocation.target);
      case 'extern':
        return relocation.name;
    }
  }
}

/** `threshold`, `table+8`, or `.rodata+16` where no variable is known. */
function variableName(section: ProgramObject['dataSections'][number], addend: number): string {
  const owner = section.variables.find(({ offset, size }) => addend >= offset && addend < offset + size);
  const [name, distance] = owner === undefined ? [section.name, addend] : [owner.name, addend - owner.offset];
  return distance === 0 ? name : `${name}+${distance}`;
}

function nameOfFunction(object: ProgramObject, section: number, offset: number): string | undefined {
  return object.functions.find((symbol) => symbol.section === section && symbol.offset === offset)?.name;
}

function hexBytes(bytes: Uint8Array, offset: number): string {
  return Array.from(bytes.subarray(offset, offset + slotSize), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join(' ');
}
