/** Writes the scenarios of xdp_buffer.bpf.o: what helpers make of the XDP buffer, operation by operation. */
import { writeFileSync } from 'node:fs';

const codes = { head: 1, meta: 2, tail: 3, load: 4, store: 5, writeData: 6, writeMeta: 7 };
const headerSize = 14;
const operationSize = 8;
const operations = 6;

function packet(total, list) {
  const bytes = Buffer.alloc(total);
  for (let i = 0; i < total; i++) bytes[i] = (i * 7 + (i >> 8) * 3) & 0xff;
  bytes.fill(0, headerSize, headerSize + operationSize * operations);
  list.forEach(([name, offset = 0, size = 0], i) => {
    const at = headerSize + i * operationSize;
    bytes.writeUInt8(codes[name], at);
    bytes.writeUInt16LE(size, at + 2);
    bytes.writeInt32LE(offset | 0, at + 4);
  });
  return bytes.toString('hex');
}

/** Numbers of xorshift32. */
function generator(seed) {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

function write(name, program, runs) {
  const scenario = {
    object: 'xdp_buffer.bpf.o',
    program,
    runs: runs.map(({ total = 128, list, ctxIn }) => ({
      dataIn: packet(total, list),
      ...(ctxIn && { ctxIn }),
    })),
  };
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(scenario, null, 2)}\n`);
}

const linear = (...list) => ({ list });
write('xdp_linear', 'linear', [
  linear(['head', 20], ['head', -30], ['writeData', 0, 9], ['load', 0, 40]),
  linear(['head', -216], ['head', -1], ['writeData', 0, 1], ['load', 0, 64], ['tail', 3648], ['tail', 1]),
  linear(['head', -217], ['head', 114], ['head', 1], ['load', 0, 14], ['load', 0, 15]),
  linear(['head', 115], ['head', 0x7fffffff], ['head', -0x80000000], ['head', 0]),
  linear(['meta', -4], ['meta', -3], ['meta', -212], ['meta', -4], ['writeMeta', 0, 3], ['meta', 8]),
  linear(['meta', -1], ['meta', 1], ['meta', -216], ['meta', 220], ['meta', 216], ['meta', 0]),
  linear(['meta', -16], ['writeMeta', 0, 77], ['head', 10], ['head', -20], ['meta', 16], ['head', 3]),
  linear(['meta', -100], ['head', -116], ['head', -117], ['head', -1], ['meta', -4], ['meta', 4]),
  linear(['head', 60], ['meta', -252], ['meta', -4], ['meta', -1], ['head', -24], ['head', -1]),
  linear(['tail', -114], ['tail', -1], ['tail', 50], ['load', 0, 64], ['store', 3, 20], ['load', 1, 30]),
  linear(['tail', 3392], ['tail', 1], ['load', 3000, 500], ['store', 3519, 1], ['load', 3519, 1]),
  linear(['tail', 0x7fffffff], ['tail', -0x80000000], ['tail', -115], ['tail', 0], ['tail', 3393]),
  linear(['load', 0, 128], ['load', 0, 129], ['load', 127, 1], ['load', 128, 1], ['load', 0xffff, 1]),
  linear(['load', 0x10000, 1], ['load', -1, 4], ['load', 0, 0], ['load', 0, 511], ['load', 64, 64]),
  linear(['store', 0, 64], ['store', 120, 9], ['store', 120, 8], ['store', 0x10000, 1], ['store', -1, 1]),
  linear(['meta', -32], ['load', 0, 20], ['store', 0, 20], ['writeMeta', 0, 5], ['load', 0, 30]),
  {
    list: [
      ['meta', 8],
      ['meta', -204],
      ['head', 5],
      ['writeMeta', 0, 1],
    ],
    ctxIn: { data: 16 },
  },
  {
    list: [
      ['head', -200],
      ['meta', 1],
      ['head', -1],
    ],
    ctxIn: { data: 16, data_end: 128 },
  },
  {
    list: [
      ['head', -4],
      ['head', 4],
      ['meta', 216],
    ],
    total: 300,
    ctxIn: { data: 216 },
  },
  {
    list: [
      ['tail', 1],
      ['tail', -1],
      ['tail', 1],
    ],
    total: 3520,
  },
]);

const paged = (total, ...list) => ({ total, list });
write('xdp_fragments', 'fragments', [
  paged(4000, ['load', 3500, 100], ['store', 3510, 40], ['load', 3500, 64], ['tail', 10], ['tail', -490]),
  paged(4000, ['tail', 3616], ['tail', 1], ['tail', -4096], ['tail', -1], ['load', 3510, 20], ['tail', 5]),
  paged(4000, ['tail', -480], ['tail', 100], ['load', 3500, 64], ['tail', 1000]),
  paged(4000, ['tail', -3986], ['load', 0, 14], ['tail', -1], ['tail', 86]),
  paged(4000, ['tail', -3987], ['head', 3506], ['head', 1], ['head', -3000], ['load', 2990, 60]),
  paged(
    9000,
    ['load', 7600, 60],
    ['load', 3500, 511],
    ['store', 7610, 20],
    ['load', 8990, 10],
    ['load', 8990, 11],
  ),
  paged(
    9000,
    ['tail', -1384],
    ['load', 7600, 16],
    ['load', 7600, 17],
    ['tail', 1],
    ['tail', -4097],
    ['tail', 4],
  ),
  paged(9000, ['meta', -12], ['writeMeta', 0, 4], ['head', 100], ['load', 3410, 20], ['tail', -5000]),
  {
    list: [
      ['load', 60, 30],
      ['tail', -60],
      ['tail', 3600],
      ['load', 60, 64],
    ],
    total: 128,
    ctxIn: { data_end: 64 },
  },
  {
    list: [
      ['tail', -64],
      ['tail', 10],
      ['load', 60, 14],
    ],
    total: 128,
    ctxIn: { data_end: 64 },
  },
  {
    list: [
      ['head', 49],
      ['head', 1],
      ['tail', -65],
      ['tail', 3],
    ],
    total: 128,
    ctxIn: { data_end: 64 },
  },
  {
    list: [
      ['head', 0],
      ['load', 100, 20],
      ['meta', 4],
    ],
    total: 140,
    ctxIn: { data: 8, data_end: 80 },
  },
]);

const random = generator(0x5eed);
const name = () => ['head', 'meta', 'tail', 'load', 'store', 'writeData', 'writeMeta'][random(7)];
const offset = (kind) => {
  if (kind === 'meta') return 4 * (random(40) - 22) + (random(8) === 0 ? 1 : 0);
  if (kind === 'load' || kind === 'store') return random(300);
  return random(260) - 130;
};
const list = () =>
  Array.from({ length: operations }, () => {
    const kind = name();
    return [kind, offset(kind), 1 + random(100)];
  });
write(
  'xdp_linear_random',
  'linear',
  Array.from({ length: 60 }, () => ({ total: 62 + random(300), list: list() })),
);
write(
  'xdp_fragments_random',
  'fragments',
  Array.from({ length: 40 }, () => {
    const end = 62 + random(60);
    return { total: end + random(200), list: list(), ctxIn: { data_end: end } };
  }),
);
