import type { CallbackFrame } from '../../../vm/machine/frames.ts';
import type { KernelMap } from '../../../vm/machine/kernel-map.ts';
import { basic, pointerTo, type CType } from '../../debug-info/c-type.ts';
import { stackType } from './arguments.ts';
import { callbackHelpers, parametersOf, type Role } from './parameters.ts';
import type { Target } from './target.ts';
import { numberValue, type Value } from './value.ts';

/** One fact about a running callback helper. */
export interface TraversalField {
  readonly name: string;
  readonly value: Value | { readonly map: KernelMap };
}

/** The innermost traversal that runs the machine frame at `depth`, or that runs around it. */
export function traversalAround(
  { machine }: Target,
  depth: number,
): { readonly depth: number; readonly callback: CallbackFrame } | undefined {
  for (let at = depth; at >= 0; at--) {
    const { callback } = machine.frames.read(at);
    if (callback !== undefined) return { depth: at, callback };
  }
  return undefined;
}

/** What `$traversal` has as members, in the order in which they are shown. `depth` is that of the callback's frame. */
export function traversalFields(
  target: Target,
  depth: number,
  callback: CallbackFrame,
): readonly TraversalField[] {
  const number = (name: string, value: bigint | number, type: CType = basic.u64): TraversalField => ({
    name,
    value: numberValue(type, BigInt(value)),
  });
  const context = {
    name: 'callback_ctx',
    value: numberValue(argumentType(target, depth, 'ctx', callback), callback.context),
  };
  const last = number('last_return', callback.lastReturn, basic.s64);
  const flags = number('flags', callback.flags);
  const index = number('index', callback.index);
  const map = callback.map === undefined ? undefined : target.machine.maps[callback.map];
  if (callback.helper === callbackHelpers.rbtreeAdd) {
    const node = (role: 'node' | 'other', address: bigint): TraversalField => ({
      name: role,
      value: numberValue(argumentType(target, depth, role, callback), address),
    });
    const visited = number('visited', callback.visited);
    return [index, visited, node('node', callback.key), node('other', callback.value), last];
  }
  if (map === undefined) {
    const total = callback.helper === callbackHelpers.loop ? [number('total', callback.total)] : [];
    return [index, ...total, number('visited', callback.visited), context, flags, last];
  }
  const key = { name: 'key', value: numberValue(pointerTo(target.keyType(map)), callback.key) };
  const value = { name: 'value', value: numberValue(pointerTo(target.valueType(map)), callback.value) };
  if (callback.helper === callbackHelpers.userRingbufDrain) {
    const sample = { name: 'sample', value: numberValue(pointerTo(basic.void), callback.value) };
    return [
      { name: 'map', value: { map } },
      index,
      number('visited', callback.visited),
      sample,
      context,
      flags,
      last,
    ];
  }
  if (callback.helper === callbackHelpers.timer) return [{ name: 'map', value: { map } }, key, value];
  return [
    { name: 'map', value: { map } },
    index,
    number('elements', map.count()),
    number('visited', callback.visited),
    key,
    value,
    context,
    flags,
    last,
  ];
}

/** The type that the callback's signature gives an argument; for a `void *` context the stack it points into. */
function argumentType(target: Target, depth: number, role: Role, callback: CallbackFrame): CType {
  const declared = parametersOf(target, depth).find((parameter) => parameter.role === role)?.declared;
  if (declared !== undefined && (declared.kind !== 'pointer' || declared.target().kind !== 'void'))
    return declared;
  return pointerTo(stackType(target, callback.context) ?? basic.void);
}
