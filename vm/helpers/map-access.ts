import { ProblemError } from '../base/problem.ts';
import { outcome, type Helper, type Outcome } from '../machine/helper.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { isPerCpu } from '../maps/definition.ts';
import { mapFlag, mapType } from '../maps/flags.ts';
import { lowHalf, memoryArgument, usableMapArgument } from './arguments.ts';

/** The map in R1, where the verifier has the helper on its type; undefined with a fault. */
function contentsArgument(machine: Machine, helper: string): KernelMap | undefined {
  const map = usableMapArgument(machine, 1);
  if (map?.linked.definition.type !== mapType.PROG_ARRAY) return map;
  const message = `cannot pass map_type ${mapType.PROG_ARRAY} into func ${helper}`;
  machine.fail({ kind: 'refused-by-kernel', message });
  return undefined;
}

function lookup(machine: Machine): Outcome {
  const map = contentsArgument(machine, 'bpf_map_lookup_elem#1');
  if (map === undefined) return outcome.fault;
  const key = memoryArgument(machine, 2, map.linked.definition.keySize, 'read', 'map');
  return key < 0 ? outcome.fault : machine.answer(map.lookup(key, machine.cpu));
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
  const map = contentsArgument(machine, 'bpf_map_update_elem#2');
  if (map === undefined || !isWritable(machine, map)) return outcome.fault;
  const { keySize, valueSize } = map.linked.definition;
  const key = memoryArgument(machine, 2, keySize, 'read', 'map');
  if (key < 0) return outcome.fault;
  const value = memoryArgument(machine, 3, valueSize, 'read', 'map');
  if (value < 0) return outcome.fault;
  try {
    return machine.answer(map.update(key, value, machine.register(4), machine.cpu));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return machine.fail({ kind: 'out-of-memory', message: error.message });
  }
}

function remove(machine: Machine): Outcome {
  const map = contentsArgument(machine, 'bpf_map_delete_elem#3');
  if (map === undefined || !isWritable(machine, map)) return outcome.fault;
  const key = memoryArgument(machine, 2, map.linked.definition.keySize, 'read', 'map');
  return key < 0 ? outcome.fault : machine.answer(map.remove(key));
}

export const mapAccessHelpers: readonly Helper[] = [
  { id: 1, name: 'bpf_map_lookup_elem', call: lookup },
  { id: 2, name: 'bpf_map_update_elem', call: update },
  { id: 3, name: 'bpf_map_delete_elem', call: remove },
  { id: 195, name: 'bpf_map_lookup_percpu_elem', call: lookupPerCpu },
];
