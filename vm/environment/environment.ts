import type { SysctlEnvironment } from './cgroup.ts';
import type { FileEnvironment } from './files.ts';
import type { SkbEnvironment } from './skb.ts';
import type { NetworkEnvironment } from './network.ts';
import type { EventEnvironment, KernelNames, MemoryRange, TaskEnvironment } from './task.ts';

/** What a run depends on besides program and input. JSON-friendly names as in scenarios. */
export interface Environment {
  /** The CPU that runs the program, from 0. */
  readonly cpu: number;
  /** How many CPUs there are: the length of per-CPU values. */
  readonly cpus: number;
  /** bpf_ktime_get_ns at cycle 0 of the first run. */
  readonly ktimeNs: bigint;
  readonly nsPerCycle: number;
  /** Seed of bpf_get_prandom_u32. */
  readonly randomSeed: number;
  /** hashrnd of hash maps that have no BPF_F_ZERO_SEED. */
  readonly hashSeed: number;
  /** Left out: nothing is known of the current task. */
  readonly task?: TaskEnvironment;
  /** What lies at addresses of the kernel. */
  readonly kernelMemory?: readonly MemoryRange[];
  /** What lies at addresses of the current process. */
  readonly userMemory?: readonly MemoryRange[];
  readonly skb?: SkbEnvironment;
  readonly event?: EventEnvironment;
  /** bpf_ktime_get_tai_ns - bpf_ktime_get_ns. */
  readonly taiOffsetNs?: bigint;
  readonly names?: KernelNames;
  readonly files?: readonly FileEnvironment[];
  readonly sysctl?: SysctlEnvironment;
  /** Left out: there is the loopback device and nothing else. */
  readonly network?: NetworkEnvironment;
}

export const defaultEnvironment: Environment = {
  cpu: 0,
  cpus: 2,
  ktimeNs: 1_000_000n,
  nsPerCycle: 1,
  randomSeed: 1,
  hashSeed: 0,
};
