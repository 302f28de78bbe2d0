import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { checkCpuMap } from './redirect-definition.ts';
import { checkProgram, redirectPrograms } from './device-value.ts';
import { errno } from './errno.ts';
import { SlotMap, type SlotUpdate } from './slot-map.ts';

const longestQueue = 16384;

/**
 * CPUMAP (kernel/bpf/cpumap.c): CPUs to redirect packets to. The key is the CPU, the value the length of its queue, 0
 * for none, and possibly a program that it runs. Programs cannot read it.
 */
export class CpuMap extends SlotMap {
  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkCpuMap(linked.definition);
    super(machine, linked, index);
  }

  protected accept(cpu: number, value: Uint8Array): SlotUpdate {
    const view = new DataView(value.buffer, value.byteOffset, value.length);
    const queue = view.getUint32(0, true);
    if (queue > longestQueue) return -errno.EOVERFLOW;
    if (cpu >= this.machine.environment.cpus) return -errno.ENODEV;
    if (queue === 0) return undefined;
    const program = value.length === 8 ? view.getUint32(4, true) : 0;
    // __cpu_map_entry_alloc gives no reason, which makes it ENOMEM.
    if (checkProgram(this.machine, program, redirectPrograms.cpumap) !== 0) return -errno.ENOMEM;
    const kept = value.slice();
    if ((program | 0) <= 0 && kept.length === 8) kept.fill(0, 4);
    return kept;
  }
}
