/**
 * Writes the scenarios of skb_script.bpf.o: lists of helper calls, and random ones.
 * Usage: node scripts.mjs [seed [count [name of the random ones]]]
 */
import { writeFileSync } from 'node:fs';

const steps = 10;

/** Helpers by the number that the program takes. */
const id = {
  store: 9,
  l3: 10,
  l4: 11,
  vlanPush: 18,
  vlanPop: 19,
  getTunnel: 20,
  setTunnel: 21,
  load: 26,
  diff: 28,
  getOptions: 29,
  setOptions: 30,
  proto: 31,
  type: 32,
  hash: 34,
  tail: 38,
  pull: 39,
  csumUpdate: 40,
  hashInvalid: 41,
  head: 43,
  setHash: 48,
  room: 50,
  xfrm: 66,
  relative: 68,
  ecn: 97,
  level: 135,
  tstamp: 192,
  encap: 73,
};

const ones = Array.from({ length: 96 }, (_, i) => (i * 37 + 11) & 0xff);

/** A u64 as JSON can hold it. */
function wide(number) {
  const value = BigInt.asUintN(64, BigInt(number));
  return value < 2n ** 53n ? Number(value) : `0x${value.toString(16)}`;
}

/** struct script, without the zeros at the ends of its arrays. */
function script(list, bytes = ones) {
  return {
    count: list.length,
    steps: list.map(([name, a = 0, b = 0, c = 0, d = 0]) => ({
      helper: id[name],
      a: Number(BigInt.asUintN(32, BigInt(a))),
      b: wide(b),
      c: wide(c),
      d: wide(d),
    })),
    bytes: Array.from(bytes),
  };
}

/** Elements of the map of scripts. */
const piece = 32;

/** One file for as many runs as the map has elements. */
function write(name, runs) {
  for (let i = 0; i * piece < runs.length; i++)
    writePiece(`${name}_${i + 1}`, runs.slice(i * piece, (i + 1) * piece));
}

