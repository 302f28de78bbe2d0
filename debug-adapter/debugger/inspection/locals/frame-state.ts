import { slotAt } from '../../../../vm/object/link/lookup.ts';
import { failed, ok, type Result } from '../../../../vm/base/problem.ts';
import { sizeOf } from '../../../debug-info/c-type.ts';
import type { DebugFunction, DebugVariable, LocationExpression } from '../../../debug-info/debug-info.ts';
import { evaluateLocation, type LocationState } from '../../../debug-info/location/evaluate.ts';
import { dataMaps } from '../globals.ts';
import type { Target } from '../target.ts';
import { constant, type Value } from '../value.ts';
import { piecedStorage, type Registers } from './pieced-storage.ts';

const sectionUnit = 2 ** 32;

/** What locations are evaluated with: one activation of a function at one moment. */
export interface Activation {
  readonly target: Target;
  readonly subject: DebugFunction;
  readonly stackSize: number;
  readonly registers: Registers;
  /** As the activation found it. */
  readonly registerAtEntry: (number: number) => bigint | undefined;
}

/** Where a DebugInfo address is in the machine. */
export function machineAddress(target: Target, address: number): bigint | undefined {
  const section = Math.floor(address / sectionUnit);
  const offset = address % sectionUnit;
  const data = dataMaps(target).find((candidate) => candidate.section.index === section);
  if (data !== undefined) return data.address + BigInt(offset);
  const slot = slotAt(target.machine.program, section, offset);
  return slot === undefined ? undefined : target.machine.code.addressOfSlot(slot);
}

function stateOf({ target, subject, stackSize, registers, registerAtEntry }: Activation): LocationState {
  return {
    register: (number) => registers.read(number),
    registerAtEntry,
    read: (address, size) => target.read(address, size),
    addressOf: (address) => machineAddress(target, address),
    frameBase: subject.frameBase,
    stackSize,
  };
}

/**
 * The value of a variable with a location; undefined: none of its bytes exists. Problems: those of
 * `evaluateLocation`.
 */
export function locatedValue(
  activation: Activation,
  variable: DebugVariable,
  expression: LocationExpression,
): Result<Value | undefined> {
  const pieces = evaluateLocation(expression, stateOf(activation));
  if (!pieces.ok) return pieces;
  const { type } = variable;
  const size = sizeOf(type);
  if (size === undefined) return failed({ code: 'no-size', message: 'its type has no size' });
  const { target, registers } = activation;
  const memory = (address: bigint): ReturnType<Target['memory']> => target.memory(address);
  const storage = piecedStorage(pieces.value, size, { registers, memory });
  return ok(hasBytes({ type, storage }, size) ? { type, storage } : undefined);
}

function hasBytes({ storage }: Value, size: number): boolean {
  if (storage.gap === undefined || size === 0) return true;
  return Array.from({ length: size }, (_, i) => i).some((offset) => storage.read(offset, 1) !== undefined);
}

/** The value with its bytes as they are now. */
export function snapshot({ type, storage }: Value): Value {
  const size = sizeOf(type) ?? 0;
  const whole = storage.read(0, size);
  if (whole !== undefined) return { type, storage: constant(whole.slice()) };
  const bytes = Array.from({ length: size }, (_, offset) => storage.read(offset, 1)?.[0]);
  const gaps = bytes.map((byte, offset) => (byte === undefined ? storage.gap?.(offset, 1) : undefined));
  return {
    type,
    storage: {
      address: undefined,
      read(offset, count) {
        const part = bytes.slice(offset, offset + count);
        const known = part.filter((byte) => byte !== undefined);
        return known.length === count ? Uint8Array.from(known) : undefined;
      },
      gap: (offset, count) => gaps.slice(offset, offset + count).find((gap) => gap !== undefined),
      write: undefined,
    },
  };
}
