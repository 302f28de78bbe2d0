import { describe, expect, test } from 'vitest';
import type { Environment } from '../environment/environment.ts';
import type { TaskEnvironment } from '../environment/task.ts';
import { outcome } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { mapFlag, mapType } from '../maps/flags.ts';
import { addMap, codeProgram, mapDefinition, testMachine } from '../maps/testing.ts';
import { parseNumber } from './strings.ts';
import { helperTable } from './table.ts';

const task: TaskEnvironment = {
  pid: 12,
  tgid: 11,
  uid: 1000,
  gid: 100,
  comm: 'some-daemon',
  cgroupIds: [1n, 20n, 300n],
  vmas: [
    { start: 0x400000n, end: 0x500000n, flags: 5n },
    { start: 0x7f00_0000_0000n, end: 0x7f00_0000_1000n, flags: 3n },
  ],
  kernelStack: [0xffff_ffff_8100_0001n, 0xffff_ffff_8100_0002n, 0xffff_ffff_8100_0003n],
  userStack: [0x401000n],
  pidNamespace: { dev: 4n, ino: 5n, pid: 2, tgid: 1 },
};
const kernelText = 0xffff_8880_0000_1000n;
const userText = 0x5555_0000_0000n;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const known: Partial<Environment> = {
  task,
  kernelMemory: [
    { address: kernelText, bytes: bytes('kernel text\0') },
    { address: kernelText + 12n, bytes: bytes('right behind\0') },
  ],
  userMemory: [{ address: userText, bytes: bytes('user text\0') }],
  names: { symbols: { printk: 0xffff_ffff_8111_0000n }, types: { 'struct task_struct': 77 } },
  files: [
    { address: 0xffff_8880_1234_0000n, path: '/bin/true', hash: Uint8Array.of(1, 2, 3), hashAlgorithm: 4 },
  ],
};

function machineOf(environment: Partial<Environment> = known): Machine {
  const program = codeProgram(new Uint8Array(96), [0, 4, 8]);
  const machine = testMachine({ program, helpers: helperTable, environment });
  machine.frames.reset(machine.code.ipOfSlot(0));
  machine.memory.view.setUint32(state.ip, machine.code.ipOfSlot(0), true);
  machine.programType = 'raw_tracepoint';
  return machine;
}

function call(machine: Machine, id: number, ...values: readonly (bigint | number)[]): bigint | string {
  values.forEach((value, i) => machine.setRegister(i + 1, BigInt.asUintN(64, BigInt(value))));
  machine.fault = undefined;
  const result = helperTable.helpers.get(id)!.call(machine);
  if (result === outcome.fault) return `${machine.fault!.kind}: ${machine.fault!.message}`;
  return BigInt.asIntN(64, machine.register(0));
}

function onStack(machine: Machine, below: number, text = ''): bigint {
  const address = machine.register(10) - BigInt(below);
  machine.memory.bytes.set(bytes(text), machine.regions.resolve(address, text.length, 'write'));
  return address;
}

function textAt(machine: Machine, address: bigint, size: number): string {
  const at = machine.regions.resolve(address, size, 'read')!;
  return new TextDecoder().decode(machine.memory.bytes.slice(at, at + size)).replaceAll('\0', '.');
}

