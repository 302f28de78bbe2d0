#!/usr/bin/env node
// Compiles contexts.bpf.c and records what BPF_PROG_TEST_RUN makes of its programs with many packets and contexts:
// one JSON object a line. Needs clang 19, bpftool, root and a kernel with BPF. Nothing is attached.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const object = join(here, 'contexts.bpf.o');
const cases = 220;

let seed = 1;
/** A number below `limit`: an xorshift generator, so that a recording can be repeated. */
function random(limit) {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % limit;
}
const oneOf = (...values) => values[random(values.length)];

const ipv4 = `45000030000140004006268f0a0000010a000002${'11'.repeat(28)}`;
const ipv6 =
  '60000000000c114020010db800000000000000000000000120010db800000000000000000000000235003500000c0000deadbeef';

function packet() {
  const address = oneOf('000000000000', 'ffffffffffff', '01005e000001', '020000000001');
  const source = '020000000002';
  if (random(3) === 0) return address + source + oneOf(`0800${ipv4}`, `86dd${ipv6}`, `8100000508${ipv4}`);
  const length = oneOf(13, 14, 15, 16, 20, 33, 34, 53, 54, 60, 64, 100);
  const type = oneOf('0800', '86dd', '0806', '8100', '0000', '05dc', '05ff', '0600', '88cc');
  const rest = Array.from({ length }, () => random(256).toString(16).padStart(2, '0')).join('');
  return (address + source + type + oneOf('', 'ffff') + rest).slice(0, 2 * length);
}

const offsets = {
  mark: 8,
  priority: 32,
  ingress_ifindex: 36,
  ifindex: 40,
  wire_len: 160,
  gso_segs: 164,
  gso_size: 176,
  tstamp: 152,
  hwtstamp: 184,
};

function skbContext() {
  if (random(3) === 0) return undefined;
  const context = {};
  for (const name of Object.keys(offsets)) {
    if (random(3) !== 0) continue;
    if (name === 'ifindex') context[name] = 1;
    else if (name === 'wire_len') context[name] = oneOf(0, 20, 100, 4000, 65536, 65537);
    else if (name === 'gso_segs') context[name] = oneOf(0, 1, 65535, 65536);
    else if (name === 'gso_size') context[name] = oneOf(0, 9, 65536, 70000);
    else context[name] = random(2 ** 31);
  }
  if (random(3) === 0) context.cb = Array.from({ length: 5 }, () => random(2 ** 31));
  return context;
}

function skbBytes(context) {
  const bytes = Buffer.alloc(192);
  for (const [name, offset] of Object.entries(offsets)) bytes.writeUInt32LE(context[name] ?? 0, offset);
  context.cb?.forEach((value, i) => bytes.writeUInt32LE(value, 48 + 4 * i));
  return bytes;
}

function xdpContext(length) {
  if (random(3) === 0) return undefined;
  return { data: Math.max(oneOf(0, 4, 8, 6, 40, 220, length - 14, length - 13), 0), data_end: length };
}

function xdpBytes({ data, data_end: end }) {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(data, 0);
  bytes.writeUInt32LE(end, 4);
  return bytes;
}

const clang = ['-O2', '-mcpu=v3', '-target', 'bpf', '-I/usr/include/x86_64-linux-gnu', '-g'];
// Relative, so that the object does not name the folder it was compiled in.
const files = ['-fdebug-compilation-dir=.', '-c', 'contexts.bpf.c', '-o', 'contexts.bpf.o'];
execFileSync('clang-19', [...clang, ...files], { cwd: here });
const fs = mkdtempSync('/tmp/record-');
const work = mkdtempSync('/tmp/record-');
execFileSync('mount', ['-t', 'bpf', 'bpf', fs]);
const bpftool = (...words) => spawnSync('bpftool', ['-j', ...words], { encoding: 'utf8' });
const lines = [];
try {
  const load = bpftool('prog', 'loadall', object, join(fs, 'programs'), 'pinmaps', join(fs, 'maps'));
  if (load.status !== 0) throw new Error(load.stdout + load.stderr);
  const map = join(fs, 'maps/seen');
  for (let i = 0; i < cases; i++) {
    const program = oneOf(
      'read_tc',
      'write_tc',
      'read_act',
      'read_socket',
      'read_cgroup',
      'write_cgroup',
      'read_xdp',
    );
    const dataIn = packet();
    const ctxIn = program === 'read_xdp' ? xdpContext(dataIn.length / 2) : skbContext();
    writeFileSync(join(work, 'in'), Buffer.from(dataIn, 'hex'));
    const words = ['data_in', join(work, 'in'), 'data_out', join(work, 'out')];
    if (ctxIn !== undefined) {
      writeFileSync(join(work, 'ctx'), program === 'read_xdp' ? xdpBytes(ctxIn) : skbBytes(ctxIn));
      words.push('ctx_in', join(work, 'ctx'), 'ctx_out', join(work, 'ctx-out'));
    }
    bpftool('map', 'update', 'pinned', map, 'key', '0', '0', '0', '0', 'value', ...new Array(384).fill('0'));
    const run = bpftool('prog', 'run', 'pinned', join(fs, 'programs', program), ...words);
    const input = { program, dataIn, ...(ctxIn && { ctxIn }) };
    if (run.status !== 0) {
      lines.push({ ...input, refused: true });
      continue;
    }
    const [{ value }] = JSON.parse(bpftool('map', 'dump', 'pinned', map).stdout);
    const seen = value
      .map((byte) => byte.slice(2))
      .join('')
      .replace(/(00)+$/, '');
    const ctxOut =
      ctxIn === undefined ? undefined : readFileSync(join(work, 'ctx-out'), 'hex').replace(/(00)+$/, '');
    const dataOut = readFileSync(join(work, 'out'), 'hex');
    lines.push({
      ...input,
      retval: JSON.parse(run.stdout).retval,
      dataOut,
      seen,
      ...(ctxOut !== undefined && { ctxOut }),
    });
  }
} finally {
  execFileSync('umount', [fs]);
  rmSync(fs, { recursive: true });
  rmSync(work, { recursive: true });
}
writeFileSync(join(here, 'contexts.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
console.log(`${lines.length} cases, ${lines.filter(({ refused }) => refused).length} refused`);
