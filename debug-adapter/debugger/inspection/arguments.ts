import { writeInteger } from '../../../vm/base/bytes.ts';
import { ok } from '../../../vm/base/problem.ts';
import type { CallbackFrame, FrameView } from '../../../vm/machine/frames.ts';
import { stackSize } from '../../../vm/machine/layout.ts';
import type { DebugFrame } from '../frame.ts';
import { arrayOf, basic, pointerTo, sizeOf, type CType } from '../../debug-info/c-type.ts';
import { contextType } from './context-fields.ts';
import { parametersOf, type Parameter } from './parameters.ts';
import type { Target } from './target.ts';
import { constant, numberValue, type Storage, type Value } from './value.ts';

export interface Argument {
  readonly name: string;
  readonly type: CType;
  /** Undefined where the machine no longer knows it. */
  readonly value: Value | undefined;
}

/** What stands for the value of an argument that was overwritten. */
export const unknownArgument = '<not known after entry: no debug info>';

/**
 * Arguments of a function frame. Before the first instruction they are in registers. After it, what the machine passed
 * itself is still known: the context of the program, and everything it gave to a callback.
 */
export function argumentsOf(target: Target, frame: DebugFrame): readonly Argument[] {
  if (frame.kind !== 'function') return [];
  const view = target.machine.frames.read(frame.depth);
  const atEntry = isAtEntry(target, frame, view);
  return parametersOf(target, frame.depth).map((parameter) => {
    const type = refined(target, parameter, view);
    if (atEntry) return { name: parameter.name, type, value: inRegister(target, parameter.register, type) };
    const passed = passedValue(target, parameter, view);
    return {
      name: parameter.name,
      type,
      value: passed === undefined ? undefined : numberValue(type, passed),
    };
  });
}

function isAtEntry({ machine }: Target, { depth, slot }: DebugFrame, view: FrameView): boolean {
  return (
    depth === machine.frames.depth &&
    slot === machine.slot &&
    machine.code.ipOfSlot(slot) === view.entryIp &&
    machine.cycle === view.entryCycle
  );
}

/** What the machine itself passed for a parameter: the context of the program, and everything it gave to a callback. */
export function passedValue(target: Target, { role }: Parameter, view: FrameView): bigint | undefined {
  if (view.kind === 'program' || view.tailCalls.length > 0)
    return role === 'ctx' ? target.context : undefined;
  const { callback } = view;
  if (callback === undefined) return undefined;
  switch (role) {
    case 'map':
      return callback.map === undefined ? undefined : target.machine.maps[callback.map]?.address;
    case 'key':
    case 'dynptr':
    case 'node':
      return callback.key;
    case 'other':
    case 'value':
      return callback.value;
    case 'ctx':
      return callback.context;
    case 'index':
      return BigInt(callback.index);
    case undefined:
      return undefined;
  }
}

/** The declared type; for a `void *` a pointer to what is known to be there. */
export function refined(target: Target, { declared, role }: Parameter, { callback }: FrameView): CType {
  if (declared.kind !== 'pointer' || declared.target().kind !== 'void') return declared;
  const pointed =
    callback === undefined
      ? role === 'ctx'
        ? contextType(target)
        : undefined
      : callbackTarget(target, role, callback);
  return pointed === undefined ? declared : pointerTo(pointed);
}

function callbackTarget(target: Target, role: Parameter['role'], callback: CallbackFrame): CType | undefined {
  if (role === 'ctx') return stackType(target, callback.context);
  const map = callback.map === undefined ? undefined : target.machine.maps[callback.map];
  if (map === undefined) return undefined;
  if (role === 'key') return target.keyType(map);
  return role === 'value' ? target.valueType(map) : undefined;
}

/** Of the variable that begins at an address in a stack frame; without one, the bytes to the frame's end. */
export function stackType({ machine, stackVariables }: Target, address: bigint): CType | undefined {
  const variable = stackVariables.at(address);
  if (variable?.address === address) return variable.type;
  const place = machine.regions.locate(address);
  if (place?.region.kind !== 'stack' || place.offset < 0 || place.offset >= stackSize) return undefined;
  return arrayOf(basic.byte, stackSize - place.offset);
}

function inRegister(target: Target, register: number, type: CType): Value | undefined {
  const size = sizeOf(type);
  if (size === undefined || size > 8) return undefined;
  return { type, storage: registerStorage(target, register) };
}

/** A register of the innermost frame. */
export function registerStorage(target: Target, register: number): Storage {
  const read = (): Uint8Array => writeInteger(target.machine.register(register), 8);
  return {
    address: undefined,
    read: (offset, size) => constant(read()).read(offset, size),
    write: (offset, bytes) => {
      const whole = read();
      whole.set(bytes.subarray(0, 8 - offset), offset);
      target.setRegister(register, new DataView(whole.buffer).getBigUint64(0, true));
      return ok(undefined);
    },
  };
}
