// Writes the scenarios of this folder.
import { writeFileSync } from 'node:fs';

function write(name, scenario) {
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(scenario)}\n`);
}

const globals = [
  {},
  { slot: 1 },
  { slot: 2 },
  { flags: 1 },
  { flags: 2 },
  { flags: 3 },
  { slot: 5, flags: 8 },
];
const context = { family: 2, protocol: 6, local_port: 80 };
for (const program of ['classify', 'lookup', 'receive', 'filter', 'dissect']) {
  const input = program === 'lookup' ? { ctxIn: context } : {};
  write(`maps_${program}`, {
    object: 'maps.bpf.o',
    program,
    runs: globals.map((set) => ({ ...input, set: { globals: set } })),
  });
}
for (let rule = 1; rule <= 9; rule++)
  write(`refused_${rule}`, { object: `refused_${rule}.bpf.o`, program: `refused_${rule}`, runs: [{}] });
