import { defaultNetwork } from '../environment/network.ts';
import type { Machine } from '../machine/machine.ts';
import { errno } from './errno.ts';

/** Sections of the programs that the values of the maps may name. */
export const redirectPrograms = {
  devmap: /^\??xdp(\.frags)?\/devmap$/,
  cpumap: /^\??xdp(\.frags)?\/cpumap$/,
} as const;

/**
 * A program in a value, by its place in `ProgramObject.programs` counted from 1; 0 is none. Gives 0, or the error of an
 * id that is no program of the kind.
 */
export function checkProgram(machine: Machine, id: number, sections: RegExp): number {
  if ((id | 0) <= 0) return 0;
  const program = machine.program.object.programs[id - 1];
  return program !== undefined && sections.test(program.sectionName) ? 0 : -errno.EINVAL;
}

/** As __dev_map_alloc_node of kernel/bpf/devmap.c: the value to keep (struct bpf_devmap_val), or a negative errno. */
export function deviceValue(machine: Machine, value: Uint8Array): number | Uint8Array {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const ifindex = view.getUint32(0, true);
  const { devices } = machine.environment.network ?? defaultNetwork;
  if (!devices.some((device) => device.ifindex === ifindex)) return -errno.EINVAL;
  const program = value.length === 8 ? view.getUint32(4, true) : 0;
  const error = checkProgram(machine, program, redirectPrograms.devmap);
  if (error !== 0) return error;
  const kept = value.slice();
  if ((program | 0) <= 0 && kept.length === 8) kept.fill(0, 4);
  return kept;
}
