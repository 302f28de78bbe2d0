import { ProblemError } from '../../base/problem.ts';
import { outcome, type Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import type { ObjectPlace } from '../../machine/objects.ts';
import { dropObject, specialFieldsOfType } from '../../maps/special-fields.ts';
import type { SpecialField } from '../../maps/value-layout.ts';
import { allocationAt, structName, type Allocation } from '../allocations.ts';

/** What lists and trees share: their heads and nodes as arguments, and who owns the objects that the nodes are in. */

export type RootName = 'bpf_list_head' | 'bpf_rb_root';
const nodeNames = { bpf_list_head: 'bpf_list_node', bpf_rb_root: 'bpf_rb_node' } as const;

export interface GraphRoot {
  readonly address: bigint;
  readonly name: RootName;
  readonly field: SpecialField;
}

export interface GraphNode {
  readonly address: bigint;
  readonly object: ObjectPlace;
}

/** Always undefined. */
function refuse(machine: Machine, message: string): (GraphRoot & GraphNode) | undefined {
  machine.fail({ kind: 'refused-by-kernel', message });
  return undefined;
}

/** The head or root in R1, under its lock; undefined with a fault (__process_kf_arg_ptr_to_graph_root). */
export function rootArgument(machine: Machine, name: RootName): GraphRoot | undefined {
  const address = machine.register(1);
  const allocation = allocationAt(machine, address);
  if (allocation === undefined)
    return refuse(machine, 'arg#0 expected pointer to map value or allocated object');
  if (allocation.typeId !== undefined && !machine.references.has(allocation.address))
    return refuse(machine, 'allocated object must be referenced');
  const { offset, fields } = allocation;
  const field = fields.find((one) => one.name === name && one.offset === offset);
  if (field === undefined) return refuse(machine, `${name} not found at offset=${offset}`);
  return isLocked(machine, allocation, name) ? { address, name, field } : undefined;
}

/** check_reg_allocation_locked: the lock has to be in the same value or object. */
function isLocked(machine: Machine, { address, fields }: Allocation, name: RootName): boolean {
  const { locks } = machine;
  if (locks.guards(address)) return true;
  if (locks.held !== 0n) return !machine.refuse('held lock and object are not in the same allocation');
  const lock = fields.find((field) => field.name === 'bpf_spin_lock');
  return !machine.refuse(`bpf_spin_lock at off=${lock?.offset ?? -22} must be held for ${name}`);
}

/** The node in R2 that the program owns and gives to a list or tree; undefined with a fault. */
export function ownedNode(machine: Machine, root: GraphRoot): GraphNode | undefined {
  const address = machine.register(2);
  const object = machine.objects.at(address);
  if (object === undefined || !machine.references.has(object.address))
    return refuse(machine, 'arg#1 expected pointer to allocated object');
  return isNodeOf(machine, root, object) ? { address, object } : undefined;
}

/** The node in R2 that the program owns, or that is lent to it; undefined with a fault. */
export function lentNode(machine: Machine, root: GraphRoot, name: string): GraphNode | undefined {
  const address = machine.register(2);
  const object = machine.objects.at(address);
  if (object?.open !== true)
    return refuse(machine, `${name} can only take non-owning or refcounted bpf_rb_node pointer`);
  return isNodeOf(machine, root, object) ? { address, object } : undefined;
}

/** process_kf_arg_ptr_to_graph_node. */
function isNodeOf(machine: Machine, { name, field }: GraphRoot, object: ObjectPlace): boolean {
  const nodeName = nodeNames[name];
  const { offset, typeId } = object;
  const node = specialFieldsOfType(machine, typeId).find(
    (one) => one.name === nodeName && one.offset === offset,
  );
  if (node === undefined) {
    refuse(machine, `${nodeName} not found at offset=${offset}`);
    return false;
  }
  const { contains } = field;
  if (contains === undefined) return true;
  const expected = structName(machine, contains.typeId);
  if (contains.typeId !== typeId) {
    const found = `at offset=${offset} in struct ${structName(machine, typeId)}`;
    refuse(
      machine,
      `operation on ${name} expects arg#1 ${nodeName} at offset=${contains.nodeOffset} in struct ${expected}, but arg is ${found}`,
    );
    return false;
  }
  if (contains.nodeOffset === offset) return true;
  refuse(
    machine,
    `arg#1 offset=${offset}, but expected ${nodeName} at offset=${contains.nodeOffset} in struct ${expected}`,
  );
  return false;
}

/** The program's reference goes to a list or tree: the object is its until the unlock. */
export function giveAway(machine: Machine, { object }: GraphNode): void {
  machine.references.release(object.address);
  machine.objects.lend(object.address);
}

/** A node that was not taken: its object is dropped. */
export function dropNode(machine: Machine, { object }: GraphNode): void {
  dropObject(machine, object.address);
}

/** Answers with a node, of an object that is the program's from now on. */
export function answerOwned(machine: Machine, node: bigint): Outcome {
  const object = machine.objects.at(node);
  if (object !== undefined) {
    machine.objects.open(object.address);
    machine.references.acquire(object.address, machine.slot);
  }
  return machine.answer(node);
}

/** Answers with a node that its list or tree still owns. */
export function answerLent(machine: Machine, node: bigint): Outcome {
  const object = machine.objects.at(node);
  if (object !== undefined) machine.objects.lend(object.address);
  return machine.answer(node);
}

/** A kfunc on a head or root; what somebody has written over its links is a fault. */
export function onGraph(
  name: RootName,
  call: (machine: Machine, root: GraphRoot) => Outcome,
): (machine: Machine) => Outcome {
  return (machine) => {
    const root = rootArgument(machine, name);
    return root === undefined ? outcome.fault : withLinks(machine, () => call(machine, root));
  };
}

export function withLinks(machine: Machine, body: () => Outcome): Outcome {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return machine.fail({ kind: 'invalid-access', message: error.message });
  }
}
