import type { DebugFunction, DebugInfo, DebugScope } from '../debug-info/debug-info.ts';
import type { CodeIndex } from './code-index.ts';

/** Bytes of an instruction slot. */
const slotSize = 8;
const sectionUnit = 2 ** 32;

/** The scopes of the source by slot: functions, the copies of functions that were inlined into them, blocks. */
export class CodeScopes {
  readonly info: DebugInfo | undefined;
  readonly #code: CodeIndex;
  readonly #functions = new Map<DebugFunction, FunctionScopes>();
  readonly #chains = new Map<DebugScope, readonly DebugScope[]>();

  /** Without debug information there are no scopes. */
  constructor(code: CodeIndex, info: DebugInfo | undefined) {
    this.#code = code;
    this.info = info;
  }

  /** The address of a slot as debug information has it. */
  addressOf(slot: number): number | undefined {
    const section = this.#code.program.sections.find(
      ({ firstSlot, slots }) => slot >= firstSlot && slot < firstSlot + slots,
    );
    return section && section.index * sectionUnit + (slot - section.firstSlot) * slotSize;
  }

  slotOf(address: number): number | undefined {
    const index = Math.floor(address / sectionUnit);
    const section = this.#code.program.sections.find((candidate) => candidate.index === index);
    const slot = Math.floor((address % sectionUnit) / slotSize);
    return section === undefined || slot >= section.slots ? undefined : section.firstSlot + slot;
  }

  /** The innermost scope of an instruction. */
  scopeAt(slot: number): DebugScope | undefined {
    return this.#ofFunction(slot)?.innermost[slot - this.#firstSlot(slot)];
  }

  /** The function of an instruction and the copies inlined there, outermost first; empty where nothing is known. */
  chainAt(slot: number): readonly DebugScope[] {
    const scope = this.scopeAt(slot);
    return scope === undefined ? [] : this.#chainOf(scope);
  }

  /** The first instruction of each range of a scope, ascending. */
  startsOf({ ranges }: DebugScope): readonly number[] {
    return ranges.flatMap(({ low }) => this.slotOf(low) ?? []);
  }

  /** Every inlined copy that has code, by function and address. */
  get copies(): readonly DebugScope[] {
    return (this.info?.functions ?? []).flatMap((linked) => copiesWithin(linked));
  }

  #firstSlot(slot: number): number {
    return this.#code.functionOf(slot)?.firstSlot ?? 0;
  }

  #ofFunction(slot: number): FunctionScopes | undefined {
    const address = this.addressOf(slot);
    const found = address === undefined ? undefined : this.info?.functionAt(address);
    if (found === undefined) return undefined;
    let scopes = this.#functions.get(found);
    if (scopes === undefined) {
      scopes = { innermost: this.#spread(found, this.#firstSlot(slot)) };
      this.#functions.set(found, scopes);
    }
    return scopes;
  }

  /** Scopes within overwrite the one around them. */
  #spread(
    scope: DebugScope,
    firstSlot: number,
    innermost: (DebugScope | undefined)[] = [],
  ): FunctionScopes['innermost'] {
    for (const { low, high } of scope.ranges) {
      const start = this.slotOf(low);
      if (start === undefined) continue;
      const end = start + Math.ceil((high - low) / slotSize);
      for (let slot = start; slot < end; slot++) innermost[slot - firstSlot] = scope;
    }
    for (const child of scope.children) this.#spread(child, firstSlot, innermost);
    return innermost;
  }

  #chainOf(innermost: DebugScope): readonly DebugScope[] {
    let chain = this.#chains.get(innermost);
    if (chain === undefined) {
      const { parent } = innermost;
      const around = parent === undefined ? [] : this.#chainOf(parent);
      chain = innermost.kind === 'block' ? around : [...around, innermost];
      this.#chains.set(innermost, chain);
    }
    return chain;
  }
}

interface FunctionScopes {
  /** By slot within the function. */
  readonly innermost: readonly (DebugScope | undefined)[];
}

function copiesWithin(scope: DebugScope): readonly DebugScope[] {
  return scope.children.flatMap((child) => [
    ...(child.kind === 'inlined' && child.ranges.length > 0 ? [child] : []),
    ...copiesWithin(child),
  ]);
}
