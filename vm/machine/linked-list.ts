import { raise } from '../base/problem.ts';
import { maximumRegions } from '../memory/regions.ts';
import type { Machine } from './machine.ts';
import { pointerPoison, readPointer, writePointer } from './pointers.ts';

/**
 * Lists of include/linux/list.h, with nodes that know their list (struct bpf_list_node_kern: next, prev, owner; 8 bytes
 * each). A head of zeros is an empty list. All functions raise `broken-links`.
 */
const next = 0n;
const previous = 8n;
const owner = 16n;

export type End = 'front' | 'back';

/** A head, or the links of a node that is in no list (INIT_LIST_HEAD). */
export function initLinks(machine: Machine, address: bigint): void {
  writePointer(machine, address + next, address);
  writePointer(machine, address + previous, address);
}

function isUnset(machine: Machine, head: bigint): boolean {
  return readPointer(machine, head + next) === 0n;
}

/** Adds a node at an end; false where it is in a list already (__bpf_list_add). */
export function addToList(machine: Machine, node: bigint, head: bigint, end: End): boolean {
  if (isUnset(machine, head)) initLinks(machine, head);
  if (readPointer(machine, node + owner) !== 0n) return false;
  writePointer(machine, node + owner, pointerPoison);
  const before = end === 'front' ? head : readPointer(machine, head + previous);
  const after = end === 'front' ? readPointer(machine, head + next) : head;
  writePointer(machine, after + previous, node);
  writePointer(machine, node + next, after);
  writePointer(machine, node + previous, before);
  writePointer(machine, before + next, node);
  writePointer(machine, node + owner, head);
  return true;
}

/** The node at an end; 0n of an empty list. */
export function endOfList(machine: Machine, head: bigint, end: End): bigint {
  if (isUnset(machine, head)) return 0n;
  const node = readPointer(machine, head + (end === 'front' ? next : previous));
  return node === head ? 0n : node;
}

/** Takes the node at an end out of the list; 0n of an empty list (__bpf_list_del). */
export function takeFromList(machine: Machine, head: bigint, end: End): bigint {
  if (isUnset(machine, head)) initLinks(machine, head);
  const node = endOfList(machine, head, end);
  if (node === 0n || readPointer(machine, node + owner) !== head) return 0n;
  const [after, before] = [readPointer(machine, node + next), readPointer(machine, node + previous)];
  writePointer(machine, after + previous, before);
  writePointer(machine, before + next, after);
  initLinks(machine, node);
  writePointer(machine, node + owner, 0n);
  return node;
}

/** Empties the list whose head is at a linear offset; its nodes, which keep their links (bpf_list_head_free). */
export function drainList(machine: Machine, head: number): bigint[] {
  const { view } = machine.memory;
  const nodes: bigint[] = [];
  for (let at = view.getBigUint64(head, true); at !== 0n; at = readPointer(machine, at + next)) {
    if (machine.regions.peek(at)?.linear === head) break;
    if (nodes.length === maximumRegions) raise('broken-links', 'a list does not come back to its head');
    nodes.push(at);
  }
  view.setBigUint64(head, 0n, true);
  view.setBigUint64(head + Number(previous), 0n, true);
  return nodes;
}
