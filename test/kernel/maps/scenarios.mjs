/**
 * Writes the scenarios of this folder: scripts for the programs of lpm.bpf.c, queue.bpf.c and inner.bpf.c, by hand and at
 * random from fixed seeds. Usage: node test/kernel/maps/scenarios.mjs && npx prettier --write test/kernel/maps
 */
import { readFileSync, writeFileSync } from 'node:fs';

const here = new URL('.', import.meta.url).pathname;
const what = { lookup: 1, update: 2, remove: 3, push: 4, pop: 5, peek: 6, stale: 7 };

const most = 64;

const hex = (byte) => `0x${byte.toString(16).padStart(2, '0')}`;
const number = (value, size) => Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256);
const step = (name, { key = [], value = [], flags = 0, map = 0 } = {}) => ({
  what: what[name],
  ...(map !== 0 && { map }),
  ...(flags !== 0 && { flags: String(flags) }),
  ...(key.length > 0 && { key }),
  ...(value.length > 0 && { value }),
});

/** A run of a script, which replaces the last one. */
const run = (program, steps, maps = {}) => {
  if (steps.length > most) throw new Error(`${steps.length} steps`);
  const script = steps.map((value, key) => ({ key, value }));
  return { program, set: { maps: { script, ...maps } } };
};

/** Mulberry32. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function write(name, scenario) {
  writeFileSync(`${here}${name}.json`, `${JSON.stringify(scenario)}\n`);
}

/* LPM_TRIE */

const prefix = (length, ...bytes) => [...number(length, 4), ...bytes];
const value8 = (value) => number(value, 8);
const update = (key, value, flags = 0) => step('update', { key, value: value8(value), flags });
const lookup = (key) => step('lookup', { key });
const remove = (key) => step('remove', { key });
const stale = (key, value, flags = 0) => step('stale', { key, value: value8(value), flags });

/** The example at the top of kernel/bpf/lpm_trie.c. */
const routes = [
  update(prefix(16, 192, 168, 0, 0), 1),
  update(prefix(24, 192, 168, 0, 0), 2),
  update(prefix(24, 192, 168, 128, 0), 3),
  update(prefix(24, 192, 168, 1, 0), 5),
];
const hosts = [
  [192, 168, 0, 1],
  [192, 168, 1, 1],
  [192, 168, 2, 1],
  [192, 168, 128, 77],
  [192, 168, 129, 77],
  [10, 0, 0, 1],
];
const lookups = hosts.map((host) => lookup(prefix(32, ...host)));

write('lpm_routes', {
  object: 'lpm.bpf.o',
  program: 'do_lpm4',
  runs: [
    run('do_lpm4', [...lookups, ...routes, ...lookups]),
    run('do_lpm4', [remove(prefix(24, 192, 168, 0, 0)), ...lookups]),
    run('do_lpm4', [update(prefix(23, 192, 168, 0, 0), 23), ...lookups]),
    run('do_lpm4', [remove(prefix(16, 192, 168, 0, 0)), ...lookups]),
    run('do_lpm4', [
      update(prefix(0, 1, 2, 3, 4), 99),
      ...lookups,
      remove(prefix(0, 9, 9, 9, 9)),
      ...lookups,
    ]),
  ],
});

