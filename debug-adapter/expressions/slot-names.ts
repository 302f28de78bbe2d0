import type { CType } from '../debug-info/c-type.ts';
import { basic } from '../debug-info/c-type.ts';
import type { DebugFunction, DebugScope, DebugVariable } from '../debug-info/debug-info.ts';
import { globalNamed } from '../debugger/inspection/globals.ts';
import { expressionAt } from '../debugger/inspection/locals/flow.ts';
import type { Target } from '../debugger/inspection/target.ts';
import type { CompiledNames, CompiledPlace } from './compile-places.ts';
import type { TypeSyntax } from './syntax.ts';
import { typeOf } from './type-syntax.ts';

/** Operations of DWARF 5 (7.7.1): a register, memory behind one, memory behind the frame base. */
const operation = { reg0: 0x50, breg0: 0x70, fbreg: 0x91 } as const;
const framePointer = 10;

/** What the kernel passes is called so where nothing names the arguments. */
const argumentNames = /^(ctx|map|key|value|index|dynptr|node|other|argument.*)$/;

/** Names at an instruction of the innermost frame, as FrameNames has them when it is reached. */
export class SlotNames implements CompiledNames {
  readonly #target: Target;
  readonly #slot: number;
  readonly #functionName: string | undefined;
  readonly #scope: DebugScope | undefined;
  readonly #parameters: ReadonlySet<string>;

  constructor(target: Target, slot: number) {
    this.#target = target;
    this.#slot = slot;
    const linked = target.machine.program.functions.find(
      ({ firstSlot, slots }) => slot >= firstSlot && slot < firstSlot + slots,
    );
    this.#functionName = linked?.name;
    this.#scope = target.source?.scopes.scopeAt(slot);
    const prototype = linked?.btfId === undefined ? undefined : target.types?.prototype(linked.btfId);
    this.#parameters = new Set(prototype?.parameters.map(({ name }) => name));
  }

  named(name: string): CompiledPlace | undefined {
    for (let scope = this.#scope; scope !== undefined; scope = scope.parent) {
      const local = scope.variables.find((variable) => variable.name === name);
      if (local !== undefined) return this.#local(local);
      // An inlined copy does not see the variables of where it was copied to.
      if (scope.kind !== 'block') break;
    }
    if (this.#scope === undefined && (this.#parameters.has(name) || argumentNames.test(name)))
      return undefined;
    const variable = globalNamed(this.#target, name, this.#functionName);
    if (variable !== undefined) {
      const { address } = variable.storage;
      return address === undefined ? undefined : { kind: 'memory', address, type: variable.type };
    }
    const { machine } = this.#target;
    if (machine.maps.some((map) => map.name === name)) return undefined;
    if (machine.program.functions.some((linked) => linked.name === name)) return undefined;
    return register(name) ?? this.#constant(name);
  }

  #constant(name: string): CompiledPlace | undefined {
    if (name === 'NULL') return { kind: 'constant', value: 0n, type: basic.s32 };
    if (name === 'true' || name === 'false')
      return { kind: 'constant', value: name === 'true' ? 1n : 0n, type: basic.bool };
    const enumerator = this.#target.named.enumerator(name);
    return enumerator && { kind: 'constant', ...enumerator };
  }

  special(name: string): CompiledPlace | 'cycle' | 'run' | 'cpu' | undefined {
    if (name === 'cycle' || name === 'run' || name === 'cpu') return name;
    return register(name === 'fp' || name === 'sp' ? 'r10' : name);
  }

  type(syntax: TypeSyntax): CType | undefined {
    try {
      return typeOf(syntax, this.#target.named);
    } catch {
      // The interpreter says what is wrong with it.
      return undefined;
    }
  }

  #local({ type, location }: DebugVariable): CompiledPlace | undefined {
    const address = this.#target.source?.scopes.addressOf(this.#slot);
    const expression = address === undefined ? undefined : expressionAt(location, address);
    const [first, ...rest] = expression?.bytes ?? [];
    if (first === undefined) return undefined;
    if (first >= operation.reg0 && first <= operation.reg0 + framePointer)
      return rest.length === 0 ? { kind: 'register', register: first - operation.reg0, type } : undefined;
    const based = first >= operation.breg0 && first <= operation.breg0 + framePointer;
    const base = based ? first - operation.breg0 : framePointer;
    const offset = signed(rest);
    if (offset === undefined || (first !== operation.fbreg && !based)) return undefined;
    if (first === operation.fbreg && !this.#hasUsualFrameBase) return undefined;
    // From r10 up, offsets count from another end: see debug-info/location/evaluate.ts.
    return base === framePointer && offset >= 0n
      ? undefined
      : { kind: 'behind', register: base, offset, type };
  }

  get #hasUsualFrameBase(): boolean {
    let scope = this.#scope;
    while (scope?.parent !== undefined) scope = scope.parent;
    const { frameBase } = (scope as DebugFunction | undefined) ?? {};
    return frameBase?.length === 1 && frameBase[0] === operation.reg0 + framePointer;
  }
}

function register(name: string): CompiledPlace | undefined {
  const digits = /^r(\d|10)$/.exec(name)?.[1];
  return digits === undefined ? undefined : { kind: 'register', register: Number(digits), type: basic.u64 };
}

/** An SLEB128 that all of the bytes are. */
function signed(bytes: readonly number[]): bigint | undefined {
  const last = bytes.at(-1);
  if (last === undefined || last >= 0x80 || !bytes.slice(0, -1).every((byte) => byte >= 0x80))
    return undefined;
  let value = 0n;
  bytes.forEach((byte, i) => (value |= BigInt(byte & 0x7f) << BigInt(7 * i)));
  return BigInt.asIntN(7 * bytes.length, value);
}
