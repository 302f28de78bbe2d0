import { functionByName } from '../../vm/object/link/lookup.ts';
import { argumentsOf } from '../debugger/inspection/arguments.ts';
import { arrayOf, basic, spell, wordDeclarator, type CType } from '../debug-info/c-type.ts';
import { contextPointer } from '../debugger/inspection/context-nodes.ts';
import { packetOf } from '../debugger/inspection/context-fields.ts';
import { stateText } from '../debugger/inspection/locals/local-nodes.ts';
import { FrameLocals } from '../debugger/inspection/locals/locals.ts';
import { dataMaps, globalNamed } from '../debugger/inspection/globals.ts';
import { functionOfFrame } from '../debugger/inspection/parameters.ts';
import { registerCount, registerValue } from '../debugger/inspection/register-nodes.ts';
import type { Target } from '../debugger/inspection/target.ts';
import { traversalAround } from '../debugger/inspection/traversal.ts';
import { numberValue, type Value } from '../debugger/inspection/value.ts';
import type { DebugFrame } from '../debugger/frame.ts';
import { raiseAt } from './lexer.ts';
import { valueOperand, type Operand } from './operand.ts';

/** A name that can be completed. */
export interface KnownName {
  readonly name: string;
  readonly kind: 'variable' | 'map' | 'function';
  /** Its type. */
  readonly detail?: string;
}

/** What names mean in a frame. */
export class FrameNames {
  readonly target: Target;
  readonly frame: DebugFrame;

  constructor(target: Target, frame: DebugFrame) {
    this.target = target;
    this.frame = frame;
  }

  /** Everything that `named` knows but constants and types; what hides another one comes first. */
  names(): readonly KnownName[] {
    const { machine } = this.target;
    const locals = FrameLocals.of(this.target, this.frame)?.locals.filter(({ shadowed }) => !shadowed);
    const own =
      locals?.map(({ variable }) => variable) ??
      argumentsOf(this.target, this.frame).map(({ name, type }) => ({ name, type }));
    const prefix = this.#functionName === undefined ? undefined : `${this.#functionName}.`;
    const globals = dataMaps(this.target).flatMap(({ section }) => section.variables);
    const statics = globals.flatMap(({ name, ...rest }) =>
      prefix !== undefined && name.startsWith(prefix) ? [{ ...rest, name: name.slice(prefix.length) }] : [],
    );
    return [
      ...own.map(({ name, type }): KnownName => ({ name, kind: 'variable', detail: spell(type) })),
      ...[...statics, ...globals].map(({ name, typeId }): KnownName => {
        const type = this.target.type(typeId);
        return { name, kind: 'variable', ...(type && { detail: spell(type) }) };
      }),
      ...machine.maps
        .filter(({ linked }) => linked.data === undefined && linked.madeLater !== true)
        .map(({ name, typeName }): KnownName => ({ name, kind: 'map', detail: typeName })),
      ...machine.program.functions.map(({ name }): KnownName => ({ name, kind: 'function' })),
    ];
  }

  /** What may stand after a dollar here. */
  specials(): readonly string[] {
    const { frame, target } = this;
    const registers = Array.from({ length: registerCount }, (_, number) => number);
    return [
      ...registers.filter((number) => registerValue(target, frame, number)).map((number) => `r${number}`),
      ...['pc', 'cycle', 'run', 'cpu', 'time'],
      ...(contextPointer(target) === undefined ? [] : ['ctx']),
      ...(packetOf(target) === undefined ? [] : ['packet']),
      ...(traversalAround(target, frame.depth) === undefined ? [] : ['traversal']),
    ];
  }

  /** A local variable or an argument, a variable of the file, a map, a function, a register or an enumeration constant, in this order. */
  named(name: string, at: number): Operand {
    return this.#find(name, at) ?? raiseAt(at, 'unknown-name', `nothing here is called ${name}`);
  }

  #find(name: string, at: number): Operand | undefined {
    const local = this.#local(name, at);
    if (local !== undefined) return valueOperand(local);
    const argument = this.#argument(name);
    if (argument !== undefined) {
      if (argument.value === undefined)
        raiseAt(at, 'unknown-argument', `${name} is not known after entry: there is no debug info for it`);
      return valueOperand(argument.value);
    }
    const variable = globalNamed(this.target, name, this.#functionName);
    if (variable !== undefined) return valueOperand(variable);
    const { machine } = this.target;
    const map = machine.maps.find((candidate) => candidate.name === name);
    if (map !== undefined) return { kind: 'map', map };
    const value = this.function(name) ?? this.#register(name, at) ?? this.#constant(name);
    return value && valueOperand(value);
  }