write('lpm_errors', {
  object: 'lpm.bpf.o',
  program: 'do_lpm4',
  runs: [
    run('do_lpm4', [
      update(prefix(8, 10, 0, 0, 0), 1, 2),
      update(prefix(8, 10, 0, 0, 0), 1, 1),
      update(prefix(8, 10, 0, 0, 0), 2, 1),
      update(prefix(8, 10, 0, 0, 0), 3, 2),
      update(prefix(8, 10, 0, 0, 0), 4, 3),
      update(prefix(8, 10, 0, 0, 0), 4, 4),
      update(prefix(8, 10, 0, 0, 0), 4, '4294967296'),
      update(prefix(33, 10, 0, 0, 0), 4),
      lookup(prefix(33, 10, 0, 0, 0)),
      remove(prefix(33, 10, 0, 0, 0)),
      remove(prefix(9, 10, 0, 0, 0)),
      remove(prefix(7, 10, 0, 0, 0)),
      remove(prefix(8, 11, 0, 0, 0)),
      lookup(prefix(8, 10, 9, 9, 9)),
      lookup(prefix(7, 10, 0, 0, 0)),
      update(prefix(9, 10, 0, 0, 0), 9),
      update(prefix(9, 10, 128, 0, 0), 10),
      remove(prefix(8, 10, 0, 0, 0)),
      remove(prefix(8, 10, 0, 0, 0)),
      update(prefix(8, 10, 0, 0, 0), 11, 2),
      update(prefix(8, 10, 0, 0, 0), 12, 1),
      lookup(prefix(32, 10, 0, 0, 1)),
    ]),
    run('do_lpm4', [
      stale(prefix(32, 10, 0, 0, 1), 1),
      stale(prefix(9, 10, 0, 0, 0), 55),
      lookup(prefix(9, 10, 0, 0, 0)),
      stale(prefix(8, 10, 0, 0, 0), 66, 2),
      stale(prefix(8, 10, 0, 0, 0), 77, 1),
    ]),
    run('do_lpm1', [
      ...Array.from({ length: 9 }, (_, i) => update(prefix(8, i * 16), i)),
      update(prefix(8, 0), 100),
      update(prefix(8, 16), 101, 2),
      update(prefix(4, 16), 102),
      update(prefix(3, 16), 102),
      remove(prefix(8, 0)),
      update(prefix(3, 16), 103),
      ...Array.from({ length: 9 }, (_, i) => lookup(prefix(8, i * 16 + 1))),
    ]),
  ],
});

write('lpm_contents', {
  object: 'lpm.bpf.o',
  program: 'do_lpm4',
  maps: {
    lpm4: [
      { key: prefix(24, 10, 1, 2, 3).map(hex), value: value8(24).map(hex) },
      { key: prefix(8, 10, 0, 0, 0).map(hex), value: value8(8).map(hex) },
      { key: prefix(0, 0, 0, 0, 0).map(hex), value: value8(1000).map(hex) },
      { key: prefix(16, 10, 1, 0, 0).map(hex), value: value8(16).map(hex) },
      { key: prefix(16, 10, 2, 0, 0).map(hex), value: value8(17).map(hex) },
    ],
  },
  runs: [
    run('do_lpm4', [
      lookup(prefix(32, 10, 1, 2, 9)),
      lookup(prefix(32, 10, 2, 2, 9)),
      lookup(prefix(32, 11, 2, 2, 9)),
    ]),
    run('do_lpm4', [lookup(prefix(32, 10, 1, 2, 9))], {
      lpm4: [{ key: prefix(1, 0, 0, 0, 0).map(hex), value: value8(1).map(hex) }],
    }),
  ],
});

/** Prefixes that have much in common, so that nodes part, join and are replaced. */
function randomSteps(random, data, count) {
  const bits = data * 8;
  const base = Array.from({ length: data }, () => random(256));
  const randomKey = () => {
    const bytes = [...base];
    for (let flips = random(3); flips > 0; flips--) {
      const bit = random(4) === 0 ? random(bits) : random(Math.min(bits, 6));
      bytes[bit >> 3] ^= 128 >> (bit & 7);
    }
    const length = random(40) === 0 ? bits + 1 + random(3) : random(3) === 0 ? bits : random(bits + 1);
    return prefix(length, ...bytes);
  };
  return Array.from({ length: count }, (_, i) => {
    const key = randomKey();
    const kind = random(10);
    if (kind < 5) return update(key, i + 1, random(4) === 0 ? random(5) : 0);
    if (kind < 7) return remove(key);
    if (kind < 8) return stale(key, 1000 + i);
    return lookup(key);
  });
}

for (const [data, seed] of [1, 4, 10, 16].flatMap((data) => [1, 2, 3].map((seed) => [data, seed]))) {
  const random = generator(data * 1000 + seed);
  const runs = Array.from({ length: 4 }, () => run(`do_lpm${data}`, randomSteps(random, data, most)));
  write(`lpm_random_${data}_${seed}`, { object: 'lpm.bpf.o', program: `do_lpm${data}`, runs });
}

/* QUEUE, STACK, BLOOM_FILTER */

const push = (value, size, flags = 0) => step('push', { value: number(value, size), flags });
const pop = step('pop');
const peek = step('peek');

function ringSteps(size) {
  return [
    pop,
    peek,
    ...[1, 2, 3].map((value) => push(value, size)),
    peek,
    pop,
    ...[4, 5, 6, 7].map((value) => push(value, size)),
    push(8, size, 2),
    push(9, size, 1),
    push(9, size, 3),
    push(9, size, 4),
    push(9, size, '4294967298'),
    peek,
    ...Array(6).fill(pop),
    peek,
    ...[10, 11].map((value) => push(value, size, 2)),
  ];
}

