import {
  dynptrSize,
  dynptrType,
  nullDynptr,
  readDynptr,
  type Dynptr,
  type DynptrType,
} from '../machine/dynptrs.ts';
import type { FaultKind } from '../machine/fault.ts';
import type { Machine } from '../machine/machine.ts';
import { typeName } from './arguments.ts';

/** Dynptrs as arguments of helpers, checked as process_dynptr_func of kernel/bpf/verifier.c does. */

function refuse(machine: Machine, message: string, kind: FaultKind = 'helper-argument'): void {
  machine.fail({ kind, message });
}

/** Linear offset of the 16 bytes of stack that `register` points to; undefined with a fault. */
function placeOnStack(machine: Machine, register: number): number | undefined {
  const address = machine.register(register);
  const place = machine.regions.locate(address);
  if (place?.region.kind !== 'stack' || place.region.readLimit === 0) {
    refuse(machine, `R${register} type=${typeName(machine, address)} expected=fp, dynptr_ptr`);
    return undefined;
  }
  const { region, offset } = place;
  if (offset % 8 === 0 && offset >= 0 && offset + dynptrSize <= region.size) return region.base + offset;
  refuse(machine, `cannot pass in dynptr at an offset=${offset - region.size}`);
  return undefined;
}

/** Whether `register` holds the dynptr that a callback was given: it cannot be replaced or released. */
function isConstant(machine: Machine, register: number): boolean {
  return machine.regions.locate(machine.register(register))?.region.kind === 'dynptr';
}

/** Linear offset of a place for a new dynptr: a referenced one may not be lost; undefined with a fault. */
export function newDynptrArgument(machine: Machine, register: number): number | undefined {
  if (isConstant(machine, register)) {
    refuse(machine, 'Dynptr has to be an uninitialized dynptr');
    return undefined;
  }
  const linear = placeOnStack(machine, register);
  if (linear === undefined) return undefined;
  for (const other of machine.dynptrs.overlapping(linear)) {
    if (machine.references.has(BigInt(other))) {
      refuse(machine, 'cannot overwrite referenced dynptr', 'refused-by-kernel');
      return undefined;
    }
  }
  machine.accessListener?.(linear, dynptrSize, 'write');
  machine.written?.setBytes(linear, dynptrSize);
  return linear;
}

export interface DynptrPlace {
  readonly linear: number;
  /** The type that it was made with; a null dynptr has one too. */
  readonly type: DynptrType;
  readonly dynptr: Dynptr;
}

/** The dynptr that `register` points to; undefined with a fault. */
export function dynptrArgument(machine: Machine, register: number): DynptrPlace | undefined {
  if (isConstant(machine, register)) {
    const place = machine.regions.locate(machine.register(register));
    if (place?.offset !== 0) {
      refuse(machine, `cannot pass in dynptr at an offset=${place?.offset ?? 0}`);
      return undefined;
    }
    const linear = place.region.base;
    const dynptr = readDynptr(machine.memory, linear);
    return { linear, type: dynptr.type, dynptr };
  }
  const linear = placeOnStack(machine, register);
  if (linear === undefined) return undefined;
  const type = machine.dynptrs.typeAt(linear);
  if (type === undefined) {
    refuse(machine, `Expected an initialized dynptr as arg #${register - 1}`);
    return undefined;
  }
  machine.accessListener?.(linear, dynptrSize, 'read');
  return { linear, type, dynptr: readDynptr(machine.memory, linear) };
}

/** The ring buffer dynptr that `register` points to, to be released; undefined with a fault. */
export function releasedDynptr(machine: Machine, register: number): DynptrPlace | undefined {
  if (isConstant(machine, register)) {
    refuse(machine, 'cannot release unowned const bpf_dynptr');
    return undefined;
  }
  const linear = placeOnStack(machine, register);
  if (linear === undefined) return undefined;
  if (machine.dynptrs.typeAt(linear) !== dynptrType.ringbuf || !machine.references.has(BigInt(linear))) {
    refuse(machine, `arg ${register} is an unacquired reference`, 'refused-by-kernel');
    return undefined;
  }
  machine.accessListener?.(linear, dynptrSize, 'write');
  return { linear, type: dynptrType.ringbuf, dynptr: readDynptr(machine.memory, linear) };
}

/** What a helper leaves where it makes no dynptr: one that holds nothing. */
export { nullDynptr };