  #local(name: string, at: number): Value | undefined {
    const locals = FrameLocals.of(this.target, this.frame);
    const local = locals?.named(name);
    if (locals === undefined || local === undefined) return undefined;
    const [state] = locals.states([local]);
    if (state === undefined) return undefined;
    if ('value' in state) return state.value;
    return raiseAt(at, 'unknown-value', `${name} has no value here: ${stateText(state)}`);
  }

  /** Without debug information: what the kernel passed. */
  #argument(name: string): ReturnType<typeof argumentsOf>[number] | undefined {
    if (FrameLocals.of(this.target, this.frame) !== undefined) return undefined;
    return argumentsOf(this.target, this.frame).find((candidate) => candidate.name === name);
  }

  get #functionName(): string | undefined {
    return this.frame.kind === 'function' ? functionOfFrame(this.target, this.frame.depth)?.name : undefined;
  }

  /** A static variable of a function: `function.variable`. */
  staticOf(functionName: string, name: string): Value | undefined {
    return globalNamed(this.target, `${functionName}.${name}`);
  }

  function(name: string): Value | undefined {
    const { machine } = this.target;
    const found = functionByName(machine.program, name);
    if (found === undefined) return undefined;
    const type = this.target.type(found.btfId) ?? unknownFunction;
    return { type, storage: this.target.memory(machine.code.addressOfSlot(found.firstSlot)) };
  }

  #register(name: string, at: number): Value | undefined {
    const number = registerNumber(name);
    if (number === undefined) return undefined;
    const value = registerValue(this.target, this.frame, number);
    return value ?? raiseAt(at, 'register-not-saved', `${name} of this frame was not saved`);
  }

  #constant(name: string): Value | undefined {
    if (name === 'NULL') return numberValue(basic.s32, 0n);
    if (name === 'true' || name === 'false') return numberValue(basic.bool, name === 'true' ? 1n : 0n);
    const enumerator = this.target.named.enumerator(name);
    if (enumerator === undefined) return undefined;
    const { type, value } = enumerator;
    // In C a constant that fits an int is one, whatever its enum is made of (C11 6.4.4.3).
    const isInt = type.kind === 'enum' && BigInt.asIntN(32, value) === value;
    return numberValue(isInt ? { ...type, size: 4, signed: true } : type, value);
  }

  /** What stands after a dollar. */
  special(name: string, at: number): Operand {
    const { machine } = this.target;
    if (name === 'traversal') return this.#traversal(at);
    const register = this.#register(name === 'fp' || name === 'sp' ? 'r10' : name, at);
    const value = register ?? this.#fact(name, at);
    if (value !== undefined) return valueOperand(value);
    const map = machine.maps.find((candidate) => candidate.name === name);
    return map === undefined
      ? raiseAt(at, 'unknown-name', `there is no $${name}; ${known}`)
      : { kind: 'map', map };
  }

  #fact(name: string, at: number): Value | undefined {
    const { machine } = this.target;
    switch (name) {
      case 'pc':
        return numberValue(basic.u64, this.frame.address);
      case 'cycle':
        return numberValue(basic.u64, BigInt(machine.cycle));
      case 'run':
        return numberValue(basic.u32, BigInt(machine.run));
      case 'cpu':
        return numberValue(basic.u32, BigInt(machine.cpu));
      case 'time':
        return numberValue(basic.u64, machine.timeNs);
      case 'ctx':
        return contextPointer(this.target) ?? raiseAt(at, 'no-context', 'no program has a context now');
      case 'packet': {
        const packet = packetOf(this.target) ?? raiseAt(at, 'no-packet', 'this program has no packet');
        return { type: arrayOf(basic.byte, packet.length), storage: this.target.memory(packet.address) };
      }
      default:
        return undefined;
    }
  }

  #traversal(at: number): Operand {
    const found = traversalAround(this.target, this.frame.depth);
    if (found === undefined) return raiseAt(at, 'no-traversal', 'no helper runs callbacks around this frame');
    return { kind: 'traversal', ...found };
  }
}

const unknownFunction: CType = { kind: 'function', declare: wordDeclarator('void (void)') };
const known = 'known are $r0 to $r10, $pc, $cycle, $run, $cpu, $time, $ctx, $packet and $traversal';

function registerNumber(name: string): number | undefined {
  const digits = /^r(\d{1,2})$/.exec(name)?.[1];
  const number = digits === undefined ? registerCount : Number(digits);
  return number < registerCount ? number : undefined;
}

/** For messages: `a value of type struct count`. */
export function describeOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'value':
      return `a value of type ${spell(operand.value.type)}`;
    case 'map':
      return `the map ${operand.map.name}`;
    case 'traversal':
      return 'a traversal';
  }
}