const rings = [
  ['queue4', 4],
  ['queue5', 5],
  ['queue1', 8],
  ['stack4', 4],
  ['stack12', 12],
  ['stack1', 8],
];
write('rings', {
  object: 'queue.bpf.o',
  program: 'do_queue4',
  runs: rings.map(([name, size]) => run(`do_${name}`, ringSteps(size))),
});
write('rings_contents', {
  object: 'queue.bpf.o',
  program: 'do_queue4',
  maps: {
    queue4: [{ value: 7 }, { value: 8 }, { value: 9 }],
    stack4: [{ value: 7 }, { value: 8 }, { value: 9 }],
    stack12: [{ value: { words: [1, 2, 3] } }, { value: { words: [4, 5, 6] } }],
  },
  runs: [
    run('do_queue4', [peek, pop, peek]),
    run('do_stack4', [peek, pop, peek, push(77, 4)]),
    run('do_stack12', [peek, pop, peek]),
  ],
});

for (const seed of [1, 2, 3]) {
  const random = generator(seed);
  const runs = rings.map(([name, size]) => {
    const steps = Array.from({ length: most }, (_, i) => {
      const kind = random(5);
      if (kind < 3) return push(i * 1000003 + 1, size, random(3) === 0 ? random(5) : 0);
      return kind < 4 ? pop : peek;
    });
    return run(`do_${name}`, steps);
  });
  write(`rings_random_${seed}`, { object: 'queue.bpf.o', program: 'do_queue4', runs });
}

const ask = (value, size) => step('peek', { value: number(value, size) });
for (const [name, size] of [
  ['bloom4', 4],
  ['bloom5', 5],
  ['bloom20', 20],
  ['bloom8', 8],
]) {
  const random = generator(size);
  const values = Array.from({ length: 20 }, () => random(1 << 30));
  write(name, {
    object: 'queue.bpf.o',
    program: `do_${name}`,
    runs: [
      { program: `count_${name}` },
      run(`do_${name}`, [
        ...values.slice(0, 4).flatMap((value) => [ask(value, size), push(value, size), ask(value, size)]),
        push(5, size, 1),
        push(5, size, 2),
        push(5, size, '4294967296'),
        ask(5, size),
      ]),
      run(
        `do_${name}`,
        values.map((value) => push(value, size)),
      ),
      run(
        `do_${name}`,
        values.flatMap((value) => [ask(value, size), ask(value + 1, size), ask(value * 3, size)]),
      ),
      { program: `count_${name}` },
    ],
  });
}

/* ARRAY_OF_MAPS, HASH_OF_MAPS */

const inHash = (name, map, key, value = 0, flags = 0) =>
  step(name, { map, key: number(key, 4), value: value8(value), flags });
const someSteps = [
  inHash('lookup', 0, 1),
  inHash('update', 0, 1, 100, 1),
  inHash('update', 0, 1, 101, 1),
  inHash('lookup', 0, 1),
  inHash('lookup', 3, 1),
  inHash('lookup', 1, 1),
  inHash('update', 1, 1, 200, 2),
  inHash('update', 1, 1, 201),
  inHash('update', 2, 1, 201),
  inHash('lookup', 4, 1),
  inHash('lookup', 1000000, 1),
  inHash('remove', 3, 1),
  inHash('lookup', 0, 1),
  inHash('remove', 0, 1),
  inHash('remove', 1, 1, 0, 5),
  inHash('update', 1, 1, 202, 5),
  ...Array.from({ length: 10 }, (_, i) => inHash('update', 0, i, i * i)),
  ...Array.from({ length: 4 }, (_, i) => inHash('update', 1, i * 3, i)),
];

write('inner_hash', {
  object: 'inner.bpf.o',
  program: 'do_hashes',
  runs: [
    run('do_hashes', someSteps),
    { program: 'each_hash' },
    { program: 'each_nested' },
    run('do_hashes', [inHash('lookup', 2, 5), inHash('update', 2, 5, 55), inHash('lookup', 2, 5)], {
      hashes: [
        { key: 2, value: 'hash2' },
        { key: 0, value: 'hash1' },
      ],
    }),
    { program: 'each_hash' },
    { program: 'each_nested' },
  ],
});

