import type { DisplayFormat } from '../debugger/variable.ts';

/** Expressions as the parser makes them. `at` is where to point when something is wrong, counted from 0. */

export type UnaryOperator = '*' | '&' | '-' | '+' | '!' | '~';

export type BinaryOperator =
  '*' | '/' | '%' | '+' | '-' | '<<' | '>>' | '<' | '>' | '<=' | '>=' | '==' | '!=' | '&' | '^' | '|';

/** A type name: `struct count *[4]` is base `struct count`, one star, dimensions [4]. */
export interface TypeSyntax {
  readonly at: number;
  /** `struct`, `union` or `enum`; undefined for typedefs and basic types. */
  readonly tag: 'struct' | 'union' | 'enum' | undefined;
  readonly name: string;
  readonly stars: number;
  readonly dimensions: readonly number[];
}

export type Expression = { readonly at: number } & (
  | { readonly kind: 'number'; readonly value: bigint; readonly decimal: boolean; readonly suffix: string }
  | { readonly kind: 'character'; readonly value: bigint }
  | { readonly kind: 'string'; readonly bytes: Uint8Array }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'special'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'logical';
      readonly operator: '&&' | '||';
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | {
      readonly kind: 'assign';
      /** Undefined for a plain `=`. */
      readonly operator: BinaryOperator | undefined;
      readonly target: Expression;
      readonly value: Expression;
    }
  | {
      readonly kind: 'increment';
      readonly operator: '+' | '-';
      readonly operand: Expression;
      readonly postfix: boolean;
    }
  | {
      readonly kind: 'member';
      readonly object: Expression;
      readonly name: string;
      readonly arrow: boolean;
    }
  | {
      readonly kind: 'index';
      readonly object: Expression;
      readonly index: Expression;
      /** `map[key, cpu]` */
      readonly cpu: Expression | undefined;
    }
  | { readonly kind: 'cast'; readonly type: TypeSyntax; readonly operand: Expression }
  | { readonly kind: 'sizeof'; readonly operand: Expression | TypeSyntax }
  /** `{1, 2}` or `{.a = 1}`: a key of a struct type, or what is assigned to a struct or an array. */
  | {
      readonly kind: 'list';
      readonly items: readonly { readonly member: string | undefined; readonly value: Expression }[];
    }
);

/** A whole text: an expression, and after commas how its value is to be shown. */
export interface Parsed {
  readonly expression: Expression;
  /** `p,16` or `p,[n]`: what the pointer points to as so many elements. */
  readonly count: Expression | undefined;
  readonly format: DisplayFormat | undefined;
  /** Where the expression ends in the text. */
  readonly end: number;
}
