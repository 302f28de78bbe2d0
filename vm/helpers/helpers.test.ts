import { describe, expect, test } from 'vitest';
import { regionBias } from '../memory/regions.ts';
import type { KernelMap } from '../machine/kernel-map.ts';
import { outcome } from '../machine/helper.ts';
import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { mapFlag, mapType } from '../maps/flags.ts';
import { addMap, codeProgram, mapDefinition, testMachine } from '../maps/testing.ts';
import { helperNames } from './names.ts';
import { seedRandom, seedState, nextRandom } from './random.ts';
import { helperTable } from './table.ts';

const { HASH, ARRAY, PERCPU_ARRAY } = mapType;

/** A machine that stands at slot 0, in its program frame, with functions at slots 4 and 8. */
function machineWithCode(): Machine {
  const machine = testMachine({ program: codeProgram(new Uint8Array(96), [0, 4, 8]), helpers: helperTable });
  machine.frames.reset(machine.code.ipOfSlot(0));
  machine.memory.view.setUint32(state.ip, machine.code.ipOfSlot(0), true);
  return machine;
}

function call(machine: Machine, id: number, ...values: readonly (bigint | number)[]): bigint | string {
  values.forEach((value, i) => machine.setRegister(i + 1, BigInt(value)));
  machine.fault = undefined;
  const result = helperTable.helpers.get(id)!.call(machine);
  if (result === outcome.fault) return `${machine.fault!.kind}: ${machine.fault!.message}`;
  return BigInt.asIntN(64, machine.register(0));
}

/** Writes bytes below r10 and returns their address. */
function onStack(machine: Machine, below: number, bytes: Uint8Array): bigint {
  const address = machine.register(10) - BigInt(below);
  machine.memory.bytes.set(bytes, machine.regions.resolve(address, bytes.length, 'write'));
  return address;
}

const key = (value: number): Uint8Array => Uint8Array.of(value, 0, 0, 0);
const eight = (value: number): Uint8Array => Uint8Array.of(value, 0, 0, 0, 0, 0, 0, 0);

describe('the table', () => {
  test('has the names of all helpers, and implements under the same', () => {
    expect(helperNames.size).toBe(211);
    for (const [id, helper] of helperTable.helpers) {
      expect(helper.id).toBe(id);
      expect(helper.name).toBe(helperNames.get(id));
    }
    expect(helperTable.nameOf(211)).toBe('bpf_cgrp_storage_delete');
    expect(helperTable.nameOf(212)).toBeUndefined();
  });
});