write('inner_array', {
  object: 'inner.bpf.o',
  program: 'do_arrays',
  runs: [
    run('do_arrays', [
      ...[0, 1, 2, 3].map((key) => inHash('update', 0, key, key + 10)),
      ...[0, 1, 2, 3].map((key) => inHash('update', 1, key, key + 20)),
      ...[0, 1, 2, 3, 4].flatMap((key) => [inHash('lookup', 0, key), inHash('lookup', 1, key)]),
      inHash('lookup', 2, 0),
      inHash('update', 0, 1, 5, 1),
      inHash('update', 0, 1, 5, 2),
      inHash('update', 0, 1, 5, 3),
      inHash('remove', 0, 1),
    ]),
    { program: 'each_array' },
    { program: 'each_array' },
  ],
});

const inQueue = (name, map, value = 0, flags = 0) => step(name, { map, value: value8(value), flags });
write('inner_queue', {
  object: 'inner.bpf.o',
  program: 'do_queues',
  runs: [
    run('do_queues', [
      inQueue('pop', 0),
      ...[1, 2, 3, 4, 5].map((value) => inQueue('push', 0, value)),
      inQueue('push', 0, 6, 2),
      inQueue('push', 1, 6),
      inQueue('peek', 0),
      inQueue('pop', 0),
      inQueue('pop', 7),
    ]),
    run('do_queues', [inQueue('peek', 9), inQueue('pop', 9), inQueue('peek', 0)], {
      queues: [{ key: 9, value: 'queue0' }],
    }),
  ],
});

write('inner_by_u64', {
  object: 'inner.bpf.o',
  program: 'by_number',
  maps: {
    hash0: [{ key: 1, value: 5 }],
    hash1: [{ key: 2, value: 6 }],
    by_u64: [
      { key: 1, value: 'hash0' },
      { key: 2, value: 'hash1' },
      { key: 5, value: 'hash0' },
      { key: '8589934592', value: 'hash2' },
    ],
  },
  runs: [{}, { set: { maps: { by_u64: [{ key: 2, value: 'hash0' }] } } }],
});

for (const line of readFileSync(`${here}refused.txt`, 'utf8').trim().split('\n')) {
  const [name] = line.split(' ');
  write(`refused_${name}`, { object: `refused_${name}.bpf.o` });
}

/* A scenario for each program of misuse.bpf.c: the kernel loads what a scenario runs. */
const tries = ['lpm_read', 'lpm_write', 'lpm'];
const misused = {
  ...Object.fromEntries(tries.map((name) => [name, [{ key: prefix(8, 10, 0, 0, 0).map(hex), value: 77 }]])),
  queue_read: [{ value: 7 }],
  queue_write: [{ value: 7 }],
  bloom_read: [{ value: 5 }],
};
for (const [, name] of readFileSync(`${here}misuse.bpf.c`, 'utf8').matchAll(/^PROGRAM\((\w+)/gm)) {
  const inner = name === 'inner_value' ? { hashes: [{ key: 0, value: 'hash' }] } : {};
  write(`misuse_${name}`, { object: 'misuse.bpf.o', program: name, maps: { ...misused, ...inner } });
}

for (const seed of [1, 2, 3]) {
  const random = generator(seed * 77);
  const names = ['lookup', 'lookup', 'update', 'update', 'remove'];
  const someHash = () =>
    inHash(names[random(5)], random(5), random(10), random(1000), random(3) === 0 ? random(4) : 0);
  const someQueue = () =>
    inQueue(
      ['push', 'push', 'pop', 'peek'][random(4)],
      random(2),
      random(1000),
      random(3) === 0 ? random(4) : 0,
    );
  const inner = ['hash0', 'hash1', 'hash2'];
  const runs = Array.from({ length: 3 }, () => [
    run(
      'do_hashes',
      Array.from({ length: most }, () => someHash()),
      { hashes: [0, 1, 2, 3].flatMap((key) => (random(4) === 0 ? [] : [{ key, value: inner[random(3)] }])) },
    ),
    { program: 'each_hash' },
    run(
      'do_arrays',
      Array.from({ length: most }, () => someHash()),
    ),
    { program: 'each_array' },
    run(
      'do_queues',
      Array.from({ length: most }, () => someQueue()),
    ),
    { program: 'each_nested' },
  ]).flat();
  write(`inner_random_${seed}`, { object: 'inner.bpf.o', program: 'do_hashes', runs });
}
