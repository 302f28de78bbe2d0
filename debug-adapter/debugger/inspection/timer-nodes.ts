import { functionsOf } from '../../../vm/engine/callback-run.ts';
import { keyOfValue } from '../../../vm/helpers/map-fields.ts';
import { writeInteger } from '../../../vm/base/bytes.ts';
import type { Deferred } from '../../../vm/machine/timers.ts';
import type { VariableNode } from '../variable.ts';
import { basic } from '../../debug-info/c-type.ts';
import { keyExpression } from './key-text.ts';
import { groupNode, textNode, type NodeContext } from './nodes.ts';
import { ValueNode } from './value-node.ts';
import { constant, numberValue, readOnly, type Value } from './value.ts';

/** Timers and work queues that wait for their time, first those that come due first. */
export function timerNodes(context: NodeContext): readonly VariableNode[] {
  return context.target.machine.timers.armed().map((each) => timerNode(context, each));
}

function timerNode(context: NodeContext, deferred: Deferred): VariableNode {
  const { target } = context;
  const { callback } = functionsOf(target.machine, deferred);
  const left = deferred.expires - target.machine.timeNs;
  const due = left > 0n ? `due in ${left} ns` : 'due';
  return groupNode(elementName(context, deferred), `${callback.name}, ${due}`, () => [
    textNode('callback', callback.name),
    new ValueNode(context, numberValue(basic.s64, deferred.expires), { name: 'expires' }),
    new ValueNode(context, numberValue(basic.u32, BigInt(deferred.cpu)), { name: 'cpu' }),
  ]);
}

/** `slots[1]`: the map value that the timer is in. */
export function elementName({ target }: Pick<NodeContext, 'target'>, deferred: Deferred): string {
  const map = target.machine.maps[deferred.map];
  if (map === undefined) return `map ${deferred.map}`;
  const place = keyOfValue(map, deferred.value);
  const type = target.keyType(map);
  const key: Value =
    'index' in place
      ? { type, storage: constant(writeInteger(BigInt(place.index), 4)) }
      : { type, storage: readOnly(target.memory(BigInt(place.address))) };
  return `${map.name}[${keyExpression(key)}]`;
}