describe('map access', () => {
  function prepared(): { machine: Machine; map: KernelMap; keyAt: bigint; valueAt: bigint } {
    const machine = machineWithCode();
    const map = addMap(machine, mapDefinition(HASH, { name: 'flows' }));
    return { machine, map, keyAt: onStack(machine, 8, key(1)), valueAt: onStack(machine, 16, eight(42)) };
  }

  test('update, lookup, delete', () => {
    const { machine, map, keyAt, valueAt } = prepared();
    expect(call(machine, 1, map.address, keyAt)).toBe(0n);
    expect(call(machine, 2, map.address, keyAt, valueAt, 0)).toBe(0n);
    const found = call(machine, 1, map.address, keyAt);
    if (typeof found === 'string') expect.unreachable(found);
    expect(machine.memory.bytes[machine.regions.resolve(found, 8, 'write')!]).toBe(42);
    expect(call(machine, 2, map.address, keyAt, valueAt, 1)).toBe(-17n);
    expect(call(machine, 3, map.address, keyAt)).toBe(0n);
    expect(call(machine, 3, map.address, keyAt)).toBe(-2n);
    expect(call(machine, 2, map.address, keyAt, valueAt, 1n << 63n)).toBe(-22n);
  });

  test('arguments that the verifier would refuse', () => {
    const { machine, map, keyAt, valueAt } = prepared();
    const top = machine.register(10);
    const expected = 'expected=fp, pkt, pkt_meta, map_key, map_value';
    expect(call(machine, 1, 5, keyAt)).toBe('helper-argument: R1 type=scalar expected=map_ptr');
    expect(call(machine, 1, keyAt, keyAt)).toBe('helper-argument: R1 type=fp expected=map_ptr');
    expect(call(machine, 1, map.address + 8n, keyAt)).toBe(
      'helper-argument: R1 type=map_ptr expected=map_ptr',
    );
    expect(call(machine, 1, map.address, 0)).toBe(`null-pointer: R2 type=scalar ${expected}`);
    expect(call(machine, 1, map.address, 1n << 60n)).toBe(`helper-argument: R2 type=scalar ${expected}`);
    expect(call(machine, 1, map.address, map.address)).toBe(`helper-argument: R2 type=map_ptr ${expected}`);
    expect(call(machine, 1, map.address, top - 2n)).toBe(
      'invalid-access: invalid read from stack R2 off=-2 size=4',
    );
    expect(call(machine, 2, map.address, keyAt, top - 520n, 0)).toBe(
      'invalid-access: invalid read from stack R3 off=-520 size=8',
    );
    expect(call(machine, 2, map.address, keyAt, valueAt, 0)).toBe(0n);
    const value = call(machine, 1, map.address, keyAt) as bigint;
    expect(call(machine, 2, map.address, keyAt, value + 4n, 0)).toBe(
      'invalid-access: invalid access to map value, value_size=8 off=4 size=8: flows',
    );
    const keyInMap = map.find(key(1))!.keyAddress!;
    expect(call(machine, 1, map.address, keyInMap)).toBe(value);
    expect(call(machine, 1, map.address, keyInMap + 2n)).toBe(
      'invalid-access: invalid access to map key of flows, key_size=4 off=2 size=4',
    );
  });

  test('maps that programs must not write to or read from', () => {
    const machine = machineWithCode();
    const frozen = addMap(machine, mapDefinition(ARRAY, { name: 'frozen', flags: mapFlag.RDONLY_PROG }));
    const blind = addMap(machine, mapDefinition(ARRAY, { name: 'blind', flags: mapFlag.WRONLY_PROG }));
    const at = onStack(machine, 8, key(1));
    expect(call(machine, 2, frozen.address, at, at, 0)).toBe(
      'write-forbidden: write into map forbidden: frozen',
    );
    expect(call(machine, 3, frozen.address, at)).toBe('write-forbidden: write into map forbidden: frozen');
    const value = call(machine, 1, blind.address, at) as bigint;
    expect(call(machine, 2, blind.address, at, value, 0)).toBe(
      'write-forbidden: read from map forbidden, value_size=8 off=0 size=8: blind',
    );
  });

  test('an arena', () => {
    const machine = machineWithCode();
    const sizes = { keySize: 0, valueSize: 0, flags: mapFlag.MMAPABLE };
    const map = addMap(machine, mapDefinition(33, { name: 'pages', ...sizes }));
    expect(call(machine, 1, map.address, machine.register(10) - 8n)).toBe(
      'refused-by-kernel: R2 invalid zero-sized read',
    );
    const callback = machine.code.addressOfSlot(4);
    expect(call(machine, 164, map.address, callback, 0, 0)).toBe(
      'refused-by-kernel: callback function not allowed for map pages of type ARENA',
    );
  });

  test('bpf_map_lookup_percpu_elem', () => {
    const machine = machineWithCode();
    const map = addMap(machine, mapDefinition(PERCPU_ARRAY));
    const plain = addMap(machine, mapDefinition(ARRAY));
    const at = onStack(machine, 8, key(1));
    const { valueAddresses } = map.find(key(1))!;
    expect(call(machine, 195, map.address, at, 0)).toBe(valueAddresses[0]);
    expect(call(machine, 195, map.address, at, 1)).toBe(valueAddresses[1]);
    expect(call(machine, 195, map.address, at, 2)).toBe(0n);
    expect(call(machine, 195, plain.address, at, 0)).toMatch(
      /^refused-by-kernel: cannot pass map_type 2 into/,
    );
  });
});

/** Lets the callback that runs return `value`. */
function returnFrom(machine: Machine, id: number, value: bigint | number): string {
  machine.setRegister(0, BigInt(value));
  machine.fault = undefined;
  const result = helperTable.helpers.get(id)!.callback!.onReturn(machine);
  return result === outcome.fault
    ? `${machine.fault!.kind}: ${machine.fault!.message}`
    : `depth ${machine.frames.depth}`;
}

