import type { DebugFunction } from '../../../debug-info/debug-info.ts';
import type { SourceView } from '../../source-view.ts';

/**
 * Whether the source of a function may change a variable, or take its address; true where the source is not there.
 * It looks at the text, so that another variable of the same name counts too.
 */
export function mayAssign({ sourceText }: SourceView, { declaration }: DebugFunction, name: string): boolean {
  const text = declaration && sourceText(declaration.file);
  if (declaration === undefined || text === undefined) return true;
  const body = bodyFrom(
    text
      .split('\n')
      .slice(declaration.line - 1)
      .join('\n'),
  );
  return body === undefined || assigns(body, name);
}

/** The first block in braces; comments, strings and characters are left out. */
function bodyFrom(text: string): string | undefined {
  const code = text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, ' ');
  const start = code.indexOf('{');
  if (start < 0) return undefined;
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    if (code[at] === '{') depth++;
    if (code[at] === '}' && --depth === 0) return code.slice(start, at);
  }
  return undefined;
}

/** `name = `, `name += `, `name++`, `--name`, `&name`; not members of that name. */
export function assigns(code: string, name: string): boolean {
  const word = `(?<![\\w.]|->\\s{0,4})${name}(?!\\w)`;
  const after = String.raw`\s*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--)`;
  // A `&` behind an operand is the operator of two.
  const before = String.raw`(?:\+\+|--|(?<![\w)\]&]\s{0,4})&)\s*\(?\s*`;
  return new RegExp(`${word}${after}|${before}${word}`).test(code);
}
