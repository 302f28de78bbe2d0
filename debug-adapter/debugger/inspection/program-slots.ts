import { readUnsigned, writeInteger } from '../../../vm/base/bytes.ts';
import { failed, type Result } from '../../../vm/base/problem.ts';
import type { MapElement } from '../../../vm/machine/kernel-map.ts';
import type { ProgArrayMap } from '../../../vm/maps/prog-array.ts';
import type { VariableNode } from '../variable.ts';
import { textNode, type NodeContext } from './nodes.ts';

/** A slot of a PROG_ARRAY: the program's name, which can be replaced by another one's. */
export function programSlotNode(
  context: NodeContext,
  map: ProgArrayMap,
  { key, valueAddresses }: MapElement,
): VariableNode {
  const { target } = context;
  const index = Number(readUnsigned(key));
  const address = valueAddresses[0] ?? 0n;
  const program = (): string => {
    const id = Number(readUnsigned(target.read(address, 4) ?? new Uint8Array()));
    return map.nameOf(id) ?? `no program has the id ${id}`;
  };
  const assign = (text: string): Result<void> => {
    const name = text.trim();
    const id = map.idOf(name);
    if (id === undefined)
      return failed({ code: 'unknown-program', message: `the object has no program ${name}` });
    if (map.check(index, id) !== 0)
      return failed({ code: 'wrong-type', message: `${name} is not of the type of the map's programs` });
    return target.write(address, writeInteger(BigInt(id), 4));
  };
  return {
    ...textNode(`[${index}]`, program, { type: 'program' }),
    assign: context.assign === undefined ? undefined : assign,
  };
}
