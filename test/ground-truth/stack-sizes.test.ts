import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectOk } from '../../vm/base/problem.ts';
import { readObject } from '../../vm/object/read-object.ts';
import { readDebugInfo } from '../../debug-adapter/debug-info/dwarf/read-debug-info.ts';
import { readStackSizes, StackSizes } from '../../debug-adapter/debug-info/location/stack-size.ts';

/*
 * The stack that functions are inferred to have is the one that clang says they have. Of the committed objects it is
 * compared always; STACK_SIZES=1 compiles all sources with every clang that is there and compares those too.
 */

const here = new URL('.', import.meta.url).pathname;
const root = join(here, '../..');

interface Comparison {
  /** Functions that were compared. */
  readonly count: number;
  /** Those that use stack. */
  readonly used: number;
  readonly wrong: readonly string[];
}

function compare(path: string): Comparison {
  const object = expectOk(readObject(new Uint8Array(readFileSync(path)), path));
  const said = readStackSizes(object);
  const sizes = new StackSizes(object);
  const functions = (readDebugInfo(object)?.functions ?? []).filter(({ low }) => said.has(low));
  const wrong = functions.flatMap((subject) => {
    const inferred = sizes.inferred(subject);
    const right = said.get(subject.low);
    return inferred === right
      ? []
      : [`${path}: ${subject.name}: ${inferred} inferred, ${right ?? 'none'} said`];
  });
  const used = functions.filter(({ low }) => said.get(low) !== 0).length;
  return { count: functions.length, used, wrong };
}

function sum(all: readonly Comparison[]): Comparison {
  return {
    count: all.reduce((count, one) => count + one.count, 0),
    used: all.reduce((used, one) => used + one.used, 0),
    wrong: all.flatMap(({ wrong }) => wrong),
  };
}

function filesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(root, folder, name));
}

test('of the committed objects', () => {
  const { count, used, wrong } = sum(filesIn('test/ground-truth', '.bpf.o').map(compare));
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(60);
  expect(used).toBeGreaterThan(40);
});

const folders = ['examples', 'test/ground-truth', 'test/bench', 'test/strict', 'test/unoptimised'];
const compilers = ['clang-14', 'clang-16', 'clang-19'];

describe.skipIf(process.env['STACK_SIZES'] === undefined)('of what compilers here make', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stack-sizes-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test.each(compilers)(
    '%s',
    (compiler) => {
      const objects = ['-O0', '-O1', '-O2'].flatMap((level) => compileAll(compiler, level, folder));
      if (objects.length === 0) {
        console.warn(`${compiler} is not there: nothing was compared`);
        return;
      }
      const { count, used, wrong } = sum(objects.map(compare));
      console.log(`${compiler}: ${count} functions, ${used} with a stack, ${wrong.length} wrong`);
      expect(wrong).toEqual([]);
    },
    600_000,
  );
});

/** What a compiler does not take is left out. */
function compileAll(compiler: string, level: string, folder: string): readonly string[] {
  return folders
    .flatMap((name) => filesIn(name, '.bpf.c'))
    .flatMap((source, i) => {
      const output = join(folder, `${compiler}${level}-${i}.o`);
      const include = `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
      const flags = [level, '-g', '--target=bpf', '-mcpu=v3', '-fstack-size-section', include];
      try {
        execFileSync(compiler, [...flags, '-c', source, '-o', output], { stdio: 'ignore' });
      } catch {
        return [];
      }
      return [output];
    });
}
