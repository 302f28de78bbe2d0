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