describe('bpf_for_each_map_elem', () => {
  function traversal(
    type: number,
    keys: readonly number[],
    maxEntries = 8,
  ): { machine: Machine; map: KernelMap } {
    const machine = machineWithCode();
    const map = addMap(
      machine,
      mapDefinition(type, { maxEntries, flags: type === ARRAY ? 0 : mapFlag.ZERO_SEED }),
    );
    for (const each of keys) map.userUpdate(key(each), [eight(each + 100)]);
    return { machine, map };
  }

  test('an array: index, key, value and context, until the end', () => {
    const { machine, map } = traversal(ARRAY, [0, 1, 2], 3);
    const context = machine.register(10) - 16n;
    machine.setRegister(6, 66n);
    call(machine, 164, map.address, machine.code.addressOfSlot(4), context, 0);
    for (let index = 0; index < 3; index++) {
      expect(machine.frames.depth).toBe(1);
      expect(machine.slot).toBe(4);
      expect([machine.register(1), machine.register(4)]).toEqual([map.address, context]);
      const { bytes } = machine.memory;
      expect(bytes[machine.regions.resolve(machine.register(2), 4, 'read')!]).toBe(index);
      expect(machine.regions.resolve(machine.register(2), 4, 'write')).toBeUndefined();
      expect(bytes[machine.regions.resolve(machine.register(3), 8, 'write')!]).toBe(index + 100);
      expect(machine.frames.read(1).callback).toMatchObject({
        helper: 164,
        map: 0,
        index,
        visited: index,
        context,
      });
      machine.setRegister(6, 0n);
      returnFrom(machine, 164, 0);
    }
    expect([machine.frames.depth, machine.slot, machine.register(0), machine.register(6)]).toEqual([
      0,
      1,
      3n,
      66n,
    ]);
  });

  test('a callback that returns 1 is the last', () => {
    const { machine, map } = traversal(HASH, [0, 1, 2]);
    call(machine, 164, map.address, machine.code.addressOfSlot(8), 0, 0);
    expect(returnFrom(machine, 164, 0)).toBe('depth 1');
    expect(machine.frames.read(1).callback).toMatchObject({ index: 1, visited: 1, lastReturn: 0n });
    expect(returnFrom(machine, 164, 1)).toBe('depth 0');
    expect(machine.register(0)).toBe(2n);
  });

  test.each([
    [2n, '2'],
    [-1n, '-1'],
    [1n << 32n, '4294967296'],
  ])('a callback that returns %i faults and changes nothing', (value, text) => {
    const { machine, map } = traversal(HASH, [0, 1]);
    call(machine, 164, map.address, machine.code.addressOfSlot(8), 0, 0);
    const before = machine.frames.read(1);
    expect(returnFrom(machine, 164, value)).toBe(
      `refused-by-kernel: At callback return the register R0 has value ${text}, should have been in [0, 1]`,
    );
    expect(machine.frames.read(1)).toEqual(before);
  });

  test('an empty map, flags', () => {
    const { machine, map } = traversal(HASH, []);
    const callback = machine.code.addressOfSlot(4);
    expect(call(machine, 164, map.address, callback, 0, 0)).toBe(0n);
    expect(call(machine, 164, map.address, callback, 0, 1)).toBe(-22n);
    expect(call(machine, 164, map.address, callback, 0, 1n << 40n)).toBe(-22n);
    // Three calls, each of which went on to the next instruction.
    expect([machine.frames.depth, machine.slot]).toEqual([0, 3]);
  });

  test('what the verifier would refuse', () => {
    const { machine, map } = traversal(HASH, [1]);
    const callback = machine.code.addressOfSlot(4);
    const value = map.find(key(1))!.valueAddresses[0]!;
    expect(call(machine, 164, map.address, callback + 8n, 0, 0)).toMatch(
      /^helper-argument: R2 points to instruction 5/,
    );
    expect(call(machine, 164, map.address, 7, 0, 0)).toBe('helper-argument: R2 type=scalar expected=func');
    expect(call(machine, 164, map.address, callback, 5, 0)).toBe(
      'refused-by-kernel: R3 type=scalar expected=fp',
    );
    expect(call(machine, 164, map.address, callback, value, 0)).toBe(
      'refused-by-kernel: R3 type=map_value expected=fp',
    );
    expect(machine.frames.depth).toBe(0);
  });

  test('traversals nest to eight frames', () => {
    const { machine, map } = traversal(HASH, [1]);
    const callback = machine.code.addressOfSlot(4);
    for (let depth = 1; depth < 8; depth++) {
      call(machine, 164, map.address, callback, 0, 0);
      expect(machine.frames.depth).toBe(depth);
    }
    expect(call(machine, 164, map.address, callback, 0, 0)).toBe(
      'refused-by-kernel: the call stack of 9 frames is too deep',
    );
    for (let depth = 6; depth >= 0; depth--) expect(returnFrom(machine, 164, 0)).toBe(`depth ${depth}`);
    expect(machine.register(0)).toBe(1n);
  });
});

