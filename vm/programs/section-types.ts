/**
 * Program types by ELF section name, as libbpf's `section_defs`: `name` means exactly that, `name/` a name with
 * something after the slash, `name+` either. Longer entries come first where one is the beginning of another.
 */
const table = `
xdp xdp.frags xdp+ xdp.frags+
sched_cls tc+ classifier+ tcx+ netkit+
sched_act action+
socket_filter socket+
cgroup_skb cgroup_skb/ cgroup/skb
raw_tracepoint raw_tp+ raw_tracepoint+
raw_tracepoint_writable raw_tp.w+ raw_tracepoint.w+
syscall syscall
kprobe kprobe+ kretprobe+ uprobe+ uretprobe+ uprobe.s+ uretprobe.s+ usdt+ usdt.s+ ksyscall+ kretsyscall+
kprobe kprobe.multi+ kretprobe.multi+ kprobe.session+ uprobe.multi+ uretprobe.multi+ uprobe.session+
kprobe uprobe.multi.s+ uretprobe.multi.s+ uprobe.session.s+
tracepoint tp+ tracepoint+
tracing tp_btf+ fentry+ fentry.s+ fexit+ fexit.s+ fmod_ret+ fmod_ret.s+ iter+ iter.s+
ext freplace+
lsm lsm+ lsm.s+ lsm_cgroup+
perf_event perf_event
lwt_in lwt_in
lwt_out lwt_out
lwt_xmit lwt_xmit
lwt_seg6local lwt_seg6local
sock_ops sockops
sk_skb sk_skb+
sk_msg sk_msg
lirc_mode2 lirc_mode2
flow_dissector flow_dissector
sk_reuseport sk_reuseport+
sk_lookup sk_lookup
struct_ops struct_ops+ struct_ops.s+
netfilter netfilter
cgroup_sock cgroup/sock_create cgroup/sock_release cgroup/sock cgroup/post_bind4 cgroup/post_bind6
cgroup_sock_addr cgroup/bind4 cgroup/bind6 cgroup/connect4 cgroup/connect6 cgroup/connect_unix
cgroup_sock_addr cgroup/sendmsg4 cgroup/sendmsg6 cgroup/sendmsg_unix cgroup/recvmsg4 cgroup/recvmsg6
cgroup_sock_addr cgroup/recvmsg_unix cgroup/getpeername4 cgroup/getpeername6 cgroup/getpeername_unix
cgroup_sock_addr cgroup/getsockname4 cgroup/getsockname6 cgroup/getsockname_unix
cgroup_sysctl cgroup/sysctl
cgroup_sockopt cgroup/getsockopt cgroup/setsockopt
cgroup_device cgroup/dev
`;

/** What libbpf before 1.0 took by its beginning: `xdp_drop`, `socket1`. */
const oldPrefixes: readonly (readonly [string, string])[] = [
  ['xdp', 'xdp'],
  ['classifier', 'sched_cls'],
  ['action', 'sched_act'],
  ['socket', 'socket_filter'],
];

const patterns: readonly { readonly type: string; readonly pattern: string }[] = table
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [type = '', ...names] = line.split(' ');
    return names.map((pattern) => ({ type, pattern }));
  });

/** BPF_PROG_TYPE_ name in lower case for a section name; undefined where libbpf knows none. A leading `?` (not loaded by default) is skipped. */
export function programTypeOfSection(sectionName: string): string | undefined {
  const name = sectionName.startsWith('?') ? sectionName.slice(1) : sectionName;
  const exact = patterns.find(({ pattern }) => matches(name, pattern));
  return exact?.type ?? oldPrefixes.find(([prefix]) => name.startsWith(prefix))?.[1];
}

function matches(name: string, pattern: string): boolean {
  if (pattern.endsWith('+')) {
    const stem = pattern.slice(0, -1);
    return name === stem || name.startsWith(`${stem}/`);
  }
  return pattern.endsWith('/') ? name.startsWith(pattern) : name === pattern;
}
