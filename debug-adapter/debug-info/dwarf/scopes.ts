import type {
  AddressRange,
  DebugFunction,
  DebugScope,
  DebugVariable,
  SourcePosition,
} from '../debug-info.ts';
import { DW_AT, DW_TAG, nocall } from './constants.ts';
import type { Die } from './die.ts';
import { rangesOf } from './ranges.ts';
import { contentsOf, originsIn, readScopeTree, type ScopeTree } from './scope-tree.ts';
import type { TypeReader } from './types.ts';
import type { DwarfUnits } from './units.ts';
import { declarationOf, positionOf } from './positions.ts';
import { Variable } from './variables.ts';
import type { Warnings } from './warnings.ts';

/** What scopes are made with. */
export interface ScopeContext {
  readonly units: DwarfUnits;
  readonly types: TypeReader;
  readonly warnings: Warnings;
}

abstract class Scope implements DebugScope {
  abstract readonly kind: DebugScope['kind'];
  readonly parent: Scope | undefined;
  protected readonly context: ScopeContext;
  #ranges: readonly AddressRange[] | undefined;
  #children: readonly DebugScope[] | undefined;
  #variables: readonly DebugVariable[] | undefined;

  constructor(context: ScopeContext, parent: Scope | undefined) {
    this.context = context;
    this.parent = parent;
  }

  abstract readonly name: string;
  abstract readonly die: Die;
  protected abstract readonly tree: ScopeTree;

  get ranges(): readonly AddressRange[] {
    return (this.#ranges ??= this.context.warnings.attempt(() => rangesOf(this.die), []));
  }

  get children(): readonly DebugScope[] {
    return (this.#children ??= contentsOf(this.tree).flatMap((tree): Scope[] => {
      if (tree.die.tag === DW_TAG.inlined_subroutine) return [new InlinedScope(this.context, this, tree)];
      return tree.die.tag === DW_TAG.lexical_block ? [new BlockScope(this.context, this, tree)] : [];
    }));
  }

  get variables(): readonly DebugVariable[] {
    return (this.#variables ??= this.context.warnings.attempt(() => this.#readVariables(), []));
  }

  get call(): SourcePosition | undefined {
    return undefined;
  }

  get declaration(): SourcePosition | undefined {
    return this.context.warnings.attempt(() => declarationOf(this.die), undefined);
  }

  #readVariables(): DebugVariable[] {
    const contents = contentsOf(this.tree).map(({ die }) => die);
    const dies = this.die.has(DW_AT.abstract_origin) ? this.#withLost(contents) : contents;
    const ofTag = (tag: number): Die[] => dies.filter((die) => die.tag === tag);
    return [...ofTag(DW_TAG.formal_parameter), ...ofTag(DW_TAG.variable)].map(
      (die) => new Variable(this.context, die),
    );
  }

  /**
   * A copy of a function has entries only for the variables that are somewhere. Those that are not, and those whose
   * place is the same in all copies, stand in its origin, which has all in their order.
   */
  #withLost(contents: readonly Die[]): Die[] {
    const placed = originsIn(this.tree);
    const own = new Map(contents.map((die) => [die.reference(DW_AT.abstract_origin)?.offset, die]));
    const ofOrigin = (this.die.reference(DW_AT.abstract_origin)?.children() ?? []).flatMap((die) => {
      const copy = own.get(die.offset);
      if (copy !== undefined) own.delete(die.offset);
      return copy ?? (placed.has(die.offset) ? [] : [die]);
    });
    const listed = new Set(ofOrigin);
    return [...ofOrigin, ...contents.filter((die) => !listed.has(die))];
  }
}

class BlockScope extends Scope {
  readonly kind = 'block';
  readonly name = '';
  protected readonly tree: ScopeTree;

  constructor(context: ScopeContext, parent: Scope, tree: ScopeTree) {
    super(context, parent);
    this.tree = tree;
  }

  get die(): Die {
    return this.tree.die;
  }

  override get declaration(): undefined {
    return undefined;
  }
}

class InlinedScope extends Scope {
  readonly kind = 'inlined';
  protected readonly tree: ScopeTree;

  constructor(context: ScopeContext, parent: Scope, tree: ScopeTree) {
    super(context, parent);
    this.tree = tree;
  }

  get die(): Die {
    return this.tree.die;
  }

  get name(): string {
    return this.context.warnings.attempt(() => this.context.units.functionName(this.die), '');
  }

  override get call(): SourcePosition | undefined {
    const { die } = this;
    return this.context.warnings.attempt(
      () => positionOf(die, DW_AT.call_file, DW_AT.call_line, DW_AT.call_column),
      undefined,
    );
  }
}

export class FunctionScope extends Scope implements DebugFunction {
  readonly kind = 'function';
  readonly die: Die;
  readonly name: string;
  readonly low: number;
  readonly high: number;
  #tree: ScopeTree | undefined;

  constructor(context: ScopeContext, die: Die) {
    super(context, undefined);
    this.die = die;
    this.name = context.units.functionName(die);
    this.low = this.ranges[0]?.low ?? 0;
    this.high = this.ranges.at(-1)?.high ?? 0;
  }

  protected get tree(): ScopeTree {
    return (this.#tree ??= readScopeTree(this.die));
  }

  get external(): boolean {
    return this.#attribute(DW_AT.external)?.flag(DW_AT.external) ?? false;
  }

  get changedSignature(): boolean {
    const attribute = DW_AT.calling_convention;
    return this.#attribute(attribute)?.number(attribute) === nocall;
  }

  get frameBase(): Uint8Array | undefined {
    return this.die.bytes(DW_AT.frame_base);
  }

  get producer(): string {
    const { unit } = this.die;
    return this.context.warnings.attempt(() => unit.producer, '');
  }

  get language(): DebugFunction['language'] {
    return this.die.unit.language;
  }

  #attribute(attribute: number): Die | undefined {
    return this.context.warnings.attempt(() => this.die.withAttribute(attribute), undefined);
  }
}