function writePiece(name, runs) {
  const scenario = {
    object: 'skb_script.bpf.o',
    maps: { scripts: runs.map((run, i) => ({ key: i, value: script(run.list, run.bytes) })) },
    runs: runs.map(({ program = 'on_tc', packet = ipv4, ctx = {} }, i) => ({
      program,
      dataIn: packet,
      ctxIn: { mark: i, ...ctx },
    })),
  };
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(scenario)}\n`);
}

const ethernet = (type) => `000000000000020000000002${type}`;
const payload = Array.from({ length: 40 }, (_, i) =>
  ((i * 11 + 3) & 0xff).toString(16).padStart(2, '0'),
).join('');
const ipHeader = '4501003c000140004006268e0a0000010a000002';
const ip6Header = '60100000002806400020010db800000000000000000000000120010db8000000000000000000000002'.slice(
  0,
  80,
);
const ipv4 = ethernet('0800') + ipHeader + payload;
const ipv6 = ethernet('86dd') + ip6Header + payload;
const arp = ethernet('0806') + payload;
const tagged = ethernet('8100') + '20050800' + ipHeader + payload;
const doubleTagged = ethernet('88a8') + '2006' + '8100' + '2005' + '86dd' + ip6Header + payload;
const taggedShort = ethernet('8100') + '2005';
const taggedLength = ethernet('8100') + '2005' + '0030' + 'ffff' + payload;
const taggedLength2 = ethernet('8100') + '2005' + '0030' + 'aaaa' + payload;
const withTos = (tos) => ethernet('0800') + ipHeader.replace(/^4501/, `45${tos}`) + payload;
const withClass = (first, second) => ethernet('86dd') + first + second + ip6Header.slice(4) + payload;

const look = [
  ['relative', 0, 40, 1],
  ['relative', 0, 40, 0],
  ['load', 0, 40],
];

write(
  'bytes',
  [
    ['store', 0, 6, 0],
    ['store', 14, 20, 1],
    ['store', 20, 5, 2],
    ['store', 20, 5, 3],
    ['store', 20, 5, 4],
    ['store', 20, 5, 1n << 32n],
    ['store', 73, 1, 0],
    ['store', 74, 1, 0],
    ['store', 70, 5, 0],
    ['store', 0x7fffffff, 1, 0],
    ['store', 0x80000000, 1, 0],
    ['store', 0xffffffff, 2, 0],
    ['pull', 0],
    ['pull', 74],
    ['pull', 75],
    ['pull', 0xffffffff],
    ['load', 73, 1],
    ['load', 73, 2],
    ['load', 74, 1],
    ['load', 0x80000000, 1],
    ['relative', 0, 20, 0],
    ['relative', 0, 20, 1],
    ['relative', 0, 20, 2],
    ['relative', 0xffff, 1, 0],
    ['relative', 0x10000, 1, 0],
    ['relative', 59, 1, 1],
    ['relative', 60, 1, 1],
  ]
    .map((step) => ({ list: [['setHash', 77], step, ['load', 0, 48]] }))
    .concat(
      ['on_cgroup', 'on_socket', 'on_action'].map((program) => ({
        program,
        list: [
          ['load', 0, 40],
          ['load', 59, 1],
          ['load', 60, 1],
          ['load', 74, 1],
          ['relative', 0, 40, 0],
          ['relative', 0, 40, 1],
          ['relative', 73, 1, 0],
          ['relative', 74, 1, 0],
          ['relative', 60, 1, 1],
          ['relative', 0, 1, 7],
        ],
      })),
      ['on_in', 'on_out', 'on_xmit'].map((program) => ({
        program,
        list: [
          ['load', 0, 40],
          ['load', 60, 1],
          ['pull', 60],
          ['pull', 61],
          ['pull', 0],
          ['diff', 8, 8, 0],
          ['diff', 0, 7, 1],
        ],
      })),
    ),
);

write(
  'checksums',
  [
    [
      ['l3', 24, 0x0a000001, 0x0b000001, 4],
      ['l3', 24, 0x0102, 0x0304, 2],
      ['l3', 24, 0, 0x1234, 0],
      ['l3', 24, 1, 0x1234, 0],
    ],
    [
      ['l3', 24, 5, 6, 1],
      ['l3', 24, 5, 6, 3],
      ['l3', 24, 5, 6, 16],
      ['l3', 25, 5, 6, 2],
      ['l3', 72, 5, 6, 2],
      ['l3', 73, 5, 6, 2],
      ['l3', 74, 5, 6, 2],
      ['l3', 0x10000, 5, 6, 2],
      ['l3', 24, 5, 6, 1n << 40n],
    ],
    [
      ['l3', 24, 0x1234567890n, 0xfedcba0987n, 4],
      ['l3', 24, 0x1234567890n, 0xfedcba0987n, 2],
      ['l3', 24, 1n << 32n, 5, 0],
    ],
    [
      ['l4', 50, 0x0a000001, 0x0b000001, 4 | 16],
      ['l4', 50, 0x0102, 0x0304, 2],
      ['l4', 50, 0, 0x1234, 0],
      ['l4', 50, 1, 0x1234, 0],
      ['l4', 50, 0, 0xffffffff, 0],
    ],
    [
      ['l4', 50, 5, 6, 1],
      ['l4', 50, 5, 6, 256],
      ['l4', 50, 5, 6, 5 | 32],
      ['l4', 51, 5, 6, 2],
      ['l4', 74, 5, 6, 2],
      ['l4', 0x10000, 5, 6, 2],
      ['l4', 50, 5, 6, 128 | 2],
    ],
    [
      ['store', 50, 2, 0],
      ['l4', 50, 0, 5, 32],
      ['l4', 50, 0, 5, 32 | 64],
      ['l4', 50, 5, 0, 2 | 32],
      ['l4', 50, 5, 0, 2],
    ],
    [
      ['l4', 50, 0x12345678abn, 0x99887766ff55n, 4],
      ['l4', 50, 0xffff, 0, 2],
      ['l4', 50, 0, 0xffff, 2],
      ['l4', 50, 0xffffffff, 0, 4],
      ['l4', 50, 0, 0, 4],
    ],
    [
      ['diff', 0, 0, 0],
      ['diff', 0, 0, 0x12345678],
      ['diff', 0, 4, 0],
      ['diff', 4, 0, 0],
      ['diff', 4, 4, 0],
      ['diff', 8, 20, 0xffffffff],
      ['diff', 20, 8, 0xffff0000],
    ],
    [
      ['diff', 1, 0, 0],
      ['diff', 0, 1, 0],
      ['diff', 3, 5, 7],
      ['diff', 47, 46, 0],
      ['diff', 48, 48, 0xffff],
      ['diff', 2, 2, 0xffffffffff],
    ],
    [
      ['csumUpdate', 5],
      ['csumUpdate', 0],
    ],
    [
      ['level', 0, 0],
      ['level', 0, 1],
      ['level', 0, 0],
      ['level', 0, 1],
      ['level', 0, 0],
      ['level', 0, 1],
      ['level', 0, 1],
      ['level', 0, 1],
      ['level', 0, 0],
    ],
    [
      ['level', 0, 2],
      ['level', 0, 1],
      ['level', 0, 1],
      ['level', 0, 2],
      ['level', 0, 0],
      ['level', 0, 2],
      ['level', 0, 0],
      ['level', 0, 3],
      ['level', 0, 4],
    ],
    [
      ['level', 0, 1],
      ['level', 0, 1],
      ['level', 0, 3],
      ['level', 0, 0],
      ['level', 0, 1],
      ['level', 0, 0],
      ['level', 0, 1n << 32n],
    ],
    [
      ['level', 0, 1],
      ['room', 4, 0, 32],
      ['level', 0, 0],
      ['room', 4, 0, 0],
      ['level', 0, 0],
    ],
  ]
    .map((list) => ({ list: [...list, ['load', 20, 48]] }))
    .flatMap(({ list }) => [
      { list },
      { list, bytes: new Array(96).fill(0xff) },
      { list, bytes: new Array(96).fill(0) },
      ...(list.some(([name]) => name === 'room') ? [] : [{ list, program: 'on_xmit' }]),
    ]),
);

const vlans = [
  [['vlanPush', 0x0081, 5], ...look],
  [['vlanPush', 0x0081, 5], ['vlanPush', 0xa888, 6], ...look, ['vlanPop'], ...look, ['vlanPop']],
  [['vlanPush', 0x1234, 0xffff], ['vlanPush', 0, 0], ['vlanPush', 0xffff0081, 0x12345], ...look],
  [['vlanPop'], ...look],
  [['vlanPop'], ['vlanPop'], ...look],
  [['vlanPop'], ['vlanPop'], ['vlanPop'], ...look],
  [['vlanPush', 0x0081, 7], ['vlanPop'], ['vlanPop'], ...look],
  [['vlanPop'], ['vlanPush', 0xa888, 9], ['vlanPush', 0x0081, 3], ...look],
  [['vlanPush', 0x0081, 7], ['vlanPush', 0x0081, 8], ['proto', 0xdd86], ['room', 8, 0, 0], ...look],
  [['vlanPush', 0x0081, 7], ['vlanPush', 0x0081, 8], ['ecn'], ['vlanPop'], ['vlanPop'], ['ecn'], ...look],
  [
    ['vlanPush', 0x0081, 7],
    ['vlanPush', 0x0081, 8],
    ['vlanPush', 0x0081, 9],
    ['ecn'],
    ['vlanPop'],
    ['room', 4, 0, 0],
    ['room', 4, 1, 0],
    ...look,
  ],
];
write(
  'vlan',
  vlans.flatMap((list) => [
    ...[ipv4, tagged, doubleTagged, arp, taggedShort, taggedLength, taggedLength2].map((packet) => ({
      list,
      packet,
    })),
  ]),
);

const rooms = [
  ['room', 4, 0, 0],
  ['room', 4, 1, 0],
  ['room', -4, 0, 0],
  ['room', -4, 1, 0],
  ['room', 0, 0, 0],
  ['room', 20, 1, 2],
  ['room', 40, 1, 4],
  ['room', 28, 1, 2 | 16],
  ['room', 24, 1, 2 | 8],
  ['room', 48, 1, 4 | 16],
  ['room', 20, 1, 2 | 4],
  ['room', 20, 1, 2 | 8 | 16],
  ['room', 34, 1, 2 | 64],
  ['room', 34, 1, (14n << 56n) | 66n],
  ['room', 34, 1, (13n << 56n) | 66n],
  ['room', 20, 1, (21n << 56n) | 2n],
  ['room', 20, 1, (20n << 56n) | 2n],
  ['room', 4, 2, 0],
  ['room', 4, 0, 512],
  ['room', 0x1000, 0, 0],
  ['room', 0xfff, 0, 0],
  ['room', -0xfff, 0, 0],
  ['room', -0x1000, 0, 0],
  ['room', 0x80000000, 0, 0],
  ['room', 4, 0, 128],
  ['room', -20, 1, 128],
  ['room', -20, 1, 256],
  ['room', -20, 1, 384],
  ['room', -4, 0, 2],
  ['room', -4, 0, 1 | 32],
  ['room', -4, 0, 64],
  ['room', -40, 0, 0],
  ['room', -41, 0, 0],
  ['room', -60, 1, 0],
  ['room', -59, 1, 0],
  ['room', -20, 0, 0],
  ['room', -21, 1, 256],
  ['room', 4, 0, 1],
  ['room', 4, 0, 16],
];
write(
  'room',
  [ipv4, ipv6, arp].flatMap((packet) =>
    rooms.map((step) => ({
      packet,
      list: [step, ...look, ['tail', 40], ['tail', 200], ['tail', 30], ['room', 8, 1, 0]],
    })),
  ),
);
write(
  'room_gso',
  rooms.slice(0, 12).map((step) => ({
    packet: ipv4,
    ctx: { gso_size: 10, gso_segs: 3 },
    list: [step, ...look, ['proto', 0xdd86], step, ['tail', 64], step],
  })),
);

const sizes = [
  [['proto', 0xdd86], ...look, ['proto', 0x0008], ...look],
  [['proto', 0x0008], ...look],
  [['proto', 0xdd86, 1]],
  [['proto', 0x0608]],
  [['proto', 0x1dd86]],
  [['setHash', 9], ['proto', 0xdd86], ['hash']],
  ...[
    0, 1, 13, 14, 15, 33, 34, 54, 74, 75, 100, 1000, 4000, 16064, 16065, 0x10000, 0x80000000, 0xffffffff,
  ].map((n) => [['tail', n], ...look, ['pull', n], ['tail', 74], ...look]),
  [['tail', 60, 1]],
  ...[0, 1, 4, 14, 100, 4000, 15990, 15991, 16064, 0x7fffffff, 0x80000000, 0xffffffff].map((n) => [
    ['head', n],
    ...look,
    ['proto', 0xdd86],
    ['tail', 60],
    ...look,
  ]),
  [['head', 4, 1]],
  [['head', 4], ['room', 4, 0, 0], ...look],
  [
    ['head', 200],
    ['vlanPush', 0x0081, 1],
    ['vlanPush', 0x0081, 2],
    ['vlanPop'],
    ...look,
    ['vlanPop'],
    ['vlanPop'],
  ],
  [['head', 200], ['tail', 5000], ['head', 3000], ['tail', 220], ...look],
  [['room', 20, 1, 2], ['tail', 60], ['head', 4], ...look],
  [['room', 28, 1, 18], ['room', 28, 1, 18], ...look],
  [
    ['store', 0, 20],
    ['head', 16],
    ['store', 4, 10],
    ['tail', 50],
    ['tail', 90],
    ['store', 80, 10],
    ['load', 45, 45],
  ],
];
write(
  'size',
  [ipv4, ipv6, arp].flatMap((packet) => sizes.map((list) => ({ packet, list }))),
);
const xmit = sizes.filter((list) =>
  list.every(([name]) => ['tail', 'head', 'load', 'relative', 'pull', 'store'].includes(name)),
);
write(
  'size_xmit',
  [ipv4, ipv6].flatMap((packet) =>
    xmit.map((list) => ({
      packet,
      program: 'on_xmit',
      list: list.map((step) => (step[0] === 'relative' ? ['load', 0, 30] : step)),
    })),
  ),
);
write(
  'size_gso',
  [
    ['tail', 60],
    ['tail', 100],
    ['head', 20],
    ['head', 15990],
    ['head', 15991],
    ['proto', 0xdd86],
  ].map((step) => ({ ctx: { gso_size: 7, gso_segs: 2 }, list: [step, ['load', 0, 48]] })),
);

const keyBytes = (edit) => {
  const bytes = Buffer.from(ones.slice(0, 48));
  bytes.writeUInt16LE(0, 22);
  bytes.writeUInt32LE(0, 24);
  edit?.(bytes);
  return [...bytes, ...ones.slice(0, 48)];
};
const labelled = keyBytes((bytes) => bytes.writeUInt32LE(0xfff12345, 24));
const tunnels = [
  {
    list: [
      ['getTunnel', 44, 0],
      ['getTunnel', 44, 1],
      ['getOptions', 8],
      ['setOptions', 8],
      ['getTunnel', 7, 99],
    ],
  },
  ...[44, 28, 24, 22, 8, 7, 40, 48].flatMap((n) =>
    [0, 1].flatMap((v6) => [
      {
        list: [
          ['setTunnel', n, v6],
          ['getTunnel', 44, v6],
          ['getTunnel', n, v6],
          ['getTunnel', 44, v6 ^ 1],
          ['getTunnel', 44, v6 | 16],
          ['getTunnel', 28, v6 | 16],
        ],
      },
    ]),
  ),
  ...[2, 4, 8, 16, 30, 32, 64, 1n << 32n].map((flags) => ({
    list: [
      ['setTunnel', 44, flags],
      ['getTunnel', 44, 16],
      ['getTunnel', 44, 2],
      ['getTunnel', 44, 1n << 33n],
    ],
  })),
  {
    list: [
      ['setTunnel', 44, 0],
      ['getTunnel', 44, 0],
    ],
    bytes: labelled,
  },
  {
    list: [
      ['setTunnel', 44, 1],
      ['getTunnel', 44, 1],
    ],
    bytes: labelled,
  },
  { list: [['setTunnel', 44, 1]], bytes: keyBytes((bytes) => bytes.writeUInt16LE(1, 22)) },
  {
    list: [
      ['setTunnel', 44, 0],
      ['getOptions', 8],
      ['setOptions', 8],
      ['getOptions', 8],
      ['getOptions', 4],
      ['getOptions', 12],
      ['setOptions', 7],
      ['setOptions', 48],
      ['getOptions', 48],
      ['getTunnel', 44, 16],
    ],
  },
  {
    list: [
      ['setTunnel', 44, 0],
      ['setOptions', 8],
      ['setTunnel', 44, 1],
      ['getOptions', 8],
      ['setOptions', 4],
      ['getTunnel', 44, 17],
    ],
  },
].map((run) => ({ bytes: keyBytes(), ...run }));
write(
  'tunnel',
  tunnels.flatMap((run) => [run, { ...run, program: 'on_xmit' }]),
);

const misc = [
  ...[0, 1, 2, 3, 4, 7, 0xffffffff].map((n) => [
    ['type', n],
    ['type', 1],
  ]),
  [
    ['setHash', 0x12345678],
    ['hash'],
    ['hashInvalid'],
    ['setHash', 1],
    ['hash'],
    ['store', 0, 1, 2],
    ['setHash', 0],
  ],
  ...[
    [0, 0],
    [0, 5],
    [1, 0],
    [1, 5],
    [2, 0],
    [2, 7],
    [3, 5],
    [0xffffffff, 5],
    [0, -1],
  ].map(([type, time]) => [
    ['tstamp', type, time],
    ['tstamp', 1, 99],
  ]),
  [
    ['xfrm', 0, 20, 0],
    ['xfrm', 1, 28, 0],
    ['xfrm', 0, 28, 5],
  ],
  [['ecn'], ['ecn'], ...look],
];
write(
  'metadata',
  [ipv4, ipv6, arp, tagged].flatMap((packet) => misc.map((list) => ({ packet, list }))),
);
write(
  'congestion',
  [
    ...['00', '01', '02', '03', 'fd', 'fe', 'ff'].map(withTos),
    ...[
      ['6000', '0000'],
      ['6010', '0000'],
      ['6020', '0000'],
      ['6030', '0000'],
      ['6fff', 'ffff'],
      ['6fdf', '1234'],
    ].map(([a, b]) => withClass(a, b)),
    tagged,
    doubleTagged,
    taggedShort,
    arp,
    ethernet('88a8') + '2006' + '81002005'.repeat(8) + '0800' + ipHeader,
  ].flatMap((packet) => [
    { packet, list: [['ecn'], ['ecn'], ['load', 0, 48]] },
    { packet, list: [['vlanPush', 0x81, 3], ['ecn'], ['vlanPush', 0x81, 4], ['ecn'], ...look] },
    { packet, list: [['room', 4, 0], ['head', 6], ['ecn'], ...look] },
    { packet, program: 'on_cgroup', list: [['ecn'], ['ecn'], ['load', 0, 30]] },
  ]),
);

const outer = (first, check = 0) => {
  const bytes = [...ones];
  bytes[0] = first;
  bytes[10] = check;
  bytes[11] = check;
  return bytes;
};
const encaps = [
  [0x45, 20],
  [0x45, 19],
  [0x45, 24],
  [0x46, 20],
  [0x46, 24],
  [0x4f, 48],
  [0x44, 20],
  [0x60, 40],
  [0x60, 39],
  [0x65, 48],
  [0x55, 40],
];
write(
  'encap',
  encaps.flatMap(([first, size]) =>
    [0, 5].flatMap((check) =>
      [{}, { gso_size: 9, gso_segs: 2 }].flatMap((ctx) =>
        [ipv4, ipv6].map((packet) => ({
          program: 'on_in',
          packet,
          ctx,
          bytes: outer(first, check),
          list: [
            ['encap', 2, size],
            ['load', 0, 48],
            ['encap', 3, 20],
            ['encap', 2, 48],
            ['encap', 2, size],
            ['load', 0, 48],
          ],
        })),
      ),
    ),
  ),
);

/** Numbers of xorshift32. */
function generator(seed) {
  let x = seed;
  const random = (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
  return { random, oneOf: (...values) => values[random(values.length)] };
}

function randomStep({ random, oneOf }, tc) {
  const offset = () => oneOf(random(80), random(300), 0, 14, 24, 34, 50, random(70000));
  const wide = () =>
    oneOf(0, 1, random(0x10000), (BigInt(random(2 ** 31)) << 20n) + BigInt(random(2 ** 31)), 0xffffffffn);
  const common = [
    () => ['store', offset(), random(49), oneOf(0, 0, 1, 2, 3, 4)],
    () => ['l3', offset() & ~oneOf(0, 1, 1), oneOf(0, wide()), wide(), oneOf(0, 2, 4, 4, 3)],
    () => [
      'l4',
      offset() & ~oneOf(0, 1, 1),
      oneOf(0, wide()),
      wide(),
      oneOf(0, 2, 4, 4, 3) | oneOf(0, 16, 32, 64, 96, 128),
    ],
    () => ['diff', random(49), random(49), wide()],
    () => ['load', offset(), random(49)],
    () => ['tail', oneOf(random(200), random(2000), random(17000)), oneOf(0, 0, 0, 1)],
    () => ['head', oneOf(random(20), random(300), random(17000)), oneOf(0, 0, 0, 1)],
    () => ['pull', offset()],
    () => ['level', 0, random(5)],
  ];
  const more = [
    () => ['vlanPush', oneOf(0x81, 0xa888, random(0x10000)), random(0x10000)],
    () => ['vlanPop'],
    () => ['vlanPop'],
    () => ['proto', oneOf(0x0008, 0xdd86, 0xdd86, 0x0608), oneOf(0, 0, 0, 1)],
    () => [
      'room',
      oneOf(random(60) - 30, random(60), random(9000) - 4500),
      oneOf(0, 1, 1, 2),
      randomRoomFlags(random, oneOf),
    ],
    () => ['room', oneOf(random(60) - 30, random(60)), oneOf(0, 1), 0],
    () => ['type', random(5)],
    () => ['setHash', random(2 ** 31)],
    () => ['hash'],
    () => ['tstamp', random(4), wide()],
    () => ['ecn'],
    () => ['relative', offset(), random(49), random(3)],
  ];
  return oneOf(...common, ...(tc ? more : []))();
}

function randomRoomFlags(random, oneOf) {
  let flags = BigInt(oneOf(0, 0, 2, 4, 128, 256)) | BigInt(oneOf(0, 0, 0, 1, 8, 16, 32, 64));
  if (random(4) === 0) flags |= BigInt(random(40)) << 56n;
  return flags;
}

const frames = [
  ipv4,
  ipv6,
  arp,
  tagged,
  doubleTagged,
  taggedShort,
  taggedLength,
  ethernet('0800') + ipHeader,
  ipv4 + payload.repeat(20),
];
function randomRuns(seed, count) {
  const numbers = generator(seed);
  return Array.from({ length: count }, () => {
    const tc = numbers.random(4) !== 0;
    const bytes = Array.from({ length: 96 }, () => numbers.oneOf(0, 255, numbers.random(256)));
    return {
      program: tc ? numbers.oneOf('on_tc', 'on_action') : 'on_xmit',
      packet: numbers.oneOf(...frames),
      bytes,
      ctx: numbers.random(8) === 0 ? { gso_size: 5, gso_segs: 2 } : {},
      list: Array.from({ length: steps }, () => randomStep(numbers, tc)),
    };
  });
}

const [seed = '1', count = '320', name = 'random'] = process.argv.slice(2);
write(name, randomRuns(Number(seed), Number(count)));
