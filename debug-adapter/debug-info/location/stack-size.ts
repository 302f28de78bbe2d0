import { alignUp } from '../../../vm/base/bytes.ts';
import { ByteReader } from '../../../vm/base/byte-reader.ts';
import { attempt } from '../../../vm/base/problem.ts';
import { decode } from '../../../vm/isa/decode.ts';
import type { Instruction } from '../../../vm/isa/row.ts';
import type { ProgramObject } from '../../../vm/object/program-object.ts';
import { sizeOf, type CType } from '../c-type.ts';
import type { DebugFunction, DebugScope, DebugVariable } from '../debug-info.ts';
import { decodeExpression, readUleb, type Operation } from './decode.ts';

const framePointer = 10;
/** Of the stack pointer where something is called. */
const stackAlignment = 8;
/** Calls leave nothing in r0 to r5 that was there before. */
const clobbered = 6;
const sectionShift = 2 ** 32;

/**
 * How many bytes of stack functions have, which DWARF does not say: from `.stack_sizes` (clang's -fstack-size-section),
 * else inferred. LLVM uses no bytes but those of variables and those that its code accesses, and rounds up: to 8 in
 * functions that call something, else to the alignment of what is there.
 */
export class StackSizes {
  readonly #object: ProgramObject;
  readonly #known: ReadonlyMap<number, number>;
  readonly #inferred = new Map<DebugFunction, number>();

  constructor(object: ProgramObject) {
    this.#object = object;
    this.#known = readStackSizes(object);
  }

  of(subject: DebugFunction): number {
    return this.#known.get(subject.low) ?? this.inferred(subject);
  }

  inferred(subject: DebugFunction): number {
    let size = this.#inferred.get(subject);
    if (size === undefined) {
      size = inferStackSize(this.#object, subject);
      this.#inferred.set(subject, size);
    }
    return size;
  }
}

/** By the address of a function, as DebugInfo has it. What is damaged is left out: sizes can be inferred. */
export function readStackSizes({ debugSections }: ProgramObject): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { name, bytes, relocations } of debugSections) {
    if (name !== '.stack_sizes') continue;
    const reader = new ByteReader(bytes, { section: name });
    attempt(() => {
      for (let offset = 0; offset < bytes.length;) {
        const symbol = relocations.find((relocation) => relocation.offset === offset)?.symbol;
        const addend = reader.size(offset, 'an address');
        const size = readUleb(reader, offset + 8);
        if (symbol !== undefined)
          found.set(symbol.section * sectionShift + symbol.value + addend, Number(size.value));
        offset = size.next;
      }
    });
  }
  return found;
}

function inferStackSize(object: ProgramObject, subject: DebugFunction): number {
  const section = object.codeSections.find(({ index }) => index === Math.floor(subject.low / sectionShift));
  const first = (subject.low % sectionShift) / 8;
  const end = first + (subject.high - subject.low) / 8;
  const instructions = section === undefined ? [] : decodeAll(section.bytes, first, end);
  const variables = stackVariables(subject);
  const deepest = Math.max(
    0,
    ...instructions.map(
      (instruction, i) => -(accessOffset(instruction) ?? pointerOffset(instructions, i) ?? 0),
    ),
    ...variables.map((variable) => variable.end),
  );
  const calls = instructions.some(({ row }) => row.semantics.kind === 'call');
  const alignments = [
    ...instructions.map((instruction) =>
      accessOffset(instruction) === undefined ? 1 : sizeOfAccess(instruction),
    ),
    ...variables.map(({ alignment }) => alignment),
  ];
  return alignUp(deepest, calls ? stackAlignment : Math.max(1, ...alignments));
}

function decodeAll(code: Uint8Array, first: number, end: number): readonly Instruction[] {
  const instructions: Instruction[] = [];
  for (let slot = first; slot < end;) {
    const decoded = decode(code, slot);
    if (decoded.ok) instructions.push(decoded.value);
    slot += decoded.ok ? decoded.value.slots : 1;
  }
  return instructions;
}

function sizeOfAccess({ row: { semantics } }: Instruction): number {
  return 'size' in semantics ? semantics.size : 1;
}

