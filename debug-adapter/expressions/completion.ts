import { attempt } from '../../vm/base/problem.ts';
import { spell } from '../debug-info/c-type.ts';
import type { NamedTypeKind } from '../debug-info/debug-info.ts';
import type { DebugFrame } from '../debugger/frame.ts';
import { activeMembers } from '../debugger/inspection/active-members.ts';
import { dataMaps } from '../debugger/inspection/globals.ts';
import { displayFormats } from '../debugger/inspection/display-format.ts';
import { pointedTo } from '../debugger/inspection/pointers.ts';
import type { Target } from '../debugger/inspection/target.ts';
import { traversalFields } from '../debugger/inspection/traversal.ts';
import { constant, type Value } from '../debugger/inspection/value.ts';
import type { Evaluator } from './evaluator.ts';
import { tokenize, type Token } from './lexer.ts';
import { FrameNames } from './names.ts';
import { commonTypeNames } from './type-syntax.ts';

/** Something that could stand at the end of a text, in place of its characters from `start` on. */
export interface Completion {
  readonly label: string;
  readonly kind: 'variable' | 'field' | 'function' | 'class' | 'enum' | 'keyword' | 'property' | 'module';
  /** Type of what it names, or what it means. */
  readonly detail?: string;
  readonly start: number;
  readonly length: number;
}

/** Without the part of the text that is replaced. */
type Proposal = Omit<Completion, 'start' | 'length'>;

/** What could stand at the end of `text`, best first. */
export class Completer {
  readonly #target: Target;
  readonly #evaluator: Evaluator;

  constructor(target: Target, evaluator: Evaluator) {
    this.#target = target;
    this.#evaluator = evaluator;
  }

  complete(text: string, frame: DebugFrame): readonly Completion[] {
    const word = /\$?\w*$/.exec(text)?.[0] ?? '';
    if (/^\d/.test(word)) return [];
    const start = text.length - word.length;
    const tokens = attempt(() => tokenize(text.slice(0, start)).slice(0, -1));
    if (!tokens.ok) return [];
    const seen = new Set<string>();
    return this.#proposals(text.slice(0, start), tokens.value, word, frame)
      .filter(({ label }) => label.toLowerCase().startsWith(word.toLowerCase()))
      .filter(({ label }) => !seen.has(label) && seen.add(label))
      .map((proposal) => ({ ...proposal, start, length: word.length }));
  }

  #proposals(head: string, tokens: readonly Token[], word: string, frame: DebugFrame): readonly Proposal[] {
    const last = tokens.at(-1);
    const names = new FrameNames(this.#target, frame);
    if (isPunctuator(last, '.') || isPunctuator(last, '->')) return this.#members(head, tokens, frame);
    if (isPunctuator(last, ',') && !isNested(tokens)) return formats;
    if (last?.kind === 'name' && isTag(last.text)) return this.#types([last.text], false);
    if (last !== undefined && last.kind !== 'punctuator') return [];
    const specials = names.specials().map((name): Proposal => ({ label: `$${name}`, kind: 'property' }));
    if (word.startsWith('$')) return specials;
    const known = names.names().map(({ name, kind, detail }): Proposal => ({
      label: name,
      kind: kind === 'map' ? 'module' : kind,
      ...(detail !== undefined && { detail }),
    }));
    const inParentheses = isPunctuator(last, '(');
    const types = inParentheses || word !== '' ? this.#types(['typedef', 'basic'], inParentheses) : [];
    const constants = word === '' ? [] : this.#enumerators();
    const own = [...known, ...(word === '' ? specials : []), ...constants];
    return inParentheses && word === '' ? [...types, ...own] : [...own, ...types];
  }

