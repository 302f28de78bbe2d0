// Writes the scenarios of this folder: one for each program, with runs over what it depends on.
import { writeFileSync } from 'node:fs';

const refused = ['throw_in_loop', 'throw_in_traversal'];
const runs = {
  lock_counters: [{}, {}, {}],
  lock_updates: [0, 1, 2, 0, 9].map((which) => ({ which })),
  lock_in_callback: [{}, {}],
  lock_subprogram: [0, 3, 3].map((which) => ({ which })),
  iterate: [
    [0, 5],
    [-3, 4],
    [5, 5],
    [6, 5],
    [0, 8388608],
    [0, 8388609],
    [-2147483648, 2147483647],
    [2147483640, 2147483647],
    [-2147483648, -2147483640],
  ].map(([from, to]) => ({ from, to })),
  iterate_nested: [{}],
  iterate_locked: [{ which: 1 }, { which: 1 }],
  sections: [{}],
  throw_default: [0, 1, 2, 3, 255, 4294967295].map((which) => ({ which })),
  throw_in_loop: [0, 3].map((which) => ({ which })),
  throw_in_traversal: [0, 2].map((which) => ({ which })),
  throw_main: [0, 1, 99].map((which) => ({ which })),
};
for (const [program, sets] of Object.entries(runs)) {
  const scenario = {
    object: refused.includes(program) ? `${program}.bpf.o` : 'locks.bpf.o',
    program,
    runs: sets.map((globals) => ({ ...(Object.keys(globals).length > 0 && { set: { globals } }) })),
  };
  writeFileSync(new URL(`${program}.json`, import.meta.url), `${JSON.stringify(scenario)}\n`);
}
for (let rule = 1; rule <= 20; rule++) {
  const scenario = { object: `refused_${rule}.bpf.o` };
  writeFileSync(new URL(`refused_${rule}.json`, import.meta.url), `${JSON.stringify(scenario)}\n`);
}
const objects = [
  ['new_and_drop', [{}, {}]],
  ['share', [{}]],
  ['keep', [0, 1, 0, 0, 1].map((which) => ({ which }))],
  ['replace', [0, 0, 1, 1, 2].map((which) => ({ which }))],
];
for (const [program, sets] of objects) {
  const runs = sets.map((globals) => ({ ...(Object.keys(globals).length > 0 && { set: { globals } }) }));
  const more =
    program === 'keep' ? [0, 0, 1].map((which) => ({ program: 'take', set: { globals: { which } } })) : [];
  const scenario = { object: 'objects.bpf.o', program, runs: [...runs, ...more] };
  writeFileSync(new URL(`objects_${program}.json`, import.meta.url), `${JSON.stringify(scenario)}\n`);
}
