import { readUnsigned } from '../../../vm/base/bytes.ts';
import type { KernelMap, MapElement } from '../../../vm/machine/kernel-map.ts';
import { mapTypeName } from '../../../vm/object/map-types.ts';
import { ArenaMap } from '../../../vm/maps/arena-map.ts';
import { BloomFilter } from '../../../vm/maps/bloom-filter.ts';
import { innerMapsOf } from '../../../vm/maps/hash-of-maps.ts';
import { ProgArrayMap } from '../../../vm/maps/prog-array.ts';
import { RingMap } from '../../../vm/maps/ring-buffer.ts';
import type { ValueFormat, VariableNode } from '../variable.ts';
import { spell } from '../../debug-info/c-type.ts';
import { formatValue } from './format-value.ts';
import { keyExpression } from './key-text.ts';
import { groupNode, listNode, textNode, type NodeContext } from './nodes.ts';
import { programSlotNode } from './program-slots.ts';
import { ringNode } from './ring-nodes.ts';
import { ValueNode } from './value-node.ts';
import { constant, readOnly, type Value } from './value.ts';

/** All maps that are not the inside of global variables. */
export function mapNodes(context: NodeContext): readonly VariableNode[] {
  const { maps } = context.target.machine;
  return maps.filter((map) => map.linked.data === undefined).map((map) => mapNode(context, map));
}

/** A map with its elements in the order of BPF_MAP_GET_NEXT_KEY; only those asked for are read. */
export function mapNode(context: NodeContext, map: KernelMap): VariableNode {
  const { target } = context;
  const { definition } = map.linked;
  if (map instanceof BloomFilter) return bloomNode(context, map);
  if (map instanceof ArenaMap) return arenaNode(map);
  if (map instanceof RingMap) return ringNode(context, map);
  const inner = innerMapsOf(map);
  const value = inner ? mapTypeName(inner.template.type) : spell(target.valueType(map));
  const types = definition.keySize === 0 ? value : `${spell(target.keyType(map))} → ${value}`;
  const count = map.count();
  return listNode(
    map.name,
    map.supported ? elementCount(count, definition.maxEntries) : 'this map type is not implemented',
    count,
    (start, wanted) =>
      map.elements(start, wanted).map((element, i) => elementNode(context, map, element, start + i)),
    {
      type: `${map.typeName} (${types})`,
      data: { kind: 'map', map, key: undefined },
      ...(map.linked.madeLater !== true && { evaluateName: map.name }),
    },
  );
}

/** Values cannot be listed: how full it is, is all there is to see. */
function bloomNode({ target }: NodeContext, map: BloomFilter): VariableNode {
  const text = (): string => `${map.bitsSet} of ${map.bits} bits set`;
  return textNode(map.name, text, { type: `${map.typeName} (${spell(target.valueType(map))})` });
}

/** Nothing but pages, which the memory view shows from this address on. */
function arenaNode(map: ArenaMap): VariableNode {
  const text = (): string => `${map.count()} of ${map.pages} pages, from 0x${map.start.toString(16)}`;
  return textNode(map.name, text, { type: map.typeName });
}

/** `5 of 16 elements`, `4 elements` where it is full, as an array always is. */
function elementCount(count: number, most: number): string {
  if (most > count) return `${count} of ${most} elements`;
  return count === 1 ? '1 element' : `${count} elements`;
}

export function keyValue({ target }: NodeContext, map: KernelMap, { key, keyAddress }: MapElement): Value {
  const type = target.keyType(map);
  return { type, storage: keyAddress === undefined ? constant(key) : readOnly(target.memory(keyAddress)) };
}

function elementNode(context: NodeContext, map: KernelMap, element: MapElement, index: number): VariableNode {
  if (element.key.length === 0) return keylessNode(context, map, element, index);
  const inner = innerMapOf(context, map, element);
  if (inner !== undefined) return innerMapNode(context, map, element, inner);
  if (map instanceof ProgArrayMap) return programSlotNode(context, map, element);
  const key = keyValue(context, map, element);
  const name = `[${index}]`;
  const expression = `${map.name}[${keyExpression(key)}]`;
  const values = valueNodes(context, map, element, expression);
  const [only] = values;
  if (map.typeName === 'ARRAY' && only !== undefined) {
    return new ValueNode(context, only.inner, { name, expression });
  }
  const text = (format: ValueFormat): string => {
    const keyText = formatValue(key, { ...format, surroundings: context.target, limits: context.limits });
    const parts = values.map((node) => (values.length > 1 ? `${node.name}: ` : '') + node.value(format));
    return `${keyText} → ${values.length > 1 ? `{${parts.join(', ')}}` : parts.join('')}`;
  };
  const keyNode = new ValueNode(context, key, { name: 'key' });
  return groupNode(name, text, () => [keyNode, ...values], {
    type: spell(context.target.valueType(map)),
    evaluateName: expression,
    data: { kind: 'map', map, key: element.key },
  });
}

/** A value of a QUEUE or STACK. */
function keylessNode(
  context: NodeContext,
  map: KernelMap,
  { valueAddresses }: MapElement,
  index: number,
): VariableNode {
  const storage = context.target.memory(valueAddresses[0] ?? 0n);
  return new ValueNode(context, { type: context.target.valueType(map), storage }, { name: `[${index}]` });
}

/** The map that an element of a map of maps stands for. */
function innerMapOf(
  { target }: NodeContext,
  map: KernelMap,
  { valueAddresses }: MapElement,
): KernelMap | undefined {
  const id = target.read(valueAddresses[0] ?? 0n, 4);
  return id && innerMapsOf(map)?.at(Number(readUnsigned(id)));
}

/** An inner map under its key in the outer one. */
function innerMapNode(
  context: NodeContext,
  map: KernelMap,
  element: MapElement,
  inner: KernelMap,
): VariableNode {
  const key = keyExpression(keyValue(context, map, element));
  const node = mapNode(context, inner);
  return { ...node, name: `[${key}]`, value: (format) => `${inner.name}: ${node.value(format)}` };
}

function valueNodes(
  context: NodeContext,
  map: KernelMap,
  { valueAddresses }: MapElement,
  expression: string,
): readonly ValueNode[] {
  const type = context.target.valueType(map);
  const running = context.target.machine.cpu;
  return valueAddresses.map((address, cpu) => {
    const value = { type, storage: context.target.memory(address) };
    if (valueAddresses.length === 1) return new ValueNode(context, value, { name: 'value', expression });
    return new ValueNode(context, value, {
      name: cpu === running ? `cpu ${cpu} (running)` : `cpu ${cpu}`,
      expression: `${expression.slice(0, -1)}, ${cpu}]`,
    });
  });
}
