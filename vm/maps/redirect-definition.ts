import type { MapDefinition } from '../object/program-object.ts';
import { checkFlags, refuse } from './definition.ts';
import { mapFlag } from './flags.ts';

/** CONFIG_NR_CPUS of distributions' kernels. */
const mostCpus = 8192;
const userFlags = mapFlag.NUMA_NODE | mapFlag.RDONLY | mapFlag.WRONLY;

/** MAX_BPF_STACK of include/linux/filter.h. */
const largestKey = 512;
/** Buckets are a power of two, below U32_MAX / sizeof(struct bpf_shtab_bucket). */
const mostBuckets = 2 ** 27;

function checkEntries(map: MapDefinition): void {
  if (map.maxEntries === 0)
    refuse(map, 'EINVAL', 'max_entries is 0', 'give the definition __uint(max_entries, N)');
}

function checkValue(map: MapDefinition, sizes: readonly number[]): void {
  if (!sizes.includes(map.valueSize))
    refuse(map, 'EINVAL', `the value has ${sizes.join(' or ')} bytes, not ${map.valueSize}`);
}

function checkIndexed(map: MapDefinition, valueSizes: readonly number[], flags: number): void {
  checkEntries(map);
  if (map.keySize !== 4) refuse(map, 'EINVAL', `the key has 4 bytes, not ${map.keySize}`);
  checkValue(map, valueSizes);
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

/** As sock_map_alloc of net/core/sock_map.c. */
export function checkSockArray(map: MapDefinition): void {
  checkIndexed(map, [4, 8], userFlags);
}

/** As sock_hash_alloc of net/core/sock_map.c. */
export function checkSockHash(map: MapDefinition): void {
  checkEntries(map);
  if (map.keySize === 0) refuse(map, 'EINVAL', 'the key has no bytes');
  checkValue(map, [4, 8]);
  checkFlags(map, userFlags);
  if (map.keySize > largestKey)
    refuse(map, 'E2BIG', `the key has ${map.keySize} bytes, more than ${largestKey}`);
  if (map.maxEntries > mostBuckets) refuse(map, 'EINVAL', `there are at most ${mostBuckets} buckets`);
}

/** As reuseport_array_alloc_check of kernel/bpf/reuseport_array.c, which asks array_map_alloc_check. */
export function checkReuseportArray(map: MapDefinition): void {
  checkIndexed(map, [4, 8], userFlags | mapFlag.RDONLY_PROG | mapFlag.WRONLY_PROG);
}
