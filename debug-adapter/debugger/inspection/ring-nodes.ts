import { toHex } from '../../../vm/base/bytes.ts';
import type { RingMap } from '../../../vm/maps/ring-buffer.ts';
import type { RingRecord } from '../../../vm/maps/ring-storage.ts';
import type { VariableNode } from '../variable.ts';
import { listNode, textNode, type NodeContext } from './nodes.ts';

const mostBytes = 64;

/** A ring buffer with the records that wait in it, the oldest first. */
export function ringNode(context: NodeContext, map: RingMap): VariableNode {
  const records = map.records();
  const { ring } = map;
  const count = records.length === 1 ? '1 record' : `${records.length} records`;
  return listNode(
    map.name,
    `${count}, ${ring.producer - ring.consumer} of ${ring.size} bytes`,
    records.length,
    (start, wanted) =>
      records
        .slice(start, start + wanted)
        .map((record, i) => textNode(`[${start + i}]`, recordText(context, map, record))),
    { type: map.typeName },
  );
}

/** What it says, or its first bytes while it is being written. */
function recordText({ target }: NodeContext, map: RingMap, { state, size, linear }: RingRecord): string {
  const { machine } = target;
  const bytes = machine.memory.bytes.slice(linear, linear + size);
  const rest = size > mostBytes ? '…' : '';
  const text =
    state === 'submitted'
      ? machine.describeRecord(map, bytes)
      : `${toHex(bytes.subarray(0, mostBytes))}${rest} (${state === 'busy' ? 'reserved' : state})`;
  return size === 0 ? `empty (${state})` : text;
}
