import type { DebugFunction, DebugScope } from '../../../debug-info/debug-info.ts';
import { sizeOf, type CType } from '../../../debug-info/c-type.ts';
import { stackSize } from '../../../../vm/machine/layout.ts';
import type { Target } from '../target.ts';
import { expressionAt } from './flow.ts';
import { locatedValue } from './frame-state.ts';

/** A variable of a frame that lies on its stack now. */
export interface StackVariable {
  readonly name: string;
  readonly type: CType;
  readonly address: bigint;
  readonly size: number;
}

/** The variables on the stack, by what debug information says of where the frames stand; nothing is run again. */
export class StackVariables {
  readonly #target: Target;
  /** By depth of the machine frame, the innermost scopes first. */
  readonly #ofFrames = new Map<number, readonly StackVariable[]>();
  #moment = '';

  constructor(target: Target) {
    this.#target = target;
  }

  forget(): void {
    this.#ofFrames.clear();
  }

  /** The variable that has a byte at `address`. */
  at(address: bigint): StackVariable | undefined {
    const { machine } = this.#target;
    const region = machine.regions.locate(address)?.region;
    if (region?.kind !== 'stack' || region.owner > machine.frames.depth) return undefined;
    const top = machine.regions.addressOf(region.id) + BigInt(stackSize);
    return this.#of(region.owner, top).find(
      (variable) => address >= variable.address && address < variable.address + BigInt(variable.size),
    );
  }

  #of(depth: number, top: bigint): readonly StackVariable[] {
    const { machine } = this.#target;
    const moment = `${machine.run}:${machine.cycle}`;
    if (moment !== this.#moment) this.#ofFrames.clear();
    this.#moment = moment;
    let found = this.#ofFrames.get(depth);
    if (found === undefined) {
      found = this.#find(depth, top);
      this.#ofFrames.set(depth, found);
    }
    return found;
  }

  #find(depth: number, top: bigint): readonly StackVariable[] {
    const { machine, source } = this.#target;
    const callee = depth < machine.frames.depth ? machine.frames.read(depth + 1) : undefined;
    const slot = callee === undefined ? machine.slot : machine.code.slotOfIp(callee.callIp);
    const scopes = scopesAround(source?.scopes.scopeAt(slot));
    const code = source?.scopes.addressOf(slot);
    const subject = scopes.at(-1);
    if (source === undefined || code === undefined || subject?.kind !== 'function') return [];
    // A scope without a parent is a function: DebugScope says so.
    const linked = subject as DebugFunction;
    const register = (number: number): bigint | undefined => {
      if (number === 10) return top;
      return callee === undefined ? machine.register(number) : callee.saved[number - 6];
    };
    const activation = {
      target: this.#target,
      subject: linked,
      stackSize: source.stackSizes.of(linked),
      registers: { read: register, write: undefined },
      registerAtEntry: () => undefined,
    };
    return scopes
      .flatMap(({ variables }) => variables)
      .flatMap((variable) => {
        const expression = expressionAt(variable.location, code);
        const value = expression && locatedValue(activation, variable, expression);
        const address = value?.ok === true ? value.value?.storage.address : undefined;
        const size = sizeOf(variable.type) ?? 0;
        if (address === undefined || variable.name === '') return [];
        if (address >= top || address + BigInt(stackSize) < top) return [];
        return [{ name: variable.name, type: variable.type, address, size }];
      });
  }
}

/** From the innermost scope to the function, through the copies that are inlined there. */
function scopesAround(innermost: DebugScope | undefined): readonly DebugScope[] {
  const scopes: DebugScope[] = [];
  for (let scope = innermost; scope !== undefined; scope = scope.parent) scopes.push(scope);
  return scopes;
}