describe('probing reads', () => {
  /** Helper, size, address; result, what is in the buffer of 8 `#`, notes. */
  test.each<[number, number, bigint, bigint, string, number]>([
    [113, 6, kernelText, 0n, 'kernel##', 0],
    [113, 8, kernelText + 8n, 0n, 'ext.righ', 0],
    [113, 8, kernelText + 20n, -14n, '........', 1],
    [113, 4, 0n, -34n, '....####', 1],
    [113, 0, 0n, -34n, '########', 1],
    [113, 4, userText, -34n, '....####', 1],
    [113, 4, 1n << 63n, -34n, '....####', 1],
    [112, 4, userText, 0n, 'user####', 0],
    [112, 4, kernelText, -14n, '....####', 1],
    [4, 4, userText, 0n, 'user####', 0],
    [4, 4, kernelText, 0n, 'kern####', 0],
    [4, 4, 8n, -14n, '....####', 1],
    [115, 8, kernelText, 8n, 'kernel .', 0],
    [115, 8, kernelText + 7n, 5n, 'text.###', 0],
    [115, 1, kernelText, 1n, '.#######', 0],
    [115, 0, 0n, 0n, '########', 0],
    [114, 8, userText + 5n, 5n, 'text.###', 0],
    [114, 8, 1n, -14n, '........', 1],
    [45, 8, kernelText, 8n, 'kernel .', 0],
    [148, 4, userText, 0n, 'user####', 0],
    [148, 4, 0n, -14n, '....####', 1],
  ])('helper %i, %i bytes at %i', (id, size, address, result, buffer, notes) => {
    const machine = machineOf();
    const to = onStack(machine, 8, '########');
    expect([call(machine, id, to, size, address), textAt(machine, to, 8), machine.notes.length]).toEqual([
      result,
      buffer,
      notes,
    ]);
  });

  test('the program’s own memory is the kernel’s', () => {
    const machine = machineOf();
    const from = onStack(machine, 32, 'mine\0');
    const to = onStack(machine, 8, '########');
    expect([call(machine, 115, to, 8, from), textAt(machine, to, 8)]).toEqual([5n, 'mine.###']);
    expect(call(machine, 112, to, 4, from)).toBe(-14n);
  });

  test('a size, a buffer that the verifier would refuse', () => {
    const machine = machineOf();
    const to = onStack(machine, 8);
    expect(call(machine, 113, to, -1, kernelText)).toMatch(/R2 min value is negative/);
    expect(call(machine, 113, to, 9, kernelText)).toMatch(/invalid write to stack R1 off=-8 size=9/);
    expect(call(machine, 113, 5, 4, kernelText)).toMatch(/R1 type=scalar expected=fp/);
  });

  test('writing to the process stays there', () => {
    const machine = machineOf();
    const from = onStack(machine, 8, 'OWN ');
    const to = onStack(machine, 16, '########');
    expect(call(machine, 36, userText, from, 4)).toBe(0n);
    expect([call(machine, 114, to, 8, userText), textAt(machine, to, 8)]).toEqual([8n, 'OWN  te.']);
    expect(call(machine, 36, userText + 8n, from, 4)).toBe(-14n);
    expect(call(machine, 36, kernelText, from, 4)).toBe(-1n);
  });
});

