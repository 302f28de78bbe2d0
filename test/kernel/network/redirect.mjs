/** Writes the scenarios of redirect.bpf.o. */
import { writeFileSync } from 'node:fs';

const kinds = ['interface', 'devices', 'hashed', 'cpus', 'sockets', 'neighbour', 'neighbourGiven', 'peer'];

function run(kind, key, flags = 0n) {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(kinds.indexOf(kind), 14);
  bytes.writeUInt32LE(key >>> 0, 18);
  bytes.writeBigUInt64LE(BigInt(flags), 22);
  return { dataIn: bytes.toString('hex') };
}

const word = (...numbers) =>
  numbers.flatMap((number) =>
    [0, 8, 16, 24].map((shift) => `0x${((number >>> shift) & 0xff).toString(16).padStart(2, '0')}`),
  );
const entry = (key, ...value) => ({ key: word(key), value: word(...value) });

const maps = {
  devices: [entry(0, 1, 0), entry(2, 1, 0)],
  hashed: [entry(5, 1), entry(1, 1), entry(9, 1), entry(0xffffffff, 1)],
  cpus: [entry(0, 64), entry(1, 192)],
};

function write(name, program, runs) {
  const scenario = { object: 'redirect.bpf.o', program, maps, runs };
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(scenario, null, 2)}\n`);
}

const mapKinds = ['devices', 'hashed', 'cpus', 'sockets'];
const keys = [0, 1, 2, 5, 0xffffffff];
write('xdp_redirect', 'redirect', [
  run('interface', 1),
  run('interface', 12345),
  run('interface', 1, 1n),
  run('interface', 0, 1n << 40n),
  ...mapKinds.flatMap((kind) => keys.map((key, i) => run(kind, key, i % 4))),
  ...mapKinds.flatMap((kind) => [4n, 8n, 9n, 16n, 24n, 32n, 1n << 33n].map((flags) => run(kind, 0, flags))),
  run('hashed', 3, 24n),
  run('peer', 0),
]);
write('tc_redirect', 'classify', [
  run('interface', 1),
  run('interface', 1, 1n),
  run('interface', 1, 2n),
  run('interface', 99, 1n << 32n),
  ...['neighbour', 'neighbourGiven', 'peer'].flatMap((kind) => [
    run(kind, 1),
    run(kind, 77),
    run(kind, 1, 1n),
  ]),
]);
