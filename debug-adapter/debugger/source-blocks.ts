/** Lines of a top-level block with what stands before it: a function from its first line to its last brace. */
export interface SourceBlock {
  readonly first: number;
  readonly last: number;
}

/**
 * The top-level `{ }` blocks of C or Rust source. Lines count from 1. A block begins with the first line of its
 * declaration, after the `;` or `}` that ends the one before; comments, strings and preprocessor lines are skipped.
 */
export function sourceBlocks(text: string): readonly SourceBlock[] {
  const blocks: SourceBlock[] = [];
  let depth = 0;
  let line = 1;
  let first: number | undefined;
  for (const [token] of text.matchAll(tokens)) {
    if (depth === 0 && first === undefined && !isTrivia(token)) first = line;
    if (token === '{') depth++;
    if (token === '}' && depth > 0 && --depth === 0) {
      if (first !== undefined) blocks.push({ first, last: line });
      first = undefined;
    }
    if (token === ';' && depth === 0) first = undefined;
    for (const character of token) if (character === '\n') line++;
  }
  return blocks;
}

/** Line comment, block comment, preprocessor line with its continuations, string, character, or one character. */
const tokens =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|^[ \t]*#(?![![])(?:\\\r?\n|[^\n])*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[^\n]|[^'\\\n])'|[\s\S]/gm;

function isTrivia(token: string): boolean {
  return /^(\s|\/\/|\/\*)/.test(token) || /^[ \t]*#/.test(token);
}
