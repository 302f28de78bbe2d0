import type { TaskEnvironment, VirtualMemoryArea } from '../environment/task.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import type { Btf } from '../object/btf/btf.ts';

/**
 * Objects of the kernel that programs get pointers to: structs laid out as the program's BTF has them, read-only. Members
 * that the environment does not say are zeros. Each has a region, made when it is first asked for; their ids are u32
 * at `state.kernel`.
 */
const objects = [
  'task_struct',
  'vm_area_struct',
  'css_set',
  'cgroup',
  'kernfs_node',
  'pt_regs',
  'mm_struct',
] as const;
export type KernelObject = (typeof objects)[number];

/** Size of objects whose type the program's BTF does not have: nothing of them can be named. */
const unknownSize = 8;

interface Place {
  readonly address: bigint;
  readonly base: number;
  readonly size: number;
  readonly isNew: boolean;
}

function placeOf(machine: Machine, name: KernelObject): Place {
  const { memory, regions } = machine;
  const at = state.kernel + 4 * objects.indexOf(name);
  let id = memory.view.getUint32(at, true);
  const isNew = id === 0;
  if (isNew) {
    const size = sizeOfStruct(machine.program.object.btf, name) ?? unknownSize;
    id = regions.add({ kind: 'memory', base: memory.allocate(size), size, writeLimit: 0 });
    memory.view.setUint32(at, id, true);
  }
  const region = regions.get(id);
  if (region === undefined) throw new Error(`the region of ${name} is gone`);
  return { address: regions.addressOf(id), base: region.base, size: region.size, isNew };
}

function sizeOfStruct(btf: Btf | undefined, name: string): number | undefined {
  const type = btf?.byName(name, 'struct');
  return type === undefined ? undefined : btf?.sizeOf(type.id);
}

/** Stores a value into a member of up to 8 bytes, or text into an array; members that BTF does not have are left out. */
function setMember(
  machine: Machine,
  name: KernelObject,
  place: Place,
  member: string,
  value: bigint | Uint8Array,
): void {
  const { btf } = machine.program.object;
  const type = btf?.byName(name, 'struct');
  const found = type && btf?.member(type.id, member);
  if (!btf || found?.bitSize !== undefined || found === undefined) return;
  const offset = found.bitOffset / 8;
  const size = btf.sizeOf(found.typeId) ?? 0;
  if (offset + size > place.size) return;
  const bytes = typeof value === 'bigint' ? littleEndian(value, size) : value.subarray(0, size);
  machine.memory.bytes.set(bytes, place.base + offset);
}

function littleEndian(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

export function commBytes(task: TaskEnvironment): Uint8Array {
  return new TextEncoder().encode(task.comm).subarray(0, 15);
}

/** Address of the current task's task_struct; undefined where the environment has no task. */
export function currentTask(machine: Machine): bigint | undefined {
  const { task } = machine.environment;
  if (task === undefined) return undefined;
  const place = placeOf(machine, 'task_struct');
  if (place.isNew) {
    const set = (member: string, value: bigint | Uint8Array): void =>
      setMember(machine, 'task_struct', place, member, value);
    set('pid', BigInt(task.pid));
    set('tgid', BigInt(task.tgid));
    set('comm', commBytes(task));
    set('cgroups', cssSet(machine));
    if (task.pid === task.tgid) set('group_leader', place.address);
  }
  return place.address;
}

function cssSet(machine: Machine): bigint {
  const place = placeOf(machine, 'css_set');
  if (place.isNew) setMember(machine, 'css_set', place, 'dfl_cgrp', currentCgroup(machine) ?? 0n);
  return place.address;
}

/** Address of the struct cgroup of the current task in the default hierarchy. */
export function currentCgroup(machine: Machine): bigint | undefined {
  const ids = machine.environment.task?.cgroupIds ?? [];
  const id = ids.at(-1);
  if (id === undefined) return undefined;
  const place = placeOf(machine, 'cgroup');
  if (place.isNew) {
    const node = placeOf(machine, 'kernfs_node');
    setMember(machine, 'kernfs_node', node, 'id', id);
    setMember(machine, 'cgroup', place, 'kn', node.address);
    setMember(machine, 'cgroup', place, 'level', BigInt(ids.length - 1));
  }
  return place.address;
}

/** The mapping as a struct vm_area_struct, until the next one is asked for. */
export function vmaObject(machine: Machine, vma: VirtualMemoryArea): bigint {
  const place = placeOf(machine, 'vm_area_struct');
  setMember(machine, 'vm_area_struct', place, 'vm_start', vma.start);
  setMember(machine, 'vm_area_struct', place, 'vm_end', vma.end);
  setMember(machine, 'vm_area_struct', place, 'vm_flags', vma.flags);
  return place.address;
}

/** struct pt_regs of the current task, whose members the environment does not say. */
export function taskRegisters(machine: Machine): bigint {
  return placeOf(machine, 'pt_regs').address;
}
