/**
 * Writes the scenarios of sockets.bpf.o: `sockets_*` is what every kernel answers, those of test/kernel-network need
 * the sockets that its compare.sh opens.
 */
import { writeFileSync } from 'node:fs';

const v4 = (text) => Buffer.from(text.split('.').map(Number));
const v6 = (last) => Buffer.from(`20010db800020000000000000000000${last}`, 'hex');

function run(kind, { from = '10.2.0.1', fromPort = 1, to = '10.2.0.1', toPort = 1, six, ...rest } = {}) {
  const bytes = Buffer.alloc(128);
  const size = six ? 36 : 12;
  bytes.writeUInt32LE(kind, 14);
  bytes.writeUInt32LE(rest.size ?? size, 18);
  bytes.writeBigUInt64LE(rest.netns ?? 0xffffffffffffffffn, 22);
  bytes.writeBigUInt64LE(rest.flags ?? 0n, 30);
  const addresses = Buffer.concat(six ? [v6(from), v6(to)] : [v4(from), v4(to)]);
  addresses.copy(bytes, 38);
  bytes.writeUInt16BE(fromPort, 38 + addresses.length);
  bytes.writeUInt16BE(toPort, 40 + addresses.length);
  return { dataIn: bytes.toString('hex') };
}

const kinds = [0, 1, 2];
const absent = kinds.flatMap((kind) => [
  run(kind),
  run(kind, { size: 11 }),
  run(kind, { size: 13 }),
  run(kind, { six: true, from: 1, to: 1 }),
  run(kind, { six: true, from: 1, to: 1, size: 35 }),
  run(kind, { flags: 1n }),
  run(kind, { netns: 0x7ffffff0n }),
  run(kind, { netns: 0x100000000n }),
  run(kind, { netns: 0xffffffffn }),
]);

const present = kinds.flatMap((kind) => [
  run(kind, { toPort: 80, fromPort: 999 }),
  run(kind, { toPort: 80, fromPort: 4000 }),
  run(kind, { toPort: 4000, fromPort: 80 }),
  run(kind, { toPort: 80, fromPort: 4000, to: '10.3.0.1' }),
  run(kind, { toPort: 81, fromPort: 4000, to: '10.3.0.1' }),
  run(kind, { toPort: 53, fromPort: 53 }),
  run(kind, { toPort: 53, fromPort: 53, to: '10.3.0.1' }),
  run(kind, { toPort: 54, fromPort: 9 }),
  run(kind, { toPort: 54, fromPort: 9, to: '10.3.0.1' }),
  run(kind, { toPort: 55, fromPort: 56 }),
  run(kind, { toPort: 55, fromPort: 57 }),
  run(kind, { six: true, from: 1, to: 1, toPort: 86, fromPort: 1 }),
  run(kind, { six: true, from: 1, to: 1, toPort: 81, fromPort: 1 }),
  run(kind, { toPort: 80, fromPort: 999, flags: 1n }),
]);

const sockets = [
  { protocol: 'tcp', local: '10.2.0.1:80' },
  { protocol: 'tcp', local: '10.2.0.1:80', remote: '10.2.0.1:4000' },
  { protocol: 'tcp', local: '10.2.0.1:4000', remote: '10.2.0.1:80' },
  { protocol: 'tcp', local: '[::]:81' },
  { protocol: 'tcp', local: '[2001:db8:2::1]:86' },
  { protocol: 'udp', local: '10.2.0.1:53' },
  { protocol: 'udp', local: '0.0.0.0:54' },
  { protocol: 'udp', local: '10.2.0.1:55', remote: '10.2.0.1:56' },
];

function write(file, program, runs, network) {
  const scenario = {
    object: network ? '../kernel/network/sockets.bpf.o' : 'sockets.bpf.o',
    program,
    ...(network && { environment: { network } }),
    runs,
  };
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify(scenario, null, 2)}\n`);
}

const ethernet = (type, rest) => ({ dataIn: `020000000001020000000002${type}${rest}` });
const own = [
  ethernet('0800', '45000030000140004006268f0a0000010a000002'.padEnd(100, '1')),
  ethernet(
    '86dd',
    `60000000000c1140${'20010db8'.padEnd(32, '1')}${'20010db8'.padEnd(32, '2')}`.padEnd(120, '3'),
  ),
  ethernet('0806', '00'.repeat(40)),
];
write('sockets_xdp.json', 'at_xdp', absent);
write('sockets_tc.json', 'at_tc', absent);
write('sockets_own_tc.json', 'own_tc', own);
write('sockets_own_cgroup.json', 'own_cgroup', own);
const devices = [2, 3, 4].map((ifindex) => ({ ifindex }));
write('../../kernel-network/sockets_xdp.json', 'at_xdp', present, { devices, sockets });
write('../../kernel-network/sockets_tc.json', 'at_tc', present, { devices, sockets });
