/**
 * Writes the scenarios of routes.bpf.o. `routes_loopback` is what every kernel answers that nobody has configured;
 * `routes_forwarding` needs the network of test/kernel-network/compare.sh.
 */
import { writeFileSync } from 'node:fs';

const v4 = (text) => Buffer.from(text.split('.').map(Number));
const v6 = (text) => Buffer.from(text.replaceAll(':', ''), 'hex');

function run({ kind = 0, size = kind === 0 ? 64 : 0, flags = 0, change = 0, ...fib }, total = 128) {
  const bytes = Buffer.alloc(total);
  bytes.writeUInt32LE(kind, 14);
  bytes.writeUInt32LE(size, 18);
  bytes.writeUInt32LE(flags >>> 0, 22);
  bytes.writeInt32LE(change, 26);
  const at = 30;
  bytes.writeUInt8(fib.family ?? 2, at);
  bytes.writeUInt16LE(fib.length ?? 0, at + 6);
  bytes.writeUInt32LE(fib.ifindex ?? 1, at + 8);
  (fib.source ?? v4('127.0.0.1')).copy(bytes, at + 16);
  (fib.destination ?? v4('127.0.0.1')).copy(bytes, at + 32);
  bytes.writeUInt32LE(fib.table ?? 0, at + 48);
  return { dataIn: bytes.toString('hex') };
}

const route = (rest = {}) => run({ kind: 0, ...rest });
const length = (rest) => run({ kind: 1, ...rest });

const one = v6('20010db8000000000000000000000001');
const loopback = [
  route(),
  route({ size: 63 }),
  route({ size: 1 }),
  route({ flags: 64 }),
  route({ flags: 0x80000000 }),
  route({ family: 0 }),
  route({ family: 3, flags: 64 }),
  route({ ifindex: 0 }),
  route({ ifindex: 12345 }),
  route({ flags: 63 }),
  route({ length: 1500 }),
  route({ destination: v4('224.0.0.1'), flags: 1 }),
  route({ family: 10, source: one, destination: one }),
  route({ family: 10, source: one, destination: one, ifindex: 12345 }),
  route({ family: 10, source: one, destination: v6('fe800000000000000000000000000001'), ifindex: 12345 }),
  route({ family: 10, source: v6('00000000000000000000000000000001'), destination: one, ifindex: 12345 }),
  route({ family: 10, source: one, destination: v6('ff020000000000000000000000000001'), ifindex: 12345 }),
  length({ ifindex: 0 }),
  length({ ifindex: 1 }),
  length({ ifindex: 12345 }),
  length({ size: 65536 }),
  length({ size: 65537 }),
  length({ size: 65536, change: 1 }),
  length({ size: 65540, change: -4 }),
  length({ size: 65540, change: -3 }),
  length({ change: 65422 }),
  length({ change: 65423 }),
  length({ change: -1000 }),
  length({ change: 2147483647 }),
  length({ size: 0xfffffff0 }),
  length({ flags: 1 }),
  length({ flags: 1, change: 1 }),
  length({ flags: 1, size: 10 }),
  length({ flags: 2 }),
  length({ flags: 3, ifindex: 12345 }),
];

