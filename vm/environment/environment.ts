import type { SkbEnvironment } from './skb.ts';

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
  readonly skb?: SkbEnvironment;
}

export const defaultEnvironment: Environment = {
  cpu: 0,
  cpus: 2,
  ktimeNs: 1_000_000n,
  nsPerCycle: 1,
  randomSeed: 1,
  hashSeed: 0,
};