describe('the current task', () => {
  test('numbers, and errors where there is no task', () => {
    const machine = machineOf();
    expect([14, 15, 80].map((id) => call(machine, id))).toEqual([
      (11n << 32n) | 12n,
      (100n << 32n) | 1000n,
      300n,
    ]);
    expect([0, 1, 2, 3].map((level) => call(machine, 123, level))).toEqual([1n, 20n, 300n, 0n]);
    expect(machine.notes).toEqual([]);
    const nobody = machineOf({});
    expect([14, 15, 80, 35, 158].map((id) => call(nobody, id))).toEqual([-22n, -22n, 0n, 0n, 0n]);
    expect(nobody.notes.map(({ text }) => text)).toEqual(
      Array.from({ length: 5 }, () => 'no current task is known: environment.task says who it is'),
    );
  });

  test.each([
    [16, 'some-daemon.....'],
    [6, 'some-.##########'],
    [1, '.###############'],
  ])('its name in %i bytes', (size, text) => {
    const machine = machineOf();
    const to = onStack(machine, 16, '################');
    expect([call(machine, 16, to, size), textAt(machine, to, 16)]).toEqual([0n, text]);
  });

  test('its pids in a namespace', () => {
    const machine = machineOf();
    const to = onStack(machine, 16);
    expect(call(machine, 120, 4, 5, to, 8)).toBe(0n);
    const at = machine.regions.resolve(to, 8, 'read')!;
    expect([0, 4].map((i) => machine.memory.view.getUint32(at + i, true))).toEqual([2, 1]);
    expect(call(machine, 120, 4, 6, to, 8)).toBe(-22n);
    expect(call(machine, 120, 4, 5, to, 16)).toBe(-22n);
  });

  test('under a cgroup', () => {
    const machine = machineOf();
    const map = addMap(machine, mapDefinition(mapType.CGROUP_ARRAY, { valueSize: 4, maxEntries: 3 }));
    const put = (index: number, id: number): number =>
      map.userUpdate(Uint8Array.of(index, 0, 0, 0), [Uint8Array.of(id, 0, 0, 0)]);
    expect([put(0, 20), put(1, 21), put(3, 1), put(2, 0)]).toEqual([0, 0, -7, -9]);
    expect([0, 1, 2, 3].map((index) => call(machine, 37, map.address, index))).toEqual([1n, 0n, -11n, -7n]);
    expect(map.count()).toBe(2);
    expect(map.userRemove(Uint8Array.of(0, 0, 0, 0))).toBe(0);
    expect(map.elements(0, 9).map((element) => [...element.key])).toEqual([[1, 0, 0, 0]]);
    const array = addMap(machine, mapDefinition(mapType.ARRAY));
    expect(call(machine, 37, array.address, 0)).toMatch(/cannot pass map_type 2 into func .*#37/);
  });

  test('signals are output', () => {
    const machine = machineOf();
    expect([call(machine, 109, 9), call(machine, 109, 65)]).toEqual([0n, -22n]);
    expect(machine.outputs.map(({ text }) => text)).toEqual(['signal 9']);
  });
});

describe('bpf_find_vma', () => {
  const found = (machine: Machine, address: bigint, flags = 0): bigint | string => {
    const pointer = call(machine, 158) as bigint;
    return call(machine, 180, pointer, address, machine.code.addressOfSlot(4), 0, flags);
  };

  function returning(machine: Machine, value: bigint): bigint | string {
    machine.setRegister(0, value);
    const result = helperTable.helpers.get(180)!.callback!.onReturn(machine);
    return result === outcome.fault ? machine.fault!.message : BigInt.asIntN(64, machine.register(0));
  }

  /** As recorded on Linux 6.18: a hit gives 0, whatever the callback returns; else -ENOENT, and -EINVAL for flags. */
  test.each([
    [0x400000n, 0n],
    [0x4fffffn, 1n],
    [0x7f00_0000_0fffn, 0n],
  ])('a mapping at %i, whose callback returns %i', (address, value) => {
    const machine = machineOf();
    found(machine, address);
    expect([machine.frames.depth, machine.slot]).toEqual([1, 4]);
    expect([machine.register(1), machine.register(3)]).toEqual([call(machineOf(), 158), 0n]);
    expect(machine.frames.read(1).callback).toMatchObject({ helper: 180, map: undefined });
    expect(machine.regions.resolve(machine.register(2), 8, 'read')).toBeDefined();
    expect(machine.regions.resolve(machine.register(2), 8, 'write')).toBeUndefined();
    expect([returning(machine, value), machine.frames.depth]).toEqual([0n, 0]);
  });

  test.each([
    [0n, 0, -2n],
    [0x500000n, 0, -2n],
    [0x400000n, 1, -22n],
  ])('nothing at %i with flags %i', (address, flags, result) => {
    const machine = machineOf();
    expect([found(machine, address, flags), machine.frames.depth]).toEqual([result, 0]);
  });

  test('a callback that returns 2, and what is no task', () => {
    const machine = machineOf();
    found(machine, 0x400000n);
    expect(returning(machine, 2n)).toMatch(/At callback return the register R0 has value 2/);
    expect(call(machineOf(), 180, 0, 0, 0, 0, 0)).toMatch(/^null-pointer: R1 type=scalar/);
  });
});

describe('stacks', () => {
  const stackMap = (machine: Machine, maxEntries = 4): ReturnType<typeof addMap> =>
    addMap(machine, mapDefinition(mapType.STACK_TRACE, { valueSize: 16, maxEntries }));

  test('an id for a stack, the same for the same', () => {
    const machine = machineOf();
    const map = stackMap(machine);
    const id = call(machine, 27, 0, map.address, 0);
    expect(id).toBeGreaterThanOrEqual(0n);
    expect(call(machine, 27, 0, map.address, 0)).toBe(id);
    const [element] = map.elements(0, 9);
    const at = machine.regions.peek(element!.valueAddresses[0]!)!.linear;
    expect([0, 8].map((i) => machine.memory.view.getBigUint64(at + i, true))).toEqual(
      task.kernelStack.slice(0, 2),
    );
    expect(map.userRemove(element!.key)).toBe(0);
    expect(map.count()).toBe(0);
  });

  test.each([
    [0x800n, -22n],
    [1n << 63n, -22n],
    [3n, -14n],
    [0x101n, -14n],
  ])('flags %i', (flags, result) => {
    const machine = machineOf();
    expect(call(machine, 27, 0, stackMap(machine).address, flags)).toBe(result);
  });

  test('one bucket: another stack is in the way, or takes its place', () => {
    const machine = machineOf();
    const map = stackMap(machine, 1);
    expect(call(machine, 27, 0, map.address, 0)).toBe(0n);
    expect(call(machine, 27, 0, map.address, 1)).toBe(-17n);
    // BPF_F_REUSE_STACKID: the list of free elements is empty.
    expect(call(machine, 27, 0, map.address, 0x401)).toBe(-12n);
  });

  test.each<[number, number, bigint]>([
    [16, 0, 16n],
    [32, 0, 24n],
    [32, 1, 16n],
    [32, 3, 0n],
    [32, 4, -14n],
    [12, 0, -22n],
    [32, 0x200, -22n],
    [32, 0x800, -22n],
  ])('into %i bytes with flags %i', (size, flags, result) => {
    const machine = machineOf();
    const to = onStack(machine, 64);
    expect(call(machine, 67, 0, to, size, flags)).toBe(result);
    const pointer = call(machine, 158) as bigint;
    expect(call(machine, 141, pointer, to, size, flags)).toBe(result);
  });
});

describe('storage', () => {
  const storage = (machine: Machine, type: number): ReturnType<typeof addMap> =>
    addMap(
      machine,
      mapDefinition(type, { flags: mapFlag.NO_PREALLOC, maxEntries: 0, keyTypeId: 1, valueTypeId: 1 }),
    );

  test('of the task: made when it is asked for, with a value or zeros', () => {
    const machine = machineOf();
    const map = storage(machine, mapType.TASK_STORAGE);
    const owner = call(machine, 158) as bigint;
    const initial = onStack(machine, 8, 'initial.');
    expect(call(machine, 156, map.address, owner, 0, 0)).toBe(0n);
    expect(call(machine, 156, map.address, owner, initial, 2)).toBe(0n);
    const value = call(machine, 156, map.address, owner, initial, 1) as bigint;
    expect(textAt(machine, value, 8)).toBe('initial.');
    expect(call(machine, 156, map.address, owner, 0, 0)).toBe(value);
    const [element] = map.elements(0, 9);
    expect([map.count(), element!.valueAddresses]).toEqual([1, [value]]);
    expect(map.userUpdate(element!.key, [bytes('by user.')])).toBe(0);
    expect(textAt(machine, call(machine, 156, map.address, owner, 0, 0) as bigint, 8)).toBe('by user.');
    expect(map.userUpdate(Uint8Array.of(9, 9, 9, 9), [bytes('by user.')])).toBe(-9);
    expect([call(machine, 157, map.address, owner), call(machine, 157, map.address, owner)]).toEqual([
      0n,
      -2n,
    ]);
    expect(textAt(machine, call(machine, 156, map.address, owner, 0, 1) as bigint, 8)).toBe('........');
  });

  test('of other objects, and of what is none', () => {
    const machine = machineOf();
    const inodes = storage(machine, mapType.INODE_STORAGE);
    const inode = 0xffff_8880_0000_2000n;
    expect(call(machine, 145, inodes.address, inode, 0, 1)).not.toBe(0n);
    expect(call(machine, 146, inodes.address, inode + 64n)).toBe(-2n);
    expect(call(machine, 145, inodes.address, 0, 0, 1)).toMatch(/^null-pointer/);
    expect(call(machine, 145, inodes.address, onStack(machine, 8), 0, 1)).toMatch(
      /^helper-argument: R2 type=stack/,
    );
    expect(call(machine, 156, inodes.address, inode, 0, 1)).toMatch(
      /cannot pass map_type 28 into func .*#156/,
    );
  });

  test('of a cgroup’s program: zeros in each run', () => {
    const machine = machineOf();
    const map = addMap(machine, mapDefinition(mapType.CGROUP_STORAGE, { keySize: 16, maxEntries: 0 }));
    const value = call(machine, 81, map.address, 0) as bigint;
    machine.memory.bytes[machine.regions.resolve(value, 8, 'write')!] = 65;
    expect(textAt(machine, call(machine, 81, map.address, 0) as bigint, 2)).toBe('A.');
    machine.memory.view.setUint32(state.run, machine.run + 1, true);
    expect(textAt(machine, call(machine, 81, map.address, 0) as bigint, 2)).toBe('..');
    expect(call(machine, 81, map.address, 1)).toMatch(/doesn't support non-zero flags/);
  });

  test.each<[number, object, RegExp]>([
    [mapType.TASK_STORAGE, { maxEntries: 1, flags: 1, keyTypeId: 1, valueTypeId: 1 }, /EINVAL.*max_entries/],
    [mapType.TASK_STORAGE, { maxEntries: 0, flags: 0, keyTypeId: 1, valueTypeId: 1 }, /EINVAL.*map flags/],
    [mapType.TASK_STORAGE, { maxEntries: 0, flags: 1 }, /EINVAL.*types of key and value/],
    [mapType.CGROUP_STORAGE, { keySize: 4, maxEntries: 0 }, /EINVAL.*8 or 16 bytes/],
    [mapType.CGROUP_STORAGE, { keySize: 8, maxEntries: 0, valueSize: 4097 }, /E2BIG/],
    [mapType.STACK_TRACE, { valueSize: 12 }, /EINVAL.*8 bytes for each/],
    [mapType.STACK_TRACE, { valueSize: 1024 }, /EINVAL.*more than 127/],
    [mapType.CGROUP_ARRAY, { valueSize: 8 }, /EINVAL.*a value is a cgroup/],
  ])('a definition that the kernel refuses: type %i %o', (type, definition, message) => {
    expect(() => addMap(machineOf(), mapDefinition(type, definition))).toThrow(message);
  });
});

describe('numbers in text', () => {
  test.each<[string, bigint, number, bigint]>([
    ['42', 0n, 2, 42n],
    ['  -17 apples', 0n, 5, 17n],
    ['0x1F', 0n, 4, 31n],
    ['0x1f', 16n, 4, 31n],
    ['017', 0n, 3, 15n],
    ['08', 0n, 1, 0n],
    ['0xg', 0n, 1, 0n],
    ['18446744073709551615', 10n, 20, 0xffff_ffff_ffff_ffffn],
    ['18446744073709551616', 10n, -34, 0n],
    ['', 0n, -22, 0n],
    ['-', 0n, -22, 0n],
    ['x', 0n, -22, 0n],
    ['1', 2n, -22, 0n],
    ['1', 32n, -22, 0n],
  ])('%j in base %i', (text, flags, consumed, value) => {
    expect(parseNumber(bytes(text), flags)).toMatchObject({ consumed, value });
  });

  test.each<[string, bigint, bigint]>([
    ['9223372036854775808', -34n, 0n],
    ['-9223372036854775808', 20n, 1n << 63n],
    ['-9223372036854775809', -34n, 0n],
  ])('bpf_strtol of %s', (text, result, stored) => {
    const machine = machineOf();
    const from = onStack(machine, 64, text);
    const to = onStack(machine, 8, '########');
    expect(call(machine, 105, from, text.length, 10, to)).toBe(result);
    expect(machine.memory.view.getBigUint64(machine.regions.resolve(to, 8, 'read')!, true)).toBe(stored);
  });
});

describe('names and files of the kernel', () => {
  test('symbols', () => {
    const machine = machineOf();
    const to = onStack(machine, 8);
    expect(call(machine, 179, onStack(machine, 16, 'printk\0'), 7, 0, to)).toBe(0n);
    expect(machine.memory.view.getBigUint64(machine.regions.resolve(to, 8, 'read')!, true)).toBe(
      0xffff_ffff_8111_0000n,
    );
    expect(call(machine, 179, onStack(machine, 16, 'nobody\0'), 7, 0, to)).toBe(-2n);
    expect(machine.notes.map(({ text }) => text)).toEqual([
      'the address of nobody is not known: environment.names.symbols says it',
    ]);
    expect(call(machine, 179, onStack(machine, 16, 'printk\0'), 6, 0, to)).toBe(-22n);
  });

  test('types', () => {
    const machine = machineOf();
    const name = onStack(machine, 16, 'task_struct\0');
    expect([4, 5].map((kind) => call(machine, 167, name, 12, kind, 0))).toEqual([77n, -2n]);
    expect(call(machine, 167, name, 12, 4, 1)).toBe(-22n);
  });

  test('paths and hashes', () => {
    const machine = machineOf();
    const file = 0xffff_8880_1234_0000n;
    const to = onStack(machine, 16, '################');
    expect([call(machine, 147, file, to, 16), textAt(machine, to, 11)]).toEqual([10n, '/bin/true.#']);
    expect(call(machine, 147, file, to, 9)).toBe(-36n);
    expect([call(machine, 193, file, to, 2), call(machine, 161, file + 8n, to, 2)]).toEqual([4n, -95n]);
    expect([...bytes(textAt(machine, to, 2))]).toEqual([1, 2]);
    expect(call(machine, 162, file)).toBe(0n);
  });
});
