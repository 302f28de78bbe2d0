import { describe, expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { VirtualMachine } from '../engine/virtual-machine.ts';
import { defaultEnvironment, type Environment } from '../environment/environment.ts';
import { assemble } from '../isa/assemble.ts';
import { bareProgram } from '../object/bare-program.ts';
import type { LinkedProgram } from '../object/linked-program.ts';
import type { FunctionSymbol } from '../object/program-object.ts';
import type { RunInput } from './family.ts';

function programIn(sectionName: string, code: string): { linked: LinkedProgram; symbol: FunctionSymbol } {
  const bytes = expectOk(assemble(code));
  const symbol = {
    name: 'main',
    section: 1,
    sectionName,
    offset: 0,
    size: bytes.length,
    global: true,
    btfId: undefined,
  };
  const linked = bareProgram(bytes, sectionName, [{ ...symbol, firstSlot: 0, slots: bytes.length / 8 }]);
  return { linked, symbol };
}

/** r0 after the program, or the fault. */
function run(
  section: string,
  code: string,
  input: RunInput = {},
  environment: Partial<Environment> = {},
): bigint | string {
  const { linked, symbol } = programIn(section, code);
  const vm = expectOk(VirtualMachine.create(linked, { ...defaultEnvironment, ...environment }));
  const started = vm.startRun(symbol, input);
  if (!started.ok) return `${started.problem.code}: ${started.problem.message}`;
  vm.run(100_000);
  const { fault, r0 } = vm.result();
  return fault === undefined ? BigInt.asIntN(64, r0) : `${fault.kind}: ${fault.message}`;
}

const argumentOf = (n: number): string => `
  r6 = r1
  r2 = ${n}
  r3 = r10
  r3 += -8
  *(u64 *)(r10 - 8) = 0
  call 183
  if r0 != 0 goto +1
  r0 = *(u64 *)(r10 - 8)
  exit`;
const returnValue = `
  r2 = r10
  r2 += -8
  *(u64 *)(r10 - 8) = 0
  call 184
  if r0 != 0 goto +1
  r0 = *(u64 *)(r10 - 8)
  exit`;
const context = { ctxIn: { args: [11, 22, 33] } };

describe('contexts', () => {
  test.each<[string, string, RunInput, bigint | string]>([
    ['fentry/do_work', 'r0 = *(u64 *)(r1 + 8)\nexit', context, 22n],
    ['lsm/file_open', 'r0 = *(u64 *)(r1 + 16)\nexit', context, 33n],
    ['kprobe/do_work', 'r0 = *(u64 *)(r1 + 112)\nexit', { ctxIn: { di: 7 } }, 7n],
    ['kprobe/do_work', 'r0 = *(u64 *)(r1 + 112)\nexit', {}, 0n],
    ['perf_event', 'r0 = *(u64 *)(r1 + 168)\nexit', { ctxIn: { sample_period: 9 } }, 9n],
    ['tp/sched/sched_switch', 'r0 = *(u32 *)(r1 + 0)\nexit', { ctxIn: { bytes: [5, 0, 0, 0] } }, 5n],
    [
      'fentry/do_work',
      'r0 = *(u64 *)(r1 + 24)\nexit',
      context,
      'invalid-access: invalid bpf_context access off=24 size=8',
    ],
    [
      'kprobe/do_work',
      '*(u64 *)(r1 + 0) = 1\nr0 = 0\nexit',
      {},
      'invalid-access: invalid bpf_context access off=0 size=8',
    ],
    [
      'kprobe/do_work',
      'r0 = 0\nexit',
      { ctxIn: { edi: 1 } },
      'unknown-context-field: pt_regs has no field edi',
    ],
    [
      'kprobe/do_work',
      'r0 = 0\nexit',
      { ctxIn: { bytes: [1] } },
      'bad-context: struct pt_regs has 168 bytes, not 1',
    ],
    [
      'fexit/do_work',
      'r0 = 0\nexit',
      { dataIn: new Uint8Array(64) },
      'refused-input: a tracing program takes no packet: BPF_PROG_TEST_RUN returns EINVAL',
    ],
  ])('%s', (section, code, input, expected) => {
    const result = run(section, code, input);
    if (typeof expected === 'string') expect(String(result).startsWith(expected)).toBe(true);
    else expect(result).toBe(expected);
  });
});

describe('arguments by number', () => {
  test.each<[string, string, bigint | string]>([
    ['fentry/do_work', argumentOf(2), 33n],
    ['fentry/do_work', argumentOf(3), -22n],
    // What the function returns stands behind its arguments.
    ['fexit/do_work', argumentOf(2), -22n],
    ['fexit/do_work', returnValue, 33n],
    ['fmod_ret/do_work', returnValue, 33n],
    ['fentry/do_work', returnValue, -95n],
    ['fentry/do_work', 'call 185\nexit', 3n],
    ['fexit/do_work', 'call 185\nexit', 2n],
    [
      'raw_tp/sched_switch',
      'call 185\nexit',
      'refused-by-kernel: program of this type cannot use helper bpf_get_func_arg_cnt#185',
    ],
  ])('%s', (section, code, expected) => {
    expect(run(section, code, context)).toBe(expected);
  });
});

describe('loads through pointers of the kernel', () => {
  const kernelMemory = [
    { address: 0xffff_8880_0000_0000n, bytes: Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 5, 0, 0, 0) },
  ];
  const pointer = { ctxIn: { args: [0xffff_8880_0000_0000n] } };
  test.each<[string, bigint | string]>([
    ['r0 = *(u32 *)(r2 + 0)', 0xffff_fffen],
    ['r0 = *(s32 *)(r2 + 0)', -2n],
    ['r0 = *(u8 *)(r2 + 4)', 5n],
    ['r0 = *(u64 *)(r2 + 4)', 'invalid-access'],
    ['r0 = *(u8 *)(r2 + 8)', 'invalid-access'],
    ['*(u8 *)(r2 + 0) = 1\nr0 = 0', 'invalid-access'],
  ])('%s', (code, expected) => {
    const result = run('fentry/do_work', `r2 = *(u64 *)(r1 + 0)\n${code}\nexit`, pointer, { kernelMemory });
    expect(typeof result === 'string' ? result.split(':')[0] : result).toBe(expected);
  });

  test('in a loop that is compiled', () => {
    const code = `
      r6 = *(u64 *)(r1 + 0)
      r7 = 3000
      r0 = 0
    again:
      r8 = *(u8 *)(r6 + 4)
      r0 += r8
      r7 -= 1
      if r7 != 0 goto again
      exit`;
    expect(run('fentry/do_work', code, pointer, { kernelMemory })).toBe(15000n);
  });
});

