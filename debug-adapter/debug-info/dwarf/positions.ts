import type { SourcePosition } from '../debug-info.ts';
import { DW_AT } from './constants.ts';
import type { Die } from './die.ts';

/** Where an entry, or what it is a copy of, was declared. */
export function declarationOf(die: Die): SourcePosition | undefined {
  const declared = die.withAttribute(DW_AT.decl_line);
  return declared && positionOf(declared, DW_AT.decl_file, DW_AT.decl_line, DW_AT.decl_column);
}

/** Undefined where the compiler gave no line, or the file is not in the table. */
export function positionOf(
  die: Die,
  fileAttribute: number,
  lineAttribute: number,
  columnAttribute: number,
): SourcePosition | undefined {
  const line = die.number(lineAttribute);
  // Of a specification the file may stand only in the declaration.
  const file = die.withAttribute(fileAttribute)?.number(fileAttribute);
  if (line === undefined || line === 0 || file === undefined) return undefined;
  const source = die.unit.files?.files[file];
  return source && { file: source.name, line, column: die.number(columnAttribute) ?? 0 };
}
