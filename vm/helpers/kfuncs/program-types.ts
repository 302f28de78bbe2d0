import type { Kfunc } from '../../machine/helper.ts';

/** Program types that may call kfuncs, as the kernel registers their sets (bpf_prog_type_to_kfunc_hook). */

const tracingHook = ['tracing', 'tracepoint', 'perf_event', 'lsm'];
const cgroupHook = [
  'cgroup_skb',
  'cgroup_sock',
  'cgroup_device',
  'cgroup_sock_addr',
  'cgroup_sockopt',
  'cgroup_sysctl',
];

/** generic_kfunc_set of kernel/bpf/helpers.c. */
export const genericTypes = ['sched_cls', 'xdp', ...tracingHook, 'struct_ops', 'syscall', ...cgroupHook];
/** kernel/bpf/cpumask.c */
export const cpumaskTypes = [...tracingHook, 'struct_ops', 'syscall'];

export function forTypes(types: readonly string[], kfuncs: readonly Kfunc[]): readonly Kfunc[] {
  return kfuncs.map((kfunc) => ({ ...kfunc, types }));
}
