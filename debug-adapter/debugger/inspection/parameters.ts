import type { FrameView } from '../../../vm/machine/frames.ts';
import { rbtreeAddId } from '../../../vm/helpers/tree-callback.ts';
import { functionAt } from '../../../vm/object/link/lookup.ts';
import type { LinkedFunction } from '../../../vm/object/linked-program.ts';
import { basic, pointerTo, type CType } from '../../debug-info/c-type.ts';
import type { Target } from './target.ts';

/** What the kernel passes to a parameter, whatever its name. */
export type Role = 'map' | 'key' | 'value' | 'ctx' | 'index' | 'dynptr' | 'node' | 'other';

export interface Parameter {
  readonly name: string;
  /** As the signature says. */
  readonly declared: CType;
  readonly role: Role | undefined;
  /** 1 to 5. */
  readonly register: number;
}

/** Helpers that run callbacks, or have them run later, and what they pass (include/uapi/linux/bpf.h). */
export const callbackHelpers = {
  forEachMapElem: 164,
  timer: 170,
  loop: 181,
  userRingbufDrain: 209,
  rbtreeAdd: rbtreeAddId,
} as const;

const callbackRoles: Readonly<Record<number, readonly Role[]>> = {
  [callbackHelpers.forEachMapElem]: ['map', 'key', 'value', 'ctx'],
  [callbackHelpers.timer]: ['map', 'key', 'value'],
  [callbackHelpers.loop]: ['index', 'ctx'],
  [callbackHelpers.userRingbufDrain]: ['dynptr', 'ctx'],
  [callbackHelpers.rbtreeAdd]: ['node', 'other'],
};

const voidPointer = pointerTo(basic.void);

/** Types of the documented signatures, for callbacks without BTF. */
const documentedTypes: Readonly<Record<Role, CType>> = {
  map: voidPointer,
  key: voidPointer,
  value: voidPointer,
  ctx: voidPointer,
  index: basic.u32,
  dynptr: voidPointer,
  node: voidPointer,
  other: voidPointer,
};

/** The function that the machine frame at `depth` runs. */
export function functionOfFrame(target: Target, depth: number): LinkedFunction | undefined {
  const { machine } = target;
  return functionAt(machine.program, machine.code.slotOfIp(machine.frames.read(depth).entryIp));
}

/** Parameters of the function in the machine frame at `depth`; without BTF those that the kernel's calls have. */
export function parametersOf(target: Target, depth: number): readonly Parameter[] {
  const roles = rolesOf(target.machine.frames.read(depth));
  const id = functionOfFrame(target, depth)?.btfId;
  const prototype = id === undefined ? undefined : target.types?.prototype(id);
  if (prototype === undefined) {
    return roles.map((role, i) => ({
      name: role,
      declared: documentedTypes[role],
      role,
      register: i + 1,
    }));
  }
  return prototype.parameters.slice(0, 5).map(({ name, typeId }, i) => ({
    name: name === '' ? (roles[i] ?? `argument ${i + 1}`) : name,
    declared: target.type(typeId) ?? basic.u64,
    role: roles[i],
    register: i + 1,
  }));
}

function rolesOf({ kind, callback, tailCalls }: FrameView): readonly Role[] {
  if (kind === 'program' || tailCalls.length > 0) return ['ctx'];
  return callback === undefined ? [] : (callbackRoles[callback.helper] ?? []);
}
