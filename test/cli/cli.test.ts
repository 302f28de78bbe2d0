import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The command line as it ships: one bundled file in a process of its own. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/cli.cjs');
const examples = join(root, 'examples');
const longest = 20_000;
let folder = '';

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['tools/build.mjs', 'cli'], { cwd: root });
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line; a run that does not end in time has status null. */
function cli(words: readonly string[], stdin = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...words],
      { cwd: examples, timeout: longest },
      (_, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

async function scenario(name: string, json: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json));
  return path;
}

/** Nothing that a person should not see. */
function expectNoTrace({ stdout, stderr }: Outcome): void {
  expect(stdout + stderr).not.toMatch(/^\s+at .*[:(]\d+|internal error|Error:/m);
}

interface Line {
  readonly scenario: string;
  readonly runs?: readonly { readonly retval: number; readonly passed: boolean }[];
  readonly maps?: Readonly<Record<string, unknown[]>>;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

function linesOf({ stdout }: Outcome): Line[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const count = join(examples, 'count.bpf.o');

describe('run', () => {
  it('prints one line for each example, in order', async () => {
    const names = (await readdir(examples)).filter((name) => name.endsWith('.scenario.json'));
    const outcome = await cli(['run', ...names]);
    const lines = linesOf(outcome);
    expect(lines.map((line) => line.scenario)).toEqual(names);
    const failed = lines.filter((line) => line.runs?.every(({ passed }) => passed) !== true);
    expect(failed).toEqual([]);
    expect(outcome.status).toBe(0);
    expectNoTrace(outcome);
  });

  it('gives the form that other programs rely on', async () => {
    const outcome = await cli(['run', 'count.scenario.json']);
    const [line] = linesOf(outcome);
    expect(line?.runs?.[0]).toEqual({
      program: 'count_packets',
      retval: 2,
      r0: '0x2',
      cycles: expect.any(Number) as number,
      dataOut: expect.stringMatching(/^[0-9a-f]{120}$/) as string,
      ctxOut: { data: 0, data_end: 60, ingress_ifindex: 0, rx_queue_index: 0 },
      output: [
        { helper: 'bpf_trace_printk', text: '107628 bytes in 5 protocols, most packets are of protocol 6' },
      ],
      fault: null,
      passed: true,
    });
    expect(line?.maps?.['counts']?.[0]).toEqual({
      key: ['0x32', '0x00', '0x00', '0x00'],
      value: ['0x07', '0x00', '0x00', '0x00', '0x00', '0x00', '0x00', '0x00'].concat([
        '0x1a',
        '0x04',
        '0x00',
        '0x00',
        '0x00',
        '0x00',
        '0x00',
        '0x00',
      ]),
      formatted: { key: 50, value: { packets: 7, bytes: 1050 } },
    });
  });

  it('has status 1 where an expectation does not hold, and the highest of several', async () => {
    const wrong = await scenario('wrong.json', { object: count, runs: [{ expect: { retval: 1 } }] });
    const broken = await scenario('broken.json', '{');
    const outcome = await cli(['run', wrong, 'count.scenario.json']);
    expect([outcome.status, linesOf(outcome).map((line) => line.error)]).toEqual([1, [undefined, undefined]]);
    const all = await cli(['run', wrong, broken, 'count.scenario.json']);
    expect(all.status).toBe(2);
    expect(linesOf(all).map((line) => line.error?.code)).toEqual([undefined, 'bad-json', undefined]);
  });

  it('ends an endless run', async () => {
    const path = await scenario('short.json', {
      object: count,
      runs: [{ dataIn: '02'.repeat(12) + '0800' + '45'.repeat(50) }],
    });
    const outcome = await cli(['run', '--cycle-limit', '5', path]);
    expect(outcome.status).toBe(1);
    expect(outcome.stdout).toContain('"kind":"cycle-limit"');
  });
});

describe('run of what cannot be loaded says why and has status 2', () => {
  const bad = async (name: string, contents: Uint8Array | string): Promise<string> => {
    await writeFile(join(folder, name), contents);
    return name;
  };
  const object = async (): Promise<Uint8Array> => new Uint8Array(await readFile(count));

  const cases: readonly (readonly [string, string, () => Promise<string>])[] = [
    ['no such scenario', 'file-not-found', () => Promise.resolve('nothing.json')],
    ['a folder', 'file-unreadable', () => Promise.resolve(folder)],
    ['no JSON', 'bad-json', () => scenario('a.json', '{ "object": }')],
    ['no object member', 'bad-scenario', () => scenario('b.json', {})],
    [
      'an unknown member',
      'bad-scenario',
      () => scenario('c.json', { object: count, runs: [{ expect: { foo: 1 } }] }),
    ],
    ['no such object', 'file-not-found', () => scenario('d.json', { object: 'nothing.o' })],
    [
      'no ELF file',
      'not-elf',
      async () => scenario('e.json', { object: await bad('e.o', 'int main(void);\n') }),
    ],
    ['an empty file', '', async () => scenario('f.json', { object: await bad('f.o', '') })],
    [
      'another machine',
      '',
      async () => {
        const bytes = await object();
        bytes[18] = 62; // e_machine: EM_X86_64
        return scenario('g.json', { object: await bad('g.o', bytes) });
      },
    ],
    [
      'a truncated object',
      '',
      async () => scenario('h.json', { object: await bad('h.o', (await object()).slice(0, 700)) }),
    ],
    ['an unknown program', 'program-unknown', () => scenario('j.json', { object: count, program: 'nobody' })],
    [
      'a key of the wrong length',
      'bad-scenario',
      () =>
        scenario('k.json', {
          object: count,
          maps: { counts: [{ key: ['0x01', '0x02'], value: { packets: 1 } }] },
        }),
    ],
    [
      'a packet that is too short',
      'refused-input',
      () => scenario('l.json', { object: count, runs: [{ dataIn: '00' }] }),
    ],
    ['several objects', 'unsupported-linking', () => scenario('m.json', { object: [count, count] })],
  ];

  it.each(cases)('%s', async (_, code, make) => {
    const outcome = await cli(['run', await make()]);
    expect(outcome.status).toBe(2);
    expectNoTrace(outcome);
    const [line, ...more] = linesOf(outcome);
    expect(more).toEqual([]);
    expect(line?.error?.code).toMatch(code === '' ? /^[a-z-]+$/ : new RegExp(`^${code}$`));
    expect(line?.error?.message).not.toBe('');
  });

  it('survives any cut of an object', async () => {
    const bytes = await object();
    const paths: string[] = [];
    for (let i = 1; i <= 12; i++) {
      const name = await bad(`cut${i}.o`, bytes.slice(0, Math.floor((bytes.length * i) / 13)));
      paths.push(await scenario(`cut${i}.json`, { object: name }));
    }
    const outcome = await cli(['run', ...paths]);
    expect(outcome.status).toBe(2);
    expect(linesOf(outcome)).toHaveLength(12);
    expectNoTrace(outcome);
  });
});

describe('test', () => {
  it('says what differs, and writes a JUnit report', async () => {
    const wrong = await scenario('differs.json', {
      object: count,
      runs: [{ expect: { retval: 'XDP_DROP' } }, { expect: { retval: 2 } }],
    });
    const junit = join(folder, 'report.xml');
    const outcome = await cli(['test', wrong, 'nothing.json', 'count.scenario.json', '--junit', junit]);
    expect(outcome.status).toBe(2);
    expect(outcome.stdout.replace(/\d+ cycles/g, 'N cycles').split('\n')).toEqual([
      `FAIL ${wrong}`,
      '  FAIL runs[0] count_packets: XDP_PASS (2), N cycles',
      '       retval: expected XDP_DROP, found 2 (XDP_PASS)',
      '  ok   runs[1] count_packets: XDP_PASS (2), N cycles',
      'FAIL nothing.json',
      '  nothing.json: there is no such file',
      'PASS count.scenario.json',
      ...[0, 1, 2].map((i) => `  ok   runs[${i}] count_packets: XDP_PASS (2), N cycles`),
      '3 scenarios, 1 passed, 2 failed',
      '',
    ]);
    const report = await readFile(junit, 'utf8');
    expect(report).toContain('tests="2" failures="1" errors="0"');
    expect(report).toContain('retval: expected XDP_DROP, found 2 (XDP_PASS)</failure>');
    expect(report).toContain('tests="1" failures="0" errors="1"');
    expect(report.match(/<testcase/g)).toHaveLength(6);
  });
});

describe('disassemble', () => {
  it('names functions, maps, variables and source lines', async () => {
    const { status, stdout } = await cli(['disassemble', count]);
    expect(status).toBe(0);
    for (const text of [
      'Disassembly of section xdp:',
      'count_packets:',
      '; ./count.bpf.c:',
      '(61) r2 = *(u32 *)(r1 +4)',
      '(18) r1 = map[counts]',
      '(18) r3 = min_length',
      '(85) call count_packet',
      '(85) call bpf_for_each_map_elem#164',
    ]) {
      expect(stdout).toContain(text);
    }
  });

  it('prints one function, in the style of LLVM', async () => {
    const { status, stdout } = await cli(['disassemble', count, '--program', 'sum', '--format', 'llvm']);
    expect(status).toBe(0);
    expect(stdout).toContain('r0 = *(u64 *)(r3 + 0x0)'.slice(5));
    expect(stdout).not.toContain('count_packets:');
    expect(stdout.match(/exit/g)).toHaveLength(1);
  });

  it.each([
    [['nothing.o'], 'nothing.o: there is no such file'],
    [['count.bpf.c'], 'count.bpf.c'],
    [[count, '--program', 'nobody'], 'there is no program nobody\nname one of: count_packets (xdp)'],
    [[count, '--format', 'intel'], 'Allowed choices are kernel, llvm'],
  ])('refuses %j', async (words, message) => {
    const outcome = await cli(['disassemble', ...words]);
    expect([outcome.status, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toContain(message);
    expectNoTrace({ ...outcome, stderr: outcome.stderr.replace(/^error: /, '') });
  });
});

describe('conformance-plugin', () => {
  const addressOfR1 = '61 10 00 00 00 00 00 00 0f 20 00 00 00 00 00 00 95 00 00 00 00 00 00 00';
  it.each([
    ['r0 = 5', 'b7000000050000009500000000000000', '', 0, '5'],
    ['r0 = -1', 'b7 00 00 00 ff ff ff ff 95 00 00 00 00 00 00 00', '', 0, 'ffffffffffffffff'],
    ['memory and its length', addressOfR1, '01 02 03 04', 0, '4030205'],
  ])('%s', async (_, code, memory, status, answer) => {
    expect(await cli(['conformance-plugin', memory], code)).toEqual({
      status,
      stdout: `${answer}\n`,
      stderr: '',
    });
  });

  it.each([
    ['a fault', '61 10 00 00 00 00 00 00 95 00 00 00 00 00 00 00', '', 'instruction 0: '],
    ['an unknown opcode', 'ff 00 00 00 00 00 00 00 95 00 00 00 00 00 00 00', '', ''],
    ['half an instruction', '95 00', '', 'has 2 bytes'],
    ['no hex', 'exit', '', 'pairs of hex digits'],
    ['no program', '', '', 'has 0 bytes'],
    ['memory that is no hex', '9500000000000000', 'x', 'the memory is given as pairs of hex digits'],
  ])('%s has status 2', async (_, code, memory, message) => {
    const outcome = await cli(['conformance-plugin', memory], code);
    expect([outcome.status, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).not.toBe('');
    expectNoTrace(outcome);
  });
});

describe('the rest', () => {
  it('lists its commands', async () => {
    const { status, stdout } = await cli(['--help']);
    expect(status).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
    expect(commands).toEqual(['run', 'test', 'compare', 'disassemble', 'dap', 'conformance-plugin', 'help']);
  });

  it.each([[['frobnicate']], [['run']], [['dap', '--port', '99999']], [['run', '--cycle-limit', '0', 'x']]])(
    'refuses %j with status 2',
    async (words) => {
      const outcome = await cli(words);
      expect([outcome.status, outcome.stdout]).toEqual([2, '']);
      expect(outcome.stderr).toMatch(/^error: /);
    },
  );

  it('serves the debug adapter protocol on a loopback port', async () => {
    const child = spawn(process.execPath, [program, 'dap', '--port', '0']);
    try {
      const port = await new Promise<number>((resolve, reject) => {
        child.stderr.on('data', (data: Buffer) => resolve(Number(/:(\d+)\n/.exec(data.toString())?.[1])));
        child.once('exit', () => reject(new Error('the process has ended')));
      });
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => {
          const request = JSON.stringify({
            seq: 1,
            type: 'request',
            command: 'initialize',
            arguments: { adapterID: 'bpf' },
          });
          socket.write(`Content-Length: ${request.length}\r\n\r\n${request}`);
        });
        socket.once('data', (data: Buffer) => {
          resolve(data.toString());
          socket.destroy();
        });
        socket.once('error', reject);
      });
      expect(answer).toContain('"success":true');
    } finally {
      child.kill();
    }
  });
});
