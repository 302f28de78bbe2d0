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

const padded = (script, length) => [...script, ...Array.from({ length: length - script.length }, () => 0)];
const listScripts = [
  [],
  [3, 4, 5, 6],
  [1, 5, 6, 3, 3],
  [1, 1, 2, 2, 5, 6, 3, 4, 3, 4, 3],
  [2, 2, 2, 1],
  [5, 6, 3, 5, 6, 4],
];
const random = randomFrom(7);
const randomLists = Array.from({ length: 6 }, () => Array.from({ length: 16 }, () => 1 + random(6)));
const lists = [...listScripts, ...randomLists].map((script) => ({ script: padded(script, 16) }));
write('lists_global', 'lists', 'global_list', lists);
write(
  'lists_array',
  'lists',
  'array_list',
  lists.map((set, i) => ({ ...set, which: i })),
);
write(
  'lists_hash',
  'lists',
  'hash_list',
  lists.map((set, i) => ({ ...set, which: (i * 3) % 8 })),
);
write('lists_two', 'lists', 'two_lists', [{}, {}, { which: 1 }, { which: 0 }]);
write('lists_lent', 'lists', 'acquire_lent', [{}, {}]);
write('lists_object', 'lists', 'object_list', [{}, {}]);

const treeScripts = [
  [],
  [2000, 1005],
  [5],
  [3, 9, 2000, 2000],
  [...Array(15).keys()].map((i) => i + 1),
  [...Array(15).keys()].map((i) => 20 - i),
  [1007, 1004, 1002, 1013, 1001, 2000, 2000],
  [5, 5, 5, 1005, 5, 4, 4, 2000],
];
for (const [name, seed, keys] of [
  ['few', 1, 6],
  ['some', 2, 20],
  ['many', 3, 100],
]) {
  const next = randomFrom(seed);
  const present = [];
  const scripts = Array.from({ length: 12 }, () =>
    Array.from({ length: 24 }, () => {
      const choice = next(8);
      if (choice === 0) return 2000;
      if (present.length > 12 || (choice < 3 && present.length > 0))
        return 1000 + present.splice(next(present.length), 1)[0];
      const key = 1 + next(keys);
      present.push(key);
      return key;
    }),
  );
  write(
    `trees_${name}`,
    'trees',
    'play',
    scripts.map((script) => ({ script })),
  );
}
write(
  'trees_shapes',
  'trees',
  'play',
  treeScripts.map((script) => ({ script: padded(script, 24) })),
);
write('trees_two', 'trees', 'two_trees', [{}, {}]);
for (let rule = 1; rule <= 23; rule++) write(`refused_${rule}`, `refused_${rule}`, `refused_${rule}`, [{}]);
