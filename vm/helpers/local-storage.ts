import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';
import { CgroupStorageMap } from '../maps/cgroup-storage.ts';
import { mapType } from '../maps/flags.ts';
import { LocalStorageMap } from '../maps/local-storage.ts';
import { mapArgument, memoryArgument } from './arguments.ts';
import { taskArgument } from './task.ts';

/**
 * Values that belong to an object of the kernel (kernel/bpf/bpf_task_storage.c and its like): their get and delete. What
 * an object is, only the kernel knows: any object that a program can have a pointer to may own a value.
 */

/** BPF_LOCAL_STORAGE_GET_F_CREATE */
const create = 1n;
const endOfUser = 0x7fff_ffff_f000n;

interface Kind {
  readonly type: number;
  /** `bpf_task_storage` */
  readonly name: string;
  readonly get: number;
  readonly remove: number;
  readonly owner: (machine: Machine, register: number) => bigint | undefined;
}

/** A pointer to an object that the machine has, or to one of the kernel; undefined with a fault. */
function objectArgument(machine: Machine, register: number): bigint | undefined {
  const address = machine.register(register);
  const place = machine.regions.locate(address);
  if (place?.region.kind === 'memory' || address > endOfUser) return address;
  const type = address === 0n ? 'scalar' : (place?.region.kind ?? 'scalar');
  const message = `R${register} type=${type} expected=ptr_, trusted_ptr_, rcu_ptr_`;
  machine.fail({ kind: address === 0n ? 'null-pointer' : 'helper-argument', message });
  return undefined;
}

const kinds: readonly Kind[] = [
  { type: mapType.SK_STORAGE, name: 'bpf_sk_storage', get: 107, remove: 108, owner: objectArgument },
  { type: mapType.INODE_STORAGE, name: 'bpf_inode_storage', get: 145, remove: 146, owner: objectArgument },
  { type: mapType.TASK_STORAGE, name: 'bpf_task_storage', get: 156, remove: 157, owner: taskArgument },
  { type: mapType.CGRP_STORAGE, name: 'bpf_cgrp_storage', get: 210, remove: 211, owner: objectArgument },
];

function storageMap(machine: Machine, wanted: number, helper: string): LocalStorageMap | undefined {
  const map = mapArgument(machine, 1);
  if (map === undefined) return undefined;
  const { type } = map.linked.definition;
  if (map instanceof LocalStorageMap && type === wanted) return map;
  machine.fail({ kind: 'refused-by-kernel', message: `cannot pass map_type ${type} into func ${helper}` });
  return undefined;
}

/** helper(map, owner, value, flags) */
function get(machine: Machine, kind: Kind): Outcome {
  const map = storageMap(machine, kind.type, `${kind.name}_get#${kind.get}`);
  const owner = map && kind.owner(machine, 2);
  if (map === undefined || owner === undefined) return outcome.fault;
  let value: number | undefined;
  if (machine.register(3) !== 0n) {
    value = memoryArgument(machine, 3, map.linked.definition.valueSize, 'read', 'map');
    if (value < 0) return outcome.fault;
  }
  const flags = machine.register(4);
  if (flags > create) return machine.answer(0);
  const found = map.get(owner);
  return machine.answer(found === 0 && flags === create ? map.create(owner, value) : found);
}

function remove(machine: Machine, kind: Kind): Outcome {
  const map = storageMap(machine, kind.type, `${kind.name}_delete#${kind.remove}`);
  const owner = map && kind.owner(machine, 2);
  return map === undefined || owner === undefined ? outcome.fault : machine.answer(map.drop(owner));
}

/** bpf_get_local_storage(map, flags): the value of the cgroup that the program is attached to. */
function localStorage(machine: Machine): Outcome {
  const map = mapArgument(machine, 1);
  if (map === undefined) return outcome.fault;
  if (!(map instanceof CgroupStorageMap)) {
    const { type } = map.linked.definition;
    const message = `cannot pass map_type ${type} into func bpf_get_local_storage#81`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  if (machine.register(2) !== 0n) {
    const message = "get_local_storage() doesn't support non-zero flags";
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  return machine.answer(map.storage(machine.cpu));
}

export const localStorageHelpers: readonly Helper[] = [
  ...kinds.flatMap((kind): Helper[] => [
    { id: kind.get, name: `${kind.name}_get`, answer: 'environment', call: (machine) => get(machine, kind) },
    {
      id: kind.remove,
      name: `${kind.name}_delete`,
      answer: 'environment',
      call: (machine) => remove(machine, kind),
    },
  ]),
  { id: 81, name: 'bpf_get_local_storage', call: localStorage },
];
