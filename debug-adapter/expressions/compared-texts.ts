import type { CType } from '../debug-info/c-type.ts';
import { bytesOf, type Value } from '../debugger/inspection/value.ts';

/** Two char arrays up to their NULs, so that `comm == "bash"` compares what one means. */
export function comparedTexts(left: Value, right: Value): readonly [string, string] | undefined {
  if (!isText(left.type) || !isText(right.type)) return undefined;
  const [a, b] = [textOf(left), textOf(right)];
  return a === undefined || b === undefined ? undefined : [a, b];
}

function isText(type: CType): boolean {
  return type.kind === 'array' && type.element.kind === 'integer' && type.element.size === 1;
}

function textOf(value: Value): string | undefined {
  const bytes = bytesOf(value);
  if (bytes === undefined) return undefined;
  const nul = bytes.indexOf(0);
  return bytes.subarray(0, nul < 0 ? bytes.length : nul).join(' ');
}
