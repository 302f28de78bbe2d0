import { formatValue, hexNumber, quote, stringIn, unreadable, wholeText } from './format-value.ts';
import { bytesOf, elementOf, numberOf, placeMember, type Value } from './value.ts';

const nowhere = { describe: () => '', text: () => undefined, read: () => undefined };

/** A key as an expression that gives it again: `3`, `{1, 2}`, `"eth0"`, `{0x02, 0x1f}`. */
export function keyExpression(value: Value): string {
  const { type } = value;
  switch (type.kind) {
    case 'integer':
    case 'enum':
    case 'pointer': {
      const number = numberOf(value);
      if (number === undefined) return unreadable;
      if (type.kind === 'pointer') return hexNumber(number);
      return type.kind === 'integer' && type.form === 'byte' ? byte(number) : `${number}`;
    }
    case 'struct': {
      const members = type.members().slice(0, type.union ? 1 : undefined);
      return braced(members.map((member) => keyExpression(placeMember(value, member))));
    }
    case 'array': {
      const { element } = type;
      const bytes = bytesOf(value);
      const isText = element.kind === 'integer' && element.form === 'char';
      const text = isText && bytes !== undefined ? stringIn(bytes) : undefined;
      if (text !== undefined) return quote(text, '"');
      return braced(Array.from({ length: type.count }, (_, i) => keyExpression(elementOf(value, type, i))));
    }
    case 'float':
    case 'void':
    case 'function':
    case 'forward':
      return formatValue(value, { hex: false, surroundings: nowhere, limits: wholeText });
  }
}

function byte(number: bigint): string {
  return `0x${number.toString(16).padStart(2, '0')}`;
}

function braced(parts: readonly string[]): string {
  return `{${parts.join(', ')}}`;
}
