import { callbackCallerName } from '../../../vm/machine/helper.ts';
import type { CallbackFrame } from '../../../vm/machine/frames.ts';
import type { VariableNode } from '../variable.ts';
import { mapNode } from './map-nodes.ts';
import { textNode, type NodeContext } from './nodes.ts';
import { pointedTo } from './pointers.ts';
import { traversalFields } from './traversal.ts';
import { ValueNode } from './value-node.ts';
import type { Value } from './value.ts';

/** The state of a running callback helper. `depth` is that of the callback's frame. */
export function traversalNodes(
  context: NodeContext,
  depth: number,
  callback: CallbackFrame,
): readonly VariableNode[] {
  const { helpers } = context.target.machine;
  const helper = callbackCallerName(helpers, callback.helper);
  const fields = traversalFields(context.target, depth, callback).map(({ name, value }) => {
    const expression = `$traversal.${name}`;
    if ('map' in value) return { ...renamed(mapNode(context, value.map), name, expression) };
    if (name === 'last_return' && callback.visited === 0)
      return textNode(name, '<no callback has returned yet>');
    const shown = name === 'key' || name === 'value' ? contents(context, value, expression) : undefined;
    return new ValueNode(context, shown?.value ?? value, {
      name,
      expression: shown?.expression ?? expression,
    });
  });
  return [textNode('helper', helper), ...fields];
}

/** Key and value are shown themselves rather than the pointers to them. */
function contents(
  { target }: NodeContext,
  pointer: Value,
  expression: string,
): { readonly value: Value; readonly expression: string } | undefined {
  const value = pointedTo(target, pointer);
  return value && { value, expression: `(*${expression})` };
}

function renamed(node: VariableNode, name: string, evaluateName: string): VariableNode {
  return { ...node, name, evaluateName, value: (format) => `${node.name}: ${node.value(format)}` };
}
