import { failed, ok, type Result } from '../../../vm/base/problem.ts';

export type LogPart = { readonly text: string } | { readonly expression: string };

/** Takes `bytes is {ctx->bytes}` apart; `\{` is a brace, braces and quotes inside an expression nest. */
export function parseLogMessage(message: string): Result<readonly LogPart[]> {
  const parts: LogPart[] = [];
  let text = '';
  for (let at = 0; at < message.length; at++) {
    const character = message.charAt(at);
    if (character === '\\' && /[{}\\]/.test(message.charAt(at + 1))) {
      text += message.charAt(++at);
    } else if (character === '{') {
      const end = endOfExpression(message, at + 1);
      const expression = end === undefined ? '' : message.slice(at + 1, end).trim();
      if (end === undefined || expression === '') return badMessage(message, end === undefined);
      if (text !== '') parts.push({ text });
      text = '';
      parts.push({ expression });
      at = end;
    } else {
      text += character;
    }
  }
  if (text !== '') parts.push({ text });
  return ok(parts);
}

function badMessage(message: string, open: boolean): Result<readonly LogPart[]> {
  const what = open ? 'has a { without its }' : 'has {} without an expression';
  return failed({
    code: 'bad-log-message',
    message: `the log message '${message}' ${what}`,
    hint: 'Write \\{ for a brace.',
  });
}

function endOfExpression(message: string, start: number): number | undefined {
  let depth = 1;
  let quote = '';
  for (let at = start; at < message.length; at++) {
    const character = message.charAt(at);
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at;
  }
  return undefined;
}
