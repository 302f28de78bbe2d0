/** Offsets in struct bpf_sock of include/uapi/linux/bpf.h. */
export const bpfSock = {
  boundDevice: 0,
  family: 4,
  type: 8,
  protocol: 12,
  mark: 16,
  priority: 20,
  sourceIp4: 24,
  sourceIp6: 28,
  /** Host byte order; u32. */
  sourcePort: 44,
  /** Network byte order; u16. */
  destinationPort: 48,
  destinationIp4: 52,
  destinationIp6: 56,
  state: 72,
  rxQueueMapping: 76,
  sizeOf: 80,
} as const;

const tcpWords = `snd_cwnd srtt_us rtt_min snd_ssthresh rcv_nxt snd_nxt snd_una mss_cache ecn_flags rate_delivered
rate_interval_us packets_out retrans_out total_retrans segs_in data_segs_in segs_out data_segs_out lost_out sacked_out`;
const wideMembers = ['bytes_received', 'bytes_acked'];
const lastWords = ['dsack_dups', 'delivered', 'delivered_ce', 'icsk_retransmits'];

export interface StructMember {
  readonly offset: number;
  readonly size: 4 | 8;
}

/** Members of struct bpf_tcp_sock. */
export const tcpSockMembers: Readonly<Record<string, StructMember>> = Object.fromEntries<StructMember>([
  ...tcpWords.split(/\s+/).map((name, i) => [name, { offset: 4 * i, size: 4 }] as const),
  ...wideMembers.map((name, i) => [name, { offset: 80 + 8 * i, size: 8 }] as const),
  ...lastWords.map((name, i) => [name, { offset: 96 + 4 * i, size: 4 }] as const),
]);
export const tcpSockSize = 112;