const forwarding = {
  devices: [
    { ifindex: 1, forwarding: false },
    { ifindex: 2, name: 'd2', mac: '02:00:00:00:00:02', mtu: 1500, forwarding: true },
    { ifindex: 3, name: 'd3', mac: '02:00:00:00:00:03', mtu: 1400, forwarding: true },
    { ifindex: 4, name: 'd4', mac: '02:00:00:00:00:04', mtu: 1280, forwarding: false },
  ],
  routes: [
    { to: '10.2.0.1', type: 'local', device: 2, source: '10.2.0.1' },
    { to: '10.3.0.1', type: 'local', device: 3, source: '10.3.0.1' },
    { to: '10.2.0.0/16', device: 2, source: '10.2.0.1' },
    { to: '10.3.0.0/16', device: 3, source: '10.3.0.1' },
    { to: '10.3.255.255', type: 'broadcast', device: 3, source: '10.3.0.1' },
    { to: '20.0.0.0/8', via: '10.3.0.2', device: 3, source: '10.3.0.1', metric: 77 },
    { to: '20.0.0.0/8', via: '10.2.0.2', device: 2, source: '10.2.0.1', metric: 78 },
    { to: '20.1.0.0/16', via: '10.2.0.2', device: 2, source: '10.2.0.1', mtu: 1000 },
    { to: '20.2.0.0/16', type: 'blackhole' },
    { to: '20.3.0.0/16', type: 'unreachable' },
    { to: '20.4.0.0/16', type: 'prohibit' },
    { to: '20.5.0.0/16', via: '10.2.0.9', device: 2, source: '10.2.0.1' },
    { to: '30.0.0.0/8', via: '10.2.0.2', device: 2, source: '10.2.0.1', table: 100 },
    { to: '2001:db8:2::/48', device: 2, metric: 256 },
    { to: '2001:db8:3::/48', via: '2001:db8:2::2', device: 2, source: '2001:db8:2::1', metric: 5 },
    { to: '2001:db8:4::/48', type: 'blackhole', device: 1, metric: 1024 },
    { to: '2001:db8:5::/48', type: 'prohibit', device: 1, metric: 1024 },
    { to: '2001:db8:2::1', type: 'local', device: 2, metric: 0 },
  ],
  neighbours: [
    { address: '10.2.0.2', device: 2, mac: '06:00:00:00:02:02' },
    { address: '10.3.0.2', device: 3, mac: '06:00:00:00:03:02' },
    { address: '2001:db8:2::2', device: 2, mac: '06:00:00:00:06:02' },
  ],
};

const to = (text, rest = {}) => route({ ifindex: 2, source: v4('10.2.0.7'), destination: v4(text), ...rest });
const to6 = (text, rest = {}) =>
  route({
    family: 10,
    ifindex: 2,
    source: v6('20010db8000200000000000000000007'),
    destination: v6(text),
    ...rest,
  });
const six = (network, host) => `20010db8000${network}0000000000000000000${host}`;
const forwarded = [
  to('10.2.0.2'),
  to('10.3.0.2'),
  to('10.3.0.5'),
  to('10.3.0.5', { flags: 4 }),
  to('10.3.0.1'),
  to('10.3.255.255'),
  to('20.9.0.1'),
  to('20.9.0.1', { flags: 16 }),
  to('20.9.0.1', { flags: 20 }),
  to('20.9.0.1', { flags: 2 }),
  to('20.9.0.1', { flags: 2, ifindex: 3 }),
  to('20.9.0.1', { ifindex: 4 }),
  to('20.9.0.1', { length: 1400 }),
  to('20.9.0.1', { length: 1401 }),
  to('20.1.0.1', { length: 1000 }),
  to('20.1.0.1', { length: 1001 }),
  to('20.1.0.1', { length: 1501 }),
  to('20.2.0.1'),
  to('20.3.0.1'),
  to('20.4.0.1'),
  to('20.5.0.1'),
  to('20.5.0.1', { flags: 4 }),
  to('99.0.0.1'),
  to('30.0.0.1'),
  to('30.0.0.1', { flags: 9, table: 100 }),
  to('30.0.0.1', { flags: 9, table: 101 }),
  to('30.0.0.1', { flags: 8, table: 100 }),
  to('10.2.0.2', { flags: 1 }),
  to('10.3.0.1', { flags: 1 }),
  to('20.9.0.1', { flags: 32, table: 0 }),
  to6(six(2, 2)),
  to6(six(2, 3)),
  to6(six(2, 3), { flags: 4 }),
  to6(six(3, 3)),
  to6(six(3, 3), { length: 1500 }),
  to6(six(3, 3), { length: 1501 }),
  to6(six(3, 3), { flags: 16 }),
  to6(six(4, 3)),
  to6(six(5, 3)),
  to6(six(6, 3)),
  to6(six(2, 1)),
  length({ ifindex: 2, size: 1500 }),
  length({ ifindex: 2, size: 1501 }),
  length({ ifindex: 4, change: 1167 }),
  length({ ifindex: 4, change: 1166 }),
];

function write(file, program, runs, network) {
  const scenario = {
    object: network ? '../kernel/network/routes.bpf.o' : 'routes.bpf.o',
    program,
    ...(network && { environment: { network } }),
    runs,
  };
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify(scenario, null, 2)}\n`);
}

write('routes_xdp.json', 'at_xdp', loopback);
write('routes_tc.json', 'at_tc', loopback);
write('../../kernel-network/routes_xdp.json', 'at_xdp', forwarded, forwarding);
write('../../kernel-network/routes_tc.json', 'at_tc', forwarded, forwarding);
