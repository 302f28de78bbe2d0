/** Offsets in struct __sk_buff of include/uapi/linux/bpf.h that helpers read and write. */
export const skBuff = {
  len: 0,
  pktType: 4,
  protocol: 16,
  vlanPresent: 20,
  vlanTci: 24,
  vlanProto: 28,
  ifindex: 40,
  hash: 68,
  data: 76,
  dataEnd: 80,
  dataMeta: 140,
  tstamp: 152,
  gsoSegs: 164,
  sk: 168,
  gsoSize: 176,
  tstampType: 180,
} as const;

/** Ethernet types as skb->protocol has them: network byte order in a little-endian u16. */
export const protocol = {
  ipv4: 0x0008,
  ipv6: 0xdd86,
  vlan: 0x0081,
  serviceVlan: 0xa888,
  ieee8023: 0x0100,
  ieee8022: 0x0400,
} as const;

export const ethernetHeaderSize = 14;
export const vlanHeaderSize = 4;
export const ipv4HeaderSize = 20;
export const ipv6HeaderSize = 40;

/** eth_type_vlan. */
export function isVlan(type: number): boolean {
  return type === protocol.vlan || type === protocol.serviceVlan;
}
