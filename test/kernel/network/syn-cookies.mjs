/** Writes the scenarios of syn_cookies.bpf.o. Cookies themselves are random: their MSS and what checks say is not. */
import { writeFileSync } from 'node:fs';

function run(six, size, doff, options = [], sequence = 1000) {
  const bytes = Buffer.alloc(16 + 20 + 40 + 60, 0);
  bytes.writeUInt8(six, 14);
  bytes.writeUInt8(size, 15);
  for (let i = 16; i < 76; i++) bytes[i] = (i * 13) & 0xff;
  const tcp = 76;
  bytes.writeUInt16BE(4000, tcp);
  bytes.writeUInt16BE(80, tcp + 2);
  bytes.writeUInt32BE(sequence, tcp + 4);
  bytes.writeUInt8(doff << 4, tcp + 12);
  bytes.writeUInt8(2, tcp + 13);
  Buffer.from(options).copy(bytes, tcp + 20);
  return { dataIn: bytes.toString('hex') };
}

const mss = (value) => [2, 4, value >> 8, value & 0xff];
const runs = [0, 1].flatMap((six) => [
  run(six, 20, 5),
  run(six, 20, 5, [], 0xffffffff),
  run(six, 0, 5),
  run(six, 19, 5),
  run(six, 24, 5),
  run(six, 20, 6),
  ...[0, 1, 535, 536, 1219, 1220, 1299, 1300, 1419, 1420, 1440, 1459, 1460, 8939, 8940, 65535].map((value) =>
    run(six, 24, 6, mss(value)),
  ),
  run(six, 28, 7, [1, 1, 1, ...mss(1400)]),
  run(six, 28, 7, [0, 1, 1, 1, ...mss(1400)]),
  run(six, 28, 7, [3, 3, 7, ...mss(1450)]),
  run(six, 28, 7, [2, 3, 7, 1, ...mss(1450)]),
  run(six, 28, 7, [4, 1, ...mss(1450)]),
  run(six, 28, 7, [9, 60, ...mss(1450)]),
  run(six, 28, 7, [...mss(1450), ...mss(0)]),
  run(six, 28, 7, [...mss(1450), ...mss(600)]),
  run(six, 60, 15, [...new Array(36).fill(1), ...mss(1460)]),
]);
const scenario = { object: 'syn_cookies.bpf.o', program: 'cookies', runs };
writeFileSync(new URL('syn_cookies.json', import.meta.url), `${JSON.stringify(scenario, null, 2)}\n`);
