import { raise } from '../base/problem.ts';
import { mapTypeName } from '../object/map-types.ts';
import type { MapDefinition } from '../object/program-object.ts';
import { errno, type ErrnoName } from './errno.ts';
import { mapFlag, mapType } from './flags.ts';

/** PCPU_MIN_UNIT_SIZE of include/linux/percpu.h: the most a per-CPU value can have. */
const largestPerCpuValue = 32 << 10;
/** KMALLOC_MAX_SIZE less sizeof(struct htab_elem), on x86_64. */
const largestHashElement = (1 << 22) - 48;
const largestArrayValue = 0x7fffffff;
const mostHashEntries = 2 ** 31;
/** U32_MAX / sizeof(struct bucket). */
const mostBuckets = 2 ** 28;

const accessFlags = mapFlag.RDONLY | mapFlag.WRONLY | mapFlag.RDONLY_PROG | mapFlag.WRONLY_PROG;
const hashFlags =
  mapFlag.NO_PREALLOC | mapFlag.NO_COMMON_LRU | mapFlag.NUMA_NODE | mapFlag.ZERO_SEED | accessFlags;
const arrayFlags =
  mapFlag.NUMA_NODE | mapFlag.MMAPABLE | mapFlag.PRESERVE_ELEMS | mapFlag.INNER_MAP | accessFlags;

export function isPerCpu(type: number): boolean {
  return type === mapType.PERCPU_ARRAY || type === mapType.PERCPU_HASH || type === mapType.LRU_PERCPU_HASH;
}

export function isLru(type: number): boolean {
  return type === mapType.LRU_HASH || type === mapType.LRU_PERCPU_HASH;
}

/** Raises `map-definition`. */
export function refuse(map: MapDefinition, error: ErrnoName, why: string, hint?: string): never {
  const place = `the map ${map.name} (${mapTypeName(map.type)})`;
  return raise(
    'map-definition',
    `${place} is refused by the kernel with -${error} (${-errno[error]}): ${why}`,
    undefined,
    hint,
  );
}

function hex(flags: number): string {
  return `0x${flags.toString(16)}`;
}

/** The flags of a definition: those of its type, and what they exclude of each other; raises `map-definition`. */
export function checkFlags(map: MapDefinition, allowed: number): void {
  const unknown = (map.flags & ~allowed) >>> 0;
  if (unknown !== 0) refuse(map, 'EINVAL', `its type does not take the map flags ${hex(unknown)}`);
  const both = mapFlag.RDONLY_PROG | mapFlag.WRONLY_PROG;
  if ((map.flags & both) === both) {
    refuse(map, 'EINVAL', 'BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other');
  }
  if ((map.flags & mapFlag.NUMA_NODE) !== 0 && isPerCpu(map.type)) {
    refuse(map, 'EINVAL', 'a per-CPU map takes no BPF_F_NUMA_NODE');
  }
}

function checkSizes(map: MapDefinition): void {
  if (map.maxEntries === 0)
    refuse(map, 'EINVAL', 'max_entries is 0', 'give the definition __uint(max_entries, N)');
  if (map.keySize === 0)
    refuse(map, 'EINVAL', 'the key has 0 bytes', 'give the definition __type(key, T) or __uint(key_size, N)');
  if (map.valueSize === 0)
    refuse(
      map,
      'EINVAL',
      'the value has 0 bytes',
      'give the definition __type(value, T) or __uint(value_size, N)',
    );
  if (isPerCpu(map.type) && Math.ceil(map.valueSize / 8) * 8 > largestPerCpuValue) {
    refuse(map, 'E2BIG', `a per-CPU value has at most ${largestPerCpuValue} bytes, not ${map.valueSize}`);
  }
}

/** As array_map_alloc_check of kernel/bpf/arraymap.c; raises `map-definition`. */
export function checkArray(map: MapDefinition): void {
  if (map.keySize !== 4) refuse(map, 'EINVAL', `the key of an array has 4 bytes, not ${map.keySize}`);
  checkFlags(map, arrayFlags);
  if (map.type !== mapType.ARRAY && (map.flags & (mapFlag.MMAPABLE | mapFlag.INNER_MAP)) !== 0) {
    refuse(map, 'EINVAL', 'BPF_F_MMAPABLE and BPF_F_INNER_MAP are for ARRAY only');
  }
  if ((map.flags & mapFlag.PRESERVE_ELEMS) !== 0) {
    refuse(map, 'EINVAL', 'BPF_F_PRESERVE_ELEMS is for PERF_EVENT_ARRAY only');
  }
  checkSizes(map);
  if (map.valueSize > largestArrayValue) refuse(map, 'E2BIG', `a value of ${map.valueSize} bytes`);
}

/** As fd_array_map_alloc_check of kernel/bpf/arraymap.c: values are `what`; raises `map-definition`. */
export function checkFdArray(map: MapDefinition, what: string): void {
  if (map.keySize !== 4) refuse(map, 'EINVAL', `the key of an array has 4 bytes, not ${map.keySize}`);
  if (map.valueSize !== 4) refuse(map, 'EINVAL', `a value is ${what}, 4 bytes, not ${map.valueSize}`);
  checkFlags(map, mapFlag.NUMA_NODE | mapFlag.RDONLY | mapFlag.WRONLY);
  checkSizes(map);
}

/** Map types without keys; raises `map-definition`. */
export function checkKeyless(map: MapDefinition): void {
  if (map.keySize !== 0) refuse(map, 'EINVAL', `the type has no keys, but the key has ${map.keySize} bytes`);
  checkSizes({ ...map, keySize: 1 });
}

/** As htab_map_alloc_check and htab_map_alloc of kernel/bpf/hashtab.c; raises `map-definition`. */
export function checkHash(map: MapDefinition): void {
  checkFlags(map, hashFlags);
  const lru = isLru(map.type);
  if (!lru && (map.flags & mapFlag.NO_COMMON_LRU) !== 0) {
    refuse(map, 'EINVAL', 'BPF_F_NO_COMMON_LRU is for LRU maps only');
  }
  if (lru && (map.flags & mapFlag.NO_PREALLOC) !== 0) {
    refuse(map, 'ENOTSUPP', 'an LRU map takes no BPF_F_NO_PREALLOC');
  }
  const numa = mapFlag.NUMA_NODE | mapFlag.NO_COMMON_LRU;
  if ((map.flags & numa) === numa) {
    refuse(map, 'EINVAL', 'BPF_F_NUMA_NODE and BPF_F_NO_COMMON_LRU exclude each other');
  }
  checkSizes(map);
  if (map.keySize + map.valueSize >= largestHashElement) {
    refuse(
      map,
      'E2BIG',
      `key and value have ${map.keySize + map.valueSize} bytes, the most is ${largestHashElement - 1}`,
    );
  }
  if (map.maxEntries > mostHashEntries) refuse(map, 'E2BIG', `max_entries ${map.maxEntries} is above 2³¹`);
  if (map.maxEntries > mostBuckets)
    refuse(map, 'E2BIG', `max_entries ${map.maxEntries} needs too many buckets`);
}
