/**
 * Compiles the programs of recorded/*.jsonl to objects/, without debug sections but with BTF.
 * Usage: node test/kernel-cases/build-objects.mjs; CLANG and OBJCOPY name other tools.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { arch } from 'node:process';

const here = new URL('.', import.meta.url).pathname;
const clang = process.env.CLANG ?? 'clang-19';
const objcopy = process.env.OBJCOPY ?? 'llvm-objcopy-19';
const headers = `/usr/include/${arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

const objects = new Map();
for (const file of readdirSync(`${here}recorded`).filter((name) => name.endsWith('.jsonl'))) {
  for (const line of readFileSync(`${here}recorded/${file}`, 'utf8').trim().split('\n')) {
    const { name, source, defines } = JSON.parse(line);
    const own = Object.keys(defines).length > 0;
    objects.set(own ? name : source, { source, defines });
  }
}
mkdirSync(`${here}objects`, { recursive: true });
for (const [name, { source, defines }] of objects) {
  const object = `${here}objects/${name}.bpf.o`;
  const flags = Object.entries(defines).map(([key, value]) => `-D${key}=${value}`);
  const common = ['-g', '-O2', '--target=bpf', '-mcpu=v3', '-w', '-idirafter', headers];
  const local = ['-fdebug-compilation-dir=.', `-ffile-prefix-map=${here}=`];
  execFileSync(clang, [...common, ...local, ...flags, '-c', `${here}sources/${source}.bpf.c`, '-o', object]);
  execFileSync(objcopy, ['--strip-debug', object]);
}
console.log(`${objects.size} objects`);
