import type { KernelMap } from '../machine/kernel-map.ts';
import type { Machine } from '../machine/machine.ts';
import { mapArgument } from './arguments.ts';

/** The map in R1 or R2 of a helper that takes one type of map only; undefined with the verifier's fault. */
export function mapOfType<M extends KernelMap>(
  machine: Machine,
  register: number,
  type: abstract new (...parameters: never[]) => M,
  helper: string,
): M | undefined {
  const map = mapArgument(machine, register);
  if (map === undefined || map instanceof type) return map;
  const message = `cannot pass map_type ${map.linked.definition.type} into func ${helper}`;
  machine.fail({ kind: 'refused-by-kernel', message });
  return undefined;
}
