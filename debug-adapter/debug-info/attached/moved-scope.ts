import type { DebugFunction, DebugScope, DebugVariable } from '../debug-info.ts';
import type { MovedAddresses } from './moved-addresses.ts';

/** A scope of a debug file at the addresses of the object. */
class MovedScope implements DebugScope {
  readonly parent: DebugScope | undefined;
  readonly #own: DebugScope;
  readonly #moved: MovedAddresses;
  #children: readonly DebugScope[] | undefined;
  #variables: readonly DebugVariable[] | undefined;

  constructor(own: DebugScope, moved: MovedAddresses, parent?: DebugScope) {
    this.#own = own;
    this.#moved = moved;
    this.parent = parent;
  }

  get kind(): DebugScope['kind'] {
    return this.#own.kind;
  }

  get name(): string {
    return this.#own.name;
  }

  get ranges(): DebugScope['ranges'] {
    return this.#own.ranges.flatMap((range) => this.#moved.range(range));
  }

  get children(): readonly DebugScope[] {
    return (this.#children ??= this.#own.children.map((child) => new MovedScope(child, this.#moved, this)));
  }

  get variables(): readonly DebugVariable[] {
    return (this.#variables ??= this.#own.variables.map((variable) => this.#moved.variable(variable)));
  }

  get call(): DebugScope['call'] {
    return this.#own.call;
  }

  get declaration(): DebugScope['declaration'] {
    return this.#own.declaration;
  }
}

/** A function of a debug file, all of whose code the object has. */
export class MovedFunction extends MovedScope implements DebugFunction {
  readonly low: number;
  readonly high: number;
  readonly #function: DebugFunction;

  constructor(own: DebugFunction, moved: MovedAddresses) {
    super(own, moved);
    this.#function = own;
    this.low = moved.of(own.low) ?? own.low;
    this.high = this.low + (own.high - own.low);
  }

  override get kind(): 'function' {
    return 'function';
  }

  get external(): boolean {
    return this.#function.external;
  }

  get changedSignature(): boolean {
    return this.#function.changedSignature;
  }

  get frameBase(): Uint8Array | undefined {
    return this.#function.frameBase;
  }

  get producer(): string {
    return this.#function.producer;
  }

  get language(): DebugFunction['language'] {
    return this.#function.language;
  }
}
