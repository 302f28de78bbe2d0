import { ProblemError } from '../base/problem.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { KernelMap, ValueQueue } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { isPerCpu } from '../maps/definition.ts';
import { mapFlag, mapType } from '../maps/flags.ts';
import { isSocketMap } from '../maps/sock-map.ts';
import { lowHalf, mapArgument, memoryArgument, usableMapArgument } from './arguments.ts';
import { contentHelper, isCompatible } from './map-compatibility.ts';
import { lookUpSocket, mayChangeSockets, updateSocket } from './sock-map.ts';

/** The map in R1, where the verifier has the helper on its type; undefined with a fault. */
function contentsArgument(machine: Machine, helper: number): KernelMap | undefined {
  const map = mapArgument(machine, 1);
  if (map === undefined || !isCompatible(machine, map, helper)) return undefined;
  return usableMapArgument(machine, 1);
}

function lookup(machine: Machine): Outcome {
  const map = contentsArgument(machine, contentHelper.lookup);
  if (map === undefined) return outcome.fault;
  const key = memoryArgument(machine, 2, map.linked.definition.keySize, 'read', 'map');
  if (key < 0) return outcome.fault;
  if (isSocketMap(map)) return lookUpSocket(machine, map, key);
  return machine.answer(map.lookup(key, machine.cpu));
}

function lookupPerCpu(machine: Machine): Outcome {
  const map = usableMapArgument(machine, 1);
  if (map === undefined) return outcome.fault;
  const { type, keySize } = map.linked.definition;
  if (!isPerCpu(type)) {
    const message = `cannot pass map_type ${type} into func bpf_map_lookup_percpu_elem#195`;
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const key = memoryArgument(machine, 2, keySize, 'read', 'map');
  if (key < 0) return outcome.fault;
  const cpu = lowHalf(machine, 3);
  return machine.answer(cpu < machine.environment.cpus ? map.lookup(key, cpu) : 0);
}

/** Programs cannot change a map made with BPF_F_RDONLY_PROG (record_func_map of the verifier). */
function isWritable(machine: Machine, map: KernelMap): boolean {
  if ((map.linked.definition.flags & mapFlag.RDONLY_PROG) === 0) return true;
  machine.fail({ kind: 'write-forbidden', message: `write into map forbidden: ${map.name}` });
  return false;
}

function update(machine: Machine): Outcome {
  const map = contentsArgument(machine, contentHelper.update);
  if (map === undefined || !isWritable(machine, map)) return outcome.fault;
  if (isSocketMap(map) && !mayChangeSockets(machine, map, 'bpf_map_update_elem#2')) return outcome.fault;
  const { keySize, valueSize } = map.linked.definition;
  const key = memoryArgument(machine, 2, keySize, 'read', 'map');
  if (key < 0) return outcome.fault;
  const sockets = isSocketMap(map);
  const value = sockets ? 0 : memoryArgument(machine, 3, valueSize, 'read', 'map');
  if (value < 0) return outcome.fault;
  try {
    if (sockets) return updateSocket(machine, map, key);
    return machine.answer(map.update(key, value, machine.register(4), machine.cpu));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return machine.fail({ kind: 'out-of-memory', message: error.message });
  }
}

function remove(machine: Machine): Outcome {
  const map = contentsArgument(machine, contentHelper.remove);
  if (map === undefined || !isWritable(machine, map)) return outcome.fault;
  if (isSocketMap(map) && !mayChangeSockets(machine, map, 'bpf_map_delete_elem#3')) return outcome.fault;
  const key = memoryArgument(machine, 2, map.linked.definition.keySize, 'read', 'map');
  return key < 0 ? outcome.fault : machine.answer(map.remove(key));
}

/** What a map without keys does; undefined with a fault. */
function queueArgument(machine: Machine, helper: number): { map: KernelMap; queue: ValueQueue } | undefined {
  const map = contentsArgument(machine, helper);
  if (map === undefined || (helper !== contentHelper.peek && !isWritable(machine, map))) return undefined;
  const { queue } = map;
  if (queue === undefined) throw new Error(`${map.typeName} has no queue`);
  return { map, queue };
}

function push(machine: Machine): Outcome {
  const found = queueArgument(machine, contentHelper.push);
  if (found === undefined) return outcome.fault;
  const { map, queue } = found;
  const value = memoryArgument(machine, 2, map.linked.definition.valueSize, 'read', 'map');
  return value < 0 ? outcome.fault : machine.answer(queue.push(value, machine.register(3)));
}

/** The value is written, but for a bloom filter, which is asked for it. */
function get(machine: Machine, helper: number): Outcome {
  const found = queueArgument(machine, helper);
  if (found === undefined) return outcome.fault;
  const { type, valueSize } = found.map.linked.definition;
  const access = type === mapType.BLOOM_FILTER ? 'read' : 'write';
  const value = memoryArgument(machine, 2, valueSize, access, 'map');
  if (value < 0) return outcome.fault;
  const { queue } = found;
  return machine.answer(helper === contentHelper.pop ? queue.pop(value) : queue.peek(value));
}

export const mapAccessHelpers: readonly Helper[] = [
  { id: 1, name: 'bpf_map_lookup_elem', call: lookup },
  { id: 2, name: 'bpf_map_update_elem', call: update },
  { id: 3, name: 'bpf_map_delete_elem', call: remove },
  { id: contentHelper.push, name: 'bpf_map_push_elem', call: push },
  { id: contentHelper.pop, name: 'bpf_map_pop_elem', call: (machine) => get(machine, contentHelper.pop) },
  { id: contentHelper.peek, name: 'bpf_map_peek_elem', call: (machine) => get(machine, contentHelper.peek) },
  { id: 195, name: 'bpf_map_lookup_percpu_elem', call: lookupPerCpu },
];
