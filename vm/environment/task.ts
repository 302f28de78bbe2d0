/** What runs of programs see of the kernel around them, where the environment says it. All addresses are the kernel's. */

/** Bytes at an address of the kernel or of the current process. */
export interface MemoryRange {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** One mapping of the current process: addresses from `start` up to `end`. */
export interface VirtualMemoryArea {
  readonly start: bigint;
  readonly end: bigint;
  readonly flags: bigint;
}

/** The task that is current while programs run. */
export interface TaskEnvironment {
  /** Thread id, task_struct::pid. */
  readonly pid: number;
  /** Process id. */
  readonly tgid: number;
  readonly uid: number;
  readonly gid: number;
  /** At most 15 bytes. */
  readonly comm: string;
  /** Ids of the cgroup's ancestors from the root (level 0) to the cgroup itself, the last one. */
  readonly cgroupIds: readonly bigint[];
  readonly vmas: readonly VirtualMemoryArea[];
  /** Return addresses, the innermost first. */
  readonly kernelStack: readonly bigint[];
  readonly userStack: readonly bigint[];
  /** Pid and tgid as seen in the pid namespace whose file has this device and inode. */
  readonly pidNamespace:
    { readonly dev: bigint; readonly ino: bigint; readonly pid: number; readonly tgid: number } | undefined;
}

/** What the kernel knows of the event that runs a tracing program. */
export interface EventEnvironment {
  /** bpf_get_func_ip. */
  readonly functionAddress: bigint | undefined;
  /** bpf_get_attach_cookie. */
  readonly cookie: bigint | undefined;
  /** struct bpf_perf_event_value of the event that a perf_event program runs for. */
  readonly counter:
    { readonly value: bigint; readonly enabled: bigint; readonly running: bigint } | undefined;
  /** struct perf_branch_entry (24 bytes each), as the CPU recorded them. */
  readonly branches: Uint8Array | undefined;
}

/** What a name of the kernel stands for. */
export interface KernelNames {
  /** /proc/kallsyms: addresses by name. */
  readonly symbols: Readonly<Record<string, bigint>>;
  /** Ids of vmlinux's BTF by kind and name: `struct task_struct`. */
  readonly types: Readonly<Record<string, number>>;
}