describe('what the environment knows of the event', () => {
  const event = {
    functionAddress: 0x1234n,
    cookie: 99n,
    counter: { value: 5n, enabled: 6n, running: 7n },
    branches: Uint8Array.from({ length: 48 }, (_, i) => i),
  };
  const buffer = (id: number, size: number, flags = 0): string => `
  r2 = r10
  r2 += -48
  r3 = ${size}
  r4 = ${flags}
  call ${id}
  exit`;
  test.each<[string, string, bigint, bigint]>([
    ['kprobe/do_work', 'call 173\nexit', 0x1234n, 0n],
    ['kprobe/do_work', 'call 174\nexit', 99n, 0n],
    ['perf_event', buffer(56, 24), 0n, -22n],
    ['perf_event', buffer(56, 16), -22n, -22n],
    ['perf_event', buffer(119, 24), 24n, -2n],
    ['perf_event', buffer(119, 48), 48n, -2n],
    ['perf_event', buffer(119, 20), -22n, -2n],
    ['perf_event', buffer(119, 0, 1), 48n, -2n],
    ['perf_event', buffer(119, 24, 2), -22n, -22n],
    ['kprobe/do_work', 'r1 = r10\nr1 += -48\nr2 = 47\nr3 = 0\ncall 176\nexit', 24n, -2n],
    ['kprobe/do_work', 'r1 = r10\nr1 += -48\nr2 = 48\nr3 = 1\ncall 176\nexit', -22n, -22n],
  ])('%s %s', (section, code, known, unknown) => {
    expect([run(section, code, {}, { event }), run(section, code)]).toEqual([known, unknown]);
  });

  test('a kprobe makes its function return', () => {
    const code = 'r6 = r1\nr2 = -12\ncall 58\nr0 = *(u64 *)(r6 + 80)\nexit';
    expect(run('kprobe/do_work', code)).toBe(-12n);
    expect(run('tp/a/b', code)).toMatch(/program of this type cannot use helper bpf_override_return#58/);
  });
});

test('a saved machine does the same again: memory of the process, the task’s struct, notes', () => {
  const code = `
    call 158
    r7 = r0
    *(u64 *)(r10 - 8) = 0x21
    r1 = 4096
    r2 = r10
    r2 += -8
    r3 = 8
    call 36
    r1 = r10
    r1 += -8
    r2 = 8
    r3 = 8192
    call 112
    r1 = r10
    r1 += -8
    r2 = 8
    r3 = 4096
    call 112
    r0 = *(u64 *)(r10 - 8)
    exit`;
  const { linked, symbol } = programIn('raw_tp/x', code);
  const task = {
    pid: 1,
    tgid: 1,
    uid: 0,
    gid: 0,
    comm: '',
    cgroupIds: [],
    vmas: [],
    kernelStack: [],
    userStack: [],
    pidNamespace: undefined,
  };
  const userMemory = [{ address: 4096n, bytes: new Uint8Array(8) }];
  const vm = expectOk(VirtualMachine.create(linked, { ...defaultEnvironment, task, userMemory }));
  expectOk(vm.startRun(symbol));
  const start = vm.save();
  vm.run(1000);
  expect([vm.result().r0, vm.result().notes.length]).toEqual([0x21n, 1]);
  const end = vm.save();
  vm.restore(start);
  expect(vm.result().notes).toEqual([]);
  vm.run(1000);
  expect(vm.result().notes.length).toBe(1);
  expect(Buffer.compare(vm.save().memory, end.memory)).toBe(0);
});