/** Distance from r10 of what an instruction accesses. */
function accessOffset({ row, dst, src, off }: Instruction): number | undefined {
  const { kind } = row.semantics;
  const base = kind === 'load' ? src : kind === 'store' || kind === 'atomic' ? dst : undefined;
  return base === framePointer ? off : undefined;
}

/** `rX = r10`, and then `rX += N` before anything else is put into rX. */
function pointerOffset(instructions: readonly Instruction[], index: number): number | undefined {
  const copy = instructions[index];
  if (copy?.src !== framePointer || !isAlu(copy, 'mov', 'reg')) return undefined;
  for (const next of instructions.slice(index + 1)) {
    if (next.dst === copy.dst && isAlu(next, 'add', 'imm')) return next.imm;
    if (changes(next, copy.dst)) return undefined;
  }
  return undefined;
}

function isAlu(
  { row: { semantics } }: Instruction,
  operation: 'mov' | 'add',
  operand: 'reg' | 'imm',
): boolean {
  return (
    semantics.kind === 'alu' &&
    semantics.width === 64 &&
    semantics.operation === operation &&
    semantics.operand === operand
  );
}

function changes({ row, dst, src }: Instruction, register: number): boolean {
  const { fields, semantics } = row;
  if (semantics.kind === 'call') return register < clobbered;
  const written = (use: typeof fields.dst | typeof fields.src): boolean =>
    use === 'write' || use === 'modify';
  return (dst === register && written(fields.dst)) || (src === register && written(fields.src));
}

/** A variable that has a place relative to the lowest byte of the stack. */
interface StackVariable {
  /** Behind its last byte. */
  readonly end: number;
  readonly alignment: number;
}

function stackVariables(scope: DebugScope): readonly StackVariable[] {
  return [
    ...scope.variables.flatMap((variable) =>
      expressionsOf(variable).map((bytes) => ({
        end: endOf(variable, bytes),
        alignment: isOnStack(bytes) ? alignmentOf(variable.type) : 1,
      })),
    ),
    ...scope.children.flatMap(stackVariables),
  ];
}

/** Whether all of a variable is there, so that it is aligned as its type. */
function isOnStack(bytes: Uint8Array): boolean {
  const decoded = decodeExpression(bytes);
  const [first, second] = decoded.ok ? decoded.value : [];
  return first !== undefined && second === undefined && stackOffset(first) !== undefined;
}

/** That of its largest scalar part, where that is aligned within it: in packed structs nothing has to be. */
function alignmentOf(type: CType): number {
  switch (type.kind) {
    case 'integer':
    case 'float':
    case 'enum':
      return Math.min(type.size, stackAlignment);
    case 'pointer':
      return stackAlignment;
    case 'array':
      return alignmentOf(type.element);
    case 'struct': {
      const aligned = type.members().map((member) => {
        const alignment = alignmentOf(member.type);
        return member.bitOffset % (8 * alignment) === 0 && type.size % alignment === 0 ? alignment : 1;
      });
      return Math.max(1, ...aligned);
    }
    default:
      return 1;
  }
}

function expressionsOf({ location }: DebugVariable): readonly Uint8Array[] {
  if (location.kind === 'expression') return [location.expression.bytes];
  return location.kind === 'list' ? location.entries.map(({ expression }) => expression.bytes) : [];
}

function endOf({ type }: DebugVariable, bytes: Uint8Array): number {
  const decoded = decodeExpression(bytes);
  if (!decoded.ok) return 0;
  const { value: operations } = decoded;
  return Math.max(
    0,
    ...operations.map((operation, index) => {
      const offset = stackOffset(operation);
      if (offset === undefined || offset < 0) return 0;
      // Where more follows, the variable is something else: a pointer to what is there, or has it for a part.
      return offset + (operations.length === 1 ? (sizeOf(type) ?? 1) : partSize(operations[index + 1]));
    }),
  );
}

function stackOffset({ row: { meaning }, operands }: Operation): number | undefined {
  const [offset = 0n] = operands;
  if (meaning.kind === 'frameBase') return Number(offset);
  return meaning.kind === 'registerOffset' && meaning.number === framePointer ? Number(offset) : undefined;
}

function partSize(next: Operation | undefined): number {
  return next?.row.meaning.kind === 'piece' ? Number(next.operands[0] ?? 1n) : 1;
}
