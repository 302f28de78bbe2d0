import type { CType } from '../c-type.ts';
import { sizeOf } from '../c-type.ts';
import type { DebugLocation, DebugVariable, SourcePosition } from '../debug-info.ts';
import { DW_AT, DW_TAG } from './constants.ts';
import type { Die } from './die.ts';
import { locationOf } from './locations.ts';
import { declarationOf } from './positions.ts';
import type { TypeReader } from './types.ts';
import type { Warnings } from './warnings.ts';

/** What variables are made with. */
export interface VariableContext {
  readonly types: TypeReader;
  readonly warnings: Warnings;
}

/** Each part is read when first asked for. */
export class Variable implements DebugVariable {
  readonly #context: VariableContext;
  readonly #die: Die;
  #name: string | undefined;
  #type: CType | undefined;
  #location: DebugLocation | undefined;

  constructor(context: VariableContext, die: Die) {
    this.#context = context;
    this.#die = die;
  }

  get name(): string {
    const read = (): string => this.#die.withAttribute(DW_AT.name)?.string(DW_AT.name) ?? '';
    return (this.#name ??= this.#context.warnings.attempt(read, ''));
  }

  get kind(): DebugVariable['kind'] {
    return this.#die.tag === DW_TAG.formal_parameter ? 'parameter' : 'variable';
  }

  get type(): CType {
    return (this.#type ??= this.#context.types.typeOf(this.#die));
  }

  get declaration(): SourcePosition | undefined {
    return this.#context.warnings.attempt(() => declarationOf(this.#die), undefined);
  }

  get location(): DebugLocation {
    return (this.#location ??= this.#context.warnings.attempt<DebugLocation>(
      () => locationOf(this.#die, () => sizeOf(this.type) ?? 8),
      { kind: 'none' },
    ));
  }
}
