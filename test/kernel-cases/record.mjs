/**
 * Runs the programs of recorded/NAME on the running kernel and writes what they did into it; the objects have to be
 * there (build-objects.mjs), and globals in .bss. Usage, as root: node test/kernel-cases/record.mjs limits.jsonl; needs bpftool and a
 * mounted /sys/fs/bpf.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { argv, pid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const here = new URL('.', import.meta.url).pathname;
const file = `${here}recorded/${argv[2]}`;
const pins = `/sys/fs/bpf/record-${pid}`;
const input = `/tmp/record-${pid}.bin`;
/** That of recorded-case.ts. */
const packet = Buffer.from(
  '00000000000000000000000008004500007b0000000000060000000000000000' + '0'.repeat(32) + '5000000000007b00',
  'hex',
);

const bpftool = (...args) =>
  execFileSync('bpftool', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const json = (...args) => JSON.parse(bpftool('-j', ...args));
const hexBytes = (hex) => ['hex', ...(hex.match(/../g) ?? [])];

/** All globals that the recordings have lie in .bss. */
function bss() {
  return `${pins}/maps/${readdirSync(`${pins}/maps`).find((name) => name.endsWith('bss'))}`;
}

function setGlobals(path, globals) {
  for (const [name, value] of Object.entries(globals)) {
    const { btf_id: btf } = json('map', 'show', 'pinned', path);
    const { types } = json('btf', 'dump', 'id', String(btf));
    const section = types.find((type) => type.kind === 'DATASEC' && type.name === '.bss');
    const variable = section.vars.find((one) => types.find(({ id }) => id === one.type_id).name === name);
    const [{ value: bytes }] = json('map', 'dump', 'pinned', path).map((entry) => ({
      value: rawBytes(entry),
    }));
    bytes.writeUInt32LE(value, variable.offset);
    bpftool(
      'map',
      'update',
      'pinned',
      path,
      'key',
      'hex',
      '00',
      '00',
      '00',
      '00',
      'value',
      ...hexBytes(bytes.toString('hex')),
    );
  }
}

const rawBytes = ({ value }) => Buffer.from(value.map((byte) => Number(byte)));

function load(object) {
  try {
    bpftool('prog', 'loadall', object, `${pins}/programs`, 'type', 'classifier', 'pinmaps', `${pins}/maps`);
    return undefined;
  } catch (error) {
    const text = String(error.stderr);
    const code = /failed to load: (-\d+)/.exec(text)?.[1] ?? /: (-\d+)$/m.exec(text)?.[1];
    const log = /BEGIN PROG LOAD LOG --\n([^]*?)processed \d+ insns/.exec(text)?.[1] ?? '';
    const last = log.trimEnd().split('\n').at(-1);
    if (code === undefined) throw error;
    return { refused: Number(code), verifier: last };
  }
}

async function observe(recorded) {
  const own = Object.keys(recorded.defines).length > 0;
  rmSync(pins, { recursive: true, force: true });
  mkdirSync(pins);
  const refused = load(`${here}objects/${own ? recorded.name : recorded.source}.bpf.o`);
  if (refused !== undefined) return refused;
  const path = bss();
  for (const [map, key, value] of recorded.sets) {
    const [to, from] = [`${pins}/maps/${map}`, `${pins}/programs/${value}`];
    bpftool('map', 'update', 'pinned', to, 'key', ...hexBytes(key), 'value', 'pinned', from);
  }
  setGlobals(path, recorded.globals);
  const { retval } = json('prog', 'run', 'pinned', `${pins}/programs/${recorded.program}`, 'data_in', input);
  if (recorded.advanceNs > 0) await sleep(recorded.advanceNs / 1e6);
  const [{ formatted }] = json('map', 'dump', 'pinned', path);
  return Object.assign({ retval }, ...formatted.value['.bss']);
}

writeFileSync(input, packet);
try {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const cases = lines.map((line) => JSON.parse(line));
  const written = [];
  for (const recorded of cases) written.push({ ...recorded, runs: [await observe(recorded)] });
  writeFileSync(file, written.map((recorded) => `${JSON.stringify(recorded)}\n`).join(''));
  for (const { name, runs } of written) console.log(name, JSON.stringify(runs[0]).slice(0, 120));
} finally {
  rmSync(pins, { recursive: true, force: true });
  rmSync(input, { force: true });
}
