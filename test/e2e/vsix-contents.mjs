// What a packed extension holds, and what is wrong with that.
import { readFileSync } from 'node:fs';

const sizeLimit = 2 * 2 ** 20;
const wanted = [
  'dist/extension.cjs',
  'dist/adapter.cjs',
  'dist/cli.cjs',
  'package.json',
  'readme.md',
  'LICENSE.txt',
];

/** Names of all files, as the central directory of the archive has them. */
function filesOf(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const start = at + 46;
    at = start + name + extra + comment;
    return zip.toString('utf8', start, start + name);
  });
}

/** Throws where the package is too large, or holds what is not for its users, or lacks what is. */
export function checkVsix(path) {
  const zip = readFileSync(path);
  const files = filesOf(zip).map((name) => name.replace(/^extension\//, ''));
  const foreign = files.filter((name) =>
    /node_modules|\.map$|(^|\/)(test|vm|tools|out)\/|\.(ts|mjs|bpf\.[co])$/.test(name),
  );
  const missing = wanted.filter((name) => !files.includes(name));
  const problems = [
    ...(zip.length < sizeLimit ? [] : [`${zip.length} bytes are more than ${sizeLimit}`]),
    ...foreign.map((name) => `holds ${name}`),
    ...missing.map((name) => `lacks ${name}`),
  ];
  if (problems.length > 0) throw new Error(`${path}: ${problems.join('; ')}`);
  console.log(`${path}: ${files.length} files, ${Math.ceil(zip.length / 1024)} KiB`);
}
