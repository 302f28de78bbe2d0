import type { IntegerJson } from './scenario-json.ts';

/** The network that programs ask about: what is not in it is not found. Addresses are text: `10.0.0.1`, `2001:db8::1`. */
export interface NetworkJson {
  /** Devices besides the loopback device, which has index 1. */
  readonly devices?: readonly DeviceJson[];
  readonly routes?: readonly RouteJson[];
  readonly neighbours?: readonly NeighbourJson[];
  readonly sockets?: readonly SocketJson[];
  /**
   * What `bpf_get_netns_cookie` returns.
   * @default 1
   */
  readonly netnsCookie?: IntegerJson;
}

export interface DeviceJson {
  readonly ifindex: IntegerJson;
  readonly name?: string;
  /** Default: 1500; 65536 for the loopback device. */
  readonly mtu?: IntegerJson;
  /** @default true */
  readonly up?: boolean;
  /** `02:00:00:00:00:01`. Default: zeros. */
  readonly mac?: string;
  /**
   * Packets that come in here are forwarded (`net.ipv4.conf.*.forwarding` and the same of IPv6).
   * @default false
   */
  readonly forwarding?: boolean;
}

export interface RouteJson {
  /** `10.0.0.0/8`; without a prefix length one address; `default` is `0.0.0.0/0`. */
  readonly to: string;
  readonly type?: 'unicast' | 'local' | 'broadcast' | 'blackhole' | 'unreachable' | 'prohibit';
  /** Interface index. */
  readonly device?: IntegerJson;
  /** Next hop. */
  readonly via?: string;
  /** Preferred source address. */
  readonly source?: string;
  /** A locked MTU (`mtu lock 1400`). Others count only where packets begin. Default: the device's. */
  readonly mtu?: IntegerJson;
  /** Default: 0; 1024 for IPv6. */
  readonly metric?: IntegerJson;
  /** Default: 254 (main); 255 (local) for the types local and broadcast. */
  readonly table?: IntegerJson;
}

export interface NeighbourJson {
  readonly address: string;
  /** Interface index. */
  readonly device: IntegerJson;
  /** Left out: not resolved. */
  readonly mac?: string;
}

export interface SocketJson {
  readonly protocol: 'tcp' | 'udp';
  /** Address and port: `10.0.0.1:80`, `[2001:db8::1]:80`. */
  readonly local: string;
  /** Left out: not connected. */
  readonly remote?: string;
  /** Default: `established` with a remote address, else `listen` for TCP and `close` for UDP. */
  readonly state?:
    | 'established'
    | 'syn_sent'
    | 'syn_recv'
    | 'fin_wait1'
    | 'fin_wait2'
    | 'time_wait'
    | 'close'
    | 'close_wait'
    | 'last_ack'
    | 'listen'
    | 'closing'
    | 'new_syn_recv';
  /** Interface that it is bound to; 0: any. */
  readonly boundDevice?: IntegerJson;
  readonly mark?: IntegerJson;
  readonly priority?: IntegerJson;
  /** What `bpf_get_socket_cookie` returns. Default: 1 for the first socket, 2 for the second. */
  readonly cookie?: IntegerJson;
  readonly uid?: IntegerJson;
  /** Ids of its cgroup's ancestors from the root to the cgroup itself. */
  readonly cgroupIds?: readonly IntegerJson[];
  /** rx_queue_mapping; -1: none. */
  readonly rxQueue?: IntegerJson;
  /**
   * Whether `SO_REUSEPORT` was set before it was bound: sockets of one protocol, address, port and device that have it
   * are a group.
   * @default false
   */
  readonly reuseport?: boolean;
  /** Members of struct bpf_tcp_sock by name: `{ "snd_cwnd": 10 }`. */
  readonly tcp?: Readonly<Record<string, IntegerJson>>;
}
