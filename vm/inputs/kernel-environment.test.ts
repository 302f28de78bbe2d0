import { expect, test } from 'vitest';
import { parseScenario } from './scenario.ts';

function environmentOf(environment: object): unknown {
  const scenario = parseScenario({ object: 'a.o', environment });
  return scenario.ok ? scenario.value.environment : scenario.problem.message;
}

test('a task with what it has', () => {
  const task = {
    pid: 5,
    comm: 'cat',
    cgroupIds: [1, '0x10'],
    vmas: [{ start: '0x1000', end: '0x2000' }],
    kernelStack: ['0xffffffff81000000'],
  };
  expect(environmentOf({ task })).toMatchObject({
    task: {
      pid: 5,
      tgid: 5,
      uid: 0,
      comm: 'cat',
      cgroupIds: [1n, 16n],
      vmas: [{ start: 0x1000n, end: 0x2000n, flags: 0n }],
      kernelStack: [0xffff_ffff_8100_0000n],
      userStack: [],
      pidNamespace: undefined,
    },
  });
});

test('memory, names, files, events and the time of day', () => {
  const given = {
    kernelMemory: [
      { address: '0xffff888000000000', bytes: '0a0b' },
      { address: -4096, text: 'hi' },
    ],
    names: { symbols: { printk: 7 }, types: { 'struct a': 8 } },
    files: [{ address: 9, hash: '01' }],
    event: { cookie: 3, counter: { value: 1, enabled: 2, running: 3 }, branches: '00'.repeat(24) },
    taiOffsetNs: '37000000000',
  };
  expect(environmentOf(given)).toMatchObject({
    kernelMemory: [
      { address: 0xffff_8880_0000_0000n, bytes: Uint8Array.of(10, 11) },
      { address: 0xffff_ffff_ffff_f000n, bytes: Uint8Array.of(104, 105, 0) },
    ],
    names: { symbols: { printk: 7n }, types: { 'struct a': 8 } },
    files: [{ address: 9n, path: undefined, hash: Uint8Array.of(1), hashAlgorithm: 4 }],
    event: { cookie: 3n, functionAddress: undefined, counter: { value: 1n, enabled: 2n, running: 3n } },
    taiOffsetNs: 37_000_000_000n,
  });
});

test.each([
  [{ task: {} }, /^environment\.task\.pid: an integer was expected/],
  [
    { task: { pid: 1, comm: 'sixteen bytes...' } },
    /environment\.task\.comm: the name of a task has at most 15/,
  ],
  [
    { task: { pid: 1, vmas: [{ start: 2, end: 2 }] } },
    /environment\.task\.vmas\[0\]: end is not behind start/,
  ],
  [{ task: { pid: 1, name: 'x' } }, /environment\.task\.name: there is no such member/],
  [{ userMemory: [{ address: 1 }] }, /environment\.userMemory\[0\]: either bytes or text is needed/],
  [{ userMemory: [{ address: 1, bytes: 'xy' }] }, /userMemory\[0\]\.bytes: pairs of hex digits/],
  [{ kernelMemory: [{ address: '0x10000000000000000', text: '' }] }, /does not fit 64 bits/],
  [{ event: { counter: { value: 1 } } }, /environment\.event\.counter\.enabled: an integer/],
])('%o is refused', (environment, message) => {
  expect(environmentOf(environment)).toMatch(message);
});