describe('bpf_loop', () => {
  test.each([
    [0, 0, 0n],
    [0, 7, -22n],
    [(8 << 20) + 1, 0, -7n],
    [(8 << 20) + 1, 1, -22n],
    [0xffffffff, 0, -7n],
    [0x1_0000_0000n, 0, 0n],
  ])('%i loops with flags %i give %i without a callback', (loops, flags, result) => {
    const machine = machineWithCode();
    expect(call(machine, 181, loops, machine.code.addressOfSlot(4), 0, flags)).toBe(result);
    expect([machine.frames.depth, machine.slot]).toEqual([0, 1]);
  });

  test('index and context, until one returns 1', () => {
    const machine = machineWithCode();
    const context = machine.register(10) - 8n;
    call(machine, 181, 0x1_0000_0003n, machine.code.addressOfSlot(4), context, 0);
    for (let index = 0; index < 3; index++) {
      expect([machine.register(1), machine.register(2)]).toEqual([BigInt(index), context]);
      expect(machine.frames.read(1).callback).toMatchObject({ helper: 181, map: undefined, index, total: 3 });
      returnFrom(machine, 181, 0);
    }
    expect([machine.frames.depth, machine.register(0)]).toEqual([0, 3n]);
    call(machine, 181, 10, machine.code.addressOfSlot(4), context, 0);
    returnFrom(machine, 181, 0);
    returnFrom(machine, 181, 1);
    expect([machine.frames.depth, machine.register(0)]).toEqual([0, 2n]);
  });
});

describe('time, place and random numbers', () => {
  test('time and CPU', () => {
    const machine = testMachine({ environment: { cpu: 1, ktimeNs: 5_000_000_000n } });
    expect([5, 125, 8, 42].map((id) => call(machine, id))).toEqual([5_000_000_000n, 5_000_000_000n, 1n, 0n]);
  });

  /** First numbers after warming up, from the self-test of the kernel's lib/random32.c, which seeds with an LCG. */
  test.each([
    [1, 3484351685],
    [2, 2623130059],
    [3, 3125133893],
    [4, 984847254],
  ])('the generator is the kernel’s: seed %i', (seed, first) => {
    const view = new DataView(new ArrayBuffer(16));
    const atLeast = [2, 8, 16, 128];
    const seeds: number[] = [];
    let last = seed;
    for (const least of atLeast) {
      last = Math.imul(last, 69069) >>> 0;
      if (last < least) last += least;
      seeds.push(last);
    }
    seedState(view, 0, seeds);
    expect(nextRandom(view, 0)).toBe(first);
  });

  test('the same seed gives the same numbers', () => {
    const numbers = [1, 1, 2].map((randomSeed) => {
      const machine = testMachine({ environment: { randomSeed } });
      seedRandom(machine);
      return [call(machine, 7), call(machine, 7)].join();
    });
    expect(numbers[0]).toBe(numbers[1]);
    expect(numbers[2]).not.toBe(numbers[0]);
  });
});

describe('bpf_trace_printk', () => {
  function print(
    format: string,
    ...values: readonly (bigint | number)[]
  ): readonly [bigint | string, string?] {
    const machine = machineWithCode();
    const bytes = new TextEncoder().encode(`${format}\0`);
    const at = onStack(machine, 128, bytes);
    const result = call(machine, 6, at, bytes.length, ...values);
    const [output] = machine.outputs;
    return output === undefined ? [result] : [result, output.text];
  }

  test('the text is an output, its length the result', () => {
    expect(print('seen %d\n', 3)).toEqual([7n, 'seen 3\n']);
    expect(print('')).toEqual([0n, '']);
  });

  test('a format without NUL, without size, out of bounds', () => {
    const machine = machineWithCode();
    const at = onStack(machine, 16, Uint8Array.of(65, 66, 0));
    expect(call(machine, 6, at, 2)).toBe(-22n);
    expect(machine.outputs).toEqual([]);
    expect(call(machine, 6, at, 0)).toBe('helper-argument: R2 invalid zero-sized read');
    expect(call(machine, 6, at, 17)).toBe('invalid-access: invalid read from stack R1 off=-16 size=17');
  });

  test('strings and addresses of memory', () => {
    const machine = machineWithCode();
    const format = onStack(machine, 64, new TextEncoder().encode('%s %pI4\0'));
    const text = onStack(machine, 32, new TextEncoder().encode('eth0\0'));
    const address = onStack(machine, 16, Uint8Array.of(10, 0, 0, 1));
    expect(call(machine, 6, format, 8, text, address)).toBe(13n);
    expect(machine.outputs[0]!.text).toBe('eth0 10.0.0.1');
    expect(call(machine, 6, format, 8, 0, regionBias)).toBe(8n);
    expect(machine.outputs[1]!.text).toBe(' 0.0.0.0');
  });
});
