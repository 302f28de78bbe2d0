import { fromHex, toHex } from '../../../vm/base/bytes.ts';
import { failed, type Result } from '../../../vm/base/problem.ts';
import type { VariableNode } from '../variable.ts';
import { basic, pointerTo } from '../../debug-info/c-type.ts';
import { contextType, packetOf } from './context-fields.ts';
import { listNode, textNode, type NodeContext } from './nodes.ts';
import type { Target } from './target.ts';
import { ValueNode } from './value-node.ts';
import { numberValue, type Value } from './value.ts';

const rowSize = 16;

/** A pointer to the context of the run. */
export function contextPointer(target: Target): Value | undefined {
  const { context } = target;
  if (context === 0n) return undefined;
  return numberValue(pointerTo(contextType(target) ?? basic.void), context);
}

export function contextNode(context: NodeContext): VariableNode | undefined {
  const pointer = contextPointer(context.target);
  return pointer && new ValueNode(context, pointer, { name: 'ctx', expression: '$ctx' });
}

/** The packet in rows of 16 bytes; a row can be replaced by as many bytes in hex. */
export function packetNode(context: NodeContext): VariableNode | undefined {
  const { target } = context;
  const packet = packetOf(target);
  if (packet === undefined) return undefined;
  const { address, length } = packet;
  const rows = Math.ceil(length / rowSize);
  const node = listNode('packet', `${length} bytes`, rows, (start, count) =>
    Array.from({ length: Math.max(0, count) }, (_, i) => {
      const offset = (start + i) * rowSize;
      return rowNode(context, address, offset, Math.min(rowSize, length - offset));
    }),
  );
  const lengthNode = textNode('length', `${length}`, { virtual: true });
  return {
    ...node,
    address,
    size: length,
    data: { kind: 'memory', address, size: length, type: undefined },
    named: 1,
    children: (filter, start, count) =>
      filter === 'indexed'
        ? node.children(filter, start, count)
        : start === 0 && count > 0
          ? [lengthNode]
          : [],
  };
}

function rowNode(context: NodeContext, packet: bigint, offset: number, size: number): VariableNode {
  const { target } = context;
  const address = packet + BigInt(offset);
  const name = `+${offset}`;
  return {
    ...textNode(name, () => rowText(target.read(address, size) ?? new Uint8Array())),
    address,
    size,
    data: { kind: 'memory', address, size, type: undefined },
    assign: context.assign && ((text) => writeRow(target, address, size, text)),
  };
}

/** `02 00 1f …  ..a` */
function rowText(bytes: Uint8Array): string {
  const digits = toHex(bytes).replace(/..(?=.)/g, '$& ');
  const text = Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
  return `${digits.padEnd(rowSize * 3 - 1)}  ${text.join('')}`;
}

function writeRow(target: Target, address: bigint, size: number, text: string): Result<void> {
  // The text column of a row is taken as it was shown, and ignored.
  const bytes = fromHex(text.split('  ')[0] ?? '');
  if (bytes?.length === size) return target.write(address, bytes);
  const found = bytes === undefined ? 'something else' : `${bytes.length}`;
  return failed({ code: 'bad-bytes', message: `expected ${size} bytes in hex, found ${found}` });
}