  /** `withTags`: also `struct count`, as a cast begins. */
  #types(kinds: readonly NamedTypeKind[], withTags: boolean): readonly Proposal[] {
    const all = this.#target.named.list();
    const named = all
      .filter(({ kind }) => kinds.some((wanted) => wanted === kind))
      // `long unsigned int`: spelled in words that need no completion.
      .filter(({ name }) => /^\w+$/.test(name))
      .map(({ name }): Proposal => ({ label: name, kind: 'class' }));
    const tagged = withTags
      ? all
          .filter(({ kind }) => isTag(kind))
          .map(({ name, kind }): Proposal => ({ label: `${kind} ${name}`, kind: 'class' }))
      : [];
    const common = kinds.includes('typedef')
      ? commonTypeNames.map((label): Proposal => ({ label, kind: 'class' }))
      : [];
    return byLabel([...tagged, ...named, ...common]);
  }

  #enumerators(): readonly Proposal[] {
    const all = this.#target.named.list();
    return byLabel(
      all.filter(({ kind }) => kind === 'enumerator').map(({ name }) => ({ label: name, kind: 'enum' })),
    );
  }

  /** After a dot or an arrow: members of what stands before it. */
  #members(head: string, tokens: readonly Token[], frame: DebugFrame): readonly Proposal[] {
    const dot = tokens.length - 1;
    const first = postfixStart(tokens, dot);
    if (first === undefined) return [];
    const object = head.slice(tokens[first]?.start, tokens[dot]?.start);
    const statics = first === dot - 1 ? this.#statics(object) : [];
    if (statics.length > 0) return statics;
    const operand = this.#evaluator.typed(object, frame);
    if (!operand.ok || operand.value.kind === 'map') return [];
    if (operand.value.kind === 'traversal') {
      const { depth, callback } = operand.value;
      return traversalFields(this.#target, depth, callback).map(({ name, value }): Proposal => {
        const detail = 'map' in value ? value.map.typeName : spell(value.type);
        return { label: name, kind: 'field', detail };
      });
    }
    const { value } = operand.value;
    const pointed = value.type.kind === 'pointer' ? pointedTo(this.#target, value) : value;
    if (pointed !== undefined) return membersOf(pointed);
    // Its members have names where the pointer is NULL, too.
    const declared = value.type.kind === 'pointer' ? value.type.target() : value.type;
    return membersOf({ type: declared, storage: constant(new Uint8Array()) });
  }

  /** Static variables of a function, which BTF calls `function.variable`. */
  #statics(functionName: string): readonly Proposal[] {
    const prefix = `${functionName.trim()}.`;
    return dataMaps(this.#target)
      .flatMap(({ section }) => section.variables)
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name }): Proposal => ({ label: name.slice(prefix.length), kind: 'variable' }));
  }
}

const formats: readonly Proposal[] = Object.entries(displayFormats).map(([label, format]) => ({
  label,
  kind: 'keyword',
  detail: format?.meaning ?? '',
}));

function membersOf(value: Value): readonly Proposal[] {
  if (value.type.kind !== 'struct') return [];
  return activeMembers(value, value.type).members.map((member) => ({
    label: member.name,
    kind: 'field',
    detail: spell(member.type),
  }));
}

/** Index of the token where the postfix expression begins that ends before token `end`: `a` of `x + a[1].b`. */
function postfixStart(tokens: readonly Token[], end: number): number | undefined {
  for (let at = end - 1; at >= 0; at--) {
    const token = tokens[at];
    if (isPunctuator(token, ']') || isPunctuator(token, ')')) {
      const opening = matching(tokens, at);
      if (opening === undefined) return undefined;
      at = opening;
      // What is indexed stands before the bracket.
      if (isPunctuator(token, ']')) continue;
    } else if (token?.kind === 'punctuator') {
      return undefined;
    }
    const before = tokens[at - 1];
    if (!isPunctuator(before, '.') && !isPunctuator(before, '->')) return at;
    at--;
  }
  return undefined;
}

/** Index of the bracket that the one at `closing` closes. */
function matching(tokens: readonly Token[], closing: number): number | undefined {
  let depth = 0;
  for (let at = closing; at >= 0; at--) {
    const token = tokens[at];
    if (isPunctuator(token, ']') || isPunctuator(token, ')') || isPunctuator(token, '}')) depth++;
    if (isPunctuator(token, '[') || isPunctuator(token, '(') || isPunctuator(token, '{')) depth--;
    if (depth === 0) return at;
  }
  return undefined;
}

/** Whether a bracket is open at the end. */
function isNested(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token.kind !== 'punctuator') continue;
    if ('([{'.includes(token.text)) depth++;
    if (')]}'.includes(token.text)) depth--;
  }
  return depth > 0;
}

function isPunctuator(token: Token | undefined, text: string): boolean {
  return token?.kind === 'punctuator' && token.text === text;
}

function isTag(word: string): word is 'struct' | 'union' | 'enum' {
  return word === 'struct' || word === 'union' || word === 'enum';
}

function byLabel(proposals: readonly Proposal[]): readonly Proposal[] {
  return [...proposals].sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
}
