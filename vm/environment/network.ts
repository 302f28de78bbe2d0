/** What programs can find out about the network around them, where the environment says it. */

/** A network device. */
export interface NetworkDevice {
  readonly ifindex: number;
  readonly name: string;
  readonly mtu: number;
  /** IFF_UP. */
  readonly up: boolean;
  /** 6 bytes. */
  readonly mac: Uint8Array;
  /** IP forwarding is on for IPv4 and IPv6 packets that it receives. */
  readonly forwarding: boolean;
}

/** The host part of a socket's name: 4 bytes of IPv4 or 16 of IPv6. */
export type IpAddress = Uint8Array;

export const routeTypes = ['unicast', 'local', 'broadcast', 'blackhole', 'unreachable', 'prohibit'] as const;
export type RouteType = (typeof routeTypes)[number];

/** A route of the forwarding tables. */
export interface NetworkRoute {
  readonly destination: IpAddress;
  /** Bits of the destination that count. */
  readonly prefixLength: number;
  readonly type: RouteType;
  /** Interface index; undefined for the types that lead nowhere. */
  readonly device: number | undefined;
  /** Next hop; undefined where the destination is on the device's link. */
  readonly gateway: IpAddress | undefined;
  /** Preferred source address. */
  readonly source: IpAddress | undefined;
  /** Of the route; undefined: the device's. */
  readonly mtu: number | undefined;
  readonly metric: number;
  readonly table: number;
}

/** Who has an address on a device's link. */
export interface NetworkNeighbour {
  readonly address: IpAddress;
  readonly device: number;
  /** 6 bytes; undefined: not resolved. */
  readonly mac: Uint8Array | undefined;
}

/** TCP_* of include/net/tcp_states.h, from 1 on. */
export const socketStates = [
  'established',
  'syn_sent',
  'syn_recv',
  'fin_wait1',
  'fin_wait2',
  'time_wait',
  'close',
  'close_wait',
  'last_ack',
  'listen',
  'closing',
  'new_syn_recv',
] as const;
export type SocketState = (typeof socketStates)[number];

/** A socket that programs can find. */
export interface NetworkSocket {
  readonly protocol: 'tcp' | 'udp';
  readonly local: IpAddress;
  readonly localPort: number;
  /** Zeros where it is not connected. */
  readonly remote: IpAddress;
  readonly remotePort: number;
  readonly state: SocketState;
  /** Interface it is bound to; 0: any. */
  readonly boundDevice: number;
  readonly mark: number;
  readonly priority: number;
  readonly cookie: bigint;
  readonly uid: number;
  readonly cgroupIds: readonly bigint[];
  readonly rxQueue: number;
  /** SO_REUSEPORT was set before it was bound. */
  readonly reuseport: boolean;
  /** Members of struct bpf_tcp_sock by name; what is left out is 0. */
  readonly tcp: Readonly<Record<string, bigint>>;
}

export interface NetworkEnvironment {
  readonly devices: readonly NetworkDevice[];
  readonly routes: readonly NetworkRoute[];
  readonly neighbours: readonly NetworkNeighbour[];
  readonly sockets: readonly NetworkSocket[];
  /** bpf_get_netns_cookie. */
  readonly netnsCookie: bigint;
}

/** The loopback device, which every network namespace has. */
export const loopbackDevice: NetworkDevice = {
  ifindex: 1,
  name: 'lo',
  mtu: 65536,
  up: true,
  mac: new Uint8Array(6),
  forwarding: false,
};

/** What there is where the environment says nothing. */
export const defaultNetwork: NetworkEnvironment = {
  devices: [loopbackDevice],
  routes: [],
  neighbours: [],
  sockets: [],
  netnsCookie: 1n,
};
