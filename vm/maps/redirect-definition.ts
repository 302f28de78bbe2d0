import type { MapDefinition } from '../object/program-object.ts';
import { checkFlags, refuse } from './definition.ts';
import { mapFlag } from './flags.ts';

/** CONFIG_NR_CPUS of distributions' kernels. */
const mostCpus = 8192;
const userFlags = mapFlag.NUMA_NODE | mapFlag.RDONLY | mapFlag.WRONLY;

function checkIndexed(map: MapDefinition, valueSizes: readonly number[], flags: number): void {
  if (map.maxEntries === 0)
    refuse(map, 'EINVAL', 'max_entries is 0', 'give the definition __uint(max_entries, N)');
  if (map.keySize !== 4) refuse(map, 'EINVAL', `the key has 4 bytes, not ${map.keySize}`);
  if (!valueSizes.includes(map.valueSize))
    refuse(map, 'EINVAL', `the value has ${valueSizes.join(' or ')} bytes, not ${map.valueSize}`);
  checkFlags(map, flags);
}

/** As dev_map_alloc_check of kernel/bpf/devmap.c; these raise `map-definition`. */
export function checkDevMap(map: MapDefinition): void {
  checkIndexed(map, [4, 8], userFlags);
}

/** As cpu_map_alloc of kernel/bpf/cpumap.c. */
export function checkCpuMap(map: MapDefinition): void {
  checkIndexed(map, [4, 8], mapFlag.NUMA_NODE);
  if (map.maxEntries > mostCpus) refuse(map, 'E2BIG', `there are at most ${mostCpus} CPUs`);
}

/** As xsk_map_alloc of net/xdp/xskmap.c. */
export function checkXskMap(map: MapDefinition): void {
  checkIndexed(map, [4], userFlags);
}

/** As sock_map_alloc of net/core/sock_map.c and reuseport_array_alloc_check of kernel/bpf/reuseport_array.c. */
export function checkSockArray(map: MapDefinition): void {
  checkIndexed(map, [4, 8], userFlags);
}
