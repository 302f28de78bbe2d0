import type { IntegerJson } from './scenario-json.ts';

/** What programs see of the kernel around them. What is left out is answered as "not found", with a note. */
export interface KernelEnvironmentJson {
  /** The task that is current while programs run. */
  readonly task?: TaskJson;
  /** What lies at addresses of the kernel: `bpf_probe_read_kernel` and its like find it. */
  readonly kernelMemory?: readonly MemoryRangeJson[];
  /** What lies at addresses of the current process. */
  readonly userMemory?: readonly MemoryRangeJson[];
  /** The event that runs a tracing program. */
  readonly event?: EventJson;
  /** What names of the kernel stand for. */
  readonly names?: {
    /** Addresses by name, as in /proc/kallsyms. */
    readonly symbols?: Readonly<Record<string, IntegerJson>>;
    /** Ids of types of the kernel by kind and name: `"struct task_struct"`. */
    readonly types?: Readonly<Record<string, IntegerJson>>;
  };
  /** Files, inodes and paths that programs get pointers to. */
  readonly files?: readonly FileJson[];
  /** What `bpf_ktime_get_tai_ns` is ahead of `bpf_ktime_get_ns`. */
  readonly taiOffsetNs?: IntegerJson;
  /** The sysctl that a cgroup_sysctl program decides about. */
  readonly sysctl?: SysctlJson;
}

export interface SysctlJson {
  /** Path below /proc/sys: `net/ipv4/ip_forward`. */
  readonly name: string;
  /** As a read gives it, with its line feed. Left out: it cannot be read. */
  readonly currentValue?: string;
  /** What is written, where the context's `write` is not 0. */
  readonly newValue?: string;
}

export interface TaskJson {
  /** Thread id. */
  readonly pid: IntegerJson;
  /**
   * Process id. Default: `pid`.
   */
  readonly tgid?: IntegerJson;
  readonly uid?: IntegerJson;
  readonly gid?: IntegerJson;
  /** At most 15 bytes. */
  readonly comm?: string;
  /** Ids of the cgroup and its ancestors, from the root to the cgroup itself, the last one. */
  readonly cgroupIds?: readonly IntegerJson[];
  /** Mappings of the process: addresses from `start` up to `end`. */
  readonly vmas?: readonly {
    readonly start: IntegerJson;
    readonly end: IntegerJson;
    readonly flags?: IntegerJson;
  }[];
  /** Return addresses in the kernel, the innermost first. */
  readonly kernelStack?: readonly IntegerJson[];
  /** Return addresses in the process, the innermost first. */
  readonly userStack?: readonly IntegerJson[];
  /** Pid and tgid as seen in a pid namespace, whose file has this device and inode. */
  readonly pidNamespace?: {
    readonly dev: IntegerJson;
    readonly ino: IntegerJson;
    readonly pid: IntegerJson;
    readonly tgid: IntegerJson;
  };
}

/** Hex digits, or text that is stored with a NUL behind it. */
export interface MemoryRangeJson {
  readonly address: IntegerJson;
  readonly bytes?: string;
  readonly text?: string;
}

export interface EventJson {
  /** What `bpf_get_func_ip` returns. */
  readonly functionAddress?: IntegerJson;
  /** What `bpf_get_attach_cookie` returns. */
  readonly cookie?: IntegerJson;
  /** The counter of a perf event. */
  readonly counter?: {
    readonly value: IntegerJson;
    readonly enabled: IntegerJson;
    readonly running: IntegerJson;
  };
  /** Branches that the CPU recorded: hex digits of 24 bytes each (struct perf_branch_entry). */
  readonly branches?: string;
}

export interface FileJson {
  /** Address of the struct file, inode or path. */
  readonly address: IntegerJson;
  readonly path?: string;
  /** What the integrity subsystem measured, in hex digits. */
  readonly hash?: string;
  /** Number of the algorithm (enum hash_algo); 4 is sha256. */
  readonly hashAlgorithm?: IntegerJson;
}
