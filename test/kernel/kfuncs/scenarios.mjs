// Writes the scenarios of this folder.
import { writeFileSync } from 'node:fs';

/** Numbers of 16 bits, the same each time. */
function randomFrom(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) % below;
  };
}

function write(name, object, program, globals) {
  const runs = globals.map((set) => ({ ...(Object.keys(set).length > 0 && { set: { globals: set } }) }));
  const scenario = { object: `${object}.bpf.o`, program, runs };
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(scenario)}\n`);
}

const random = randomFrom(11);
const masks = Array.from({ length: 24 }, () => ({
  script: Array.from({ length: 12 }, () => 1 + random(12)),
  cpus: Array.from({ length: 12 }, () => (random(4) === 0 ? random(70) : random(2))),
}));
write('cpumask', 'cpumask', 'change', masks);
write(
  'cpumask_kept',
  'cpumask',
  'keep',
  [0, 0, 0, 0, 1, 1, 0].map((which) => ({ which })),
);
const pairs = [
  [0, 1],
  [1, 0],
  [0, 0],
  [1, 1],
].map(([first, second]) => ({ first, second }));
write('res_locks_two', 'res_locks', 'two', pairs);
write('res_locks_saving', 'res_locks', 'saving', pairs.slice(0, 2));
for (let rule = 1; rule <= 16; rule++) write(`refused_${rule}`, `refused_${rule}`, `refused_${rule}`, [{}]);
const whole = '18446744073709551615';
write('bits_iterate', 'bits', 'iterate', [
  {},
  { words: [5, 0, 0, 0] },
  { words: [whole, 0, 0, 0] },
  { words: [5, 0, 2, '9223372036854775808'], count: 4 },
  { words: [0, 0, 2, 0], count: 3 },
  { count: 0 },
  { count: 511, words: [0, 0, 0, 0], null: 1 },
  { count: 512 },
  { null: 1 },
]);
const byte = () => Array.from({ length: 32 }, () => random(256));
const change = (set) => ({ bytes: byte(), others: byte(), ...set });
write('bits_change', 'bits', 'change', [
  ...[0, 1, 2, 3].map((none) => change({ null: none })),
  ...[0, 1, 2, 3].map((none) => change({ null: none, size: 0 })),
  change({ start: 4, end: 20, offset: 8, from: 2, size: 8 }),
  change({ start: 4, end: 20, offset: 8, from: 2, size: 9 }),
  change({ start: 20, end: 20, size: 0 }),
  change({ start: 30, end: 20 }),
  change({ start: 4, end: 40, offset: 31, size: 1 }),
  change({ offset: 33, size: 0 }),
  ...Array.from({ length: 16 }, () =>
    change({
      start: random(20),
      end: 12 + random(21),
      offset: random(34),
      from: random(34),
      size: random(34),
    }),
  ),
]);
