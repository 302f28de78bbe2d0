import { describe, expect, test } from 'vitest';
import { parseScenario } from './scenario.ts';
import { expectOk } from '../base/problem.ts';
import type { Environment } from '../environment/environment.ts';
import type { ContextValues } from '../programs/family.ts';
import { cgroupDevice, cgroupSysctl } from '../programs/cgroup.ts';
import { schedCls } from '../programs/skb-families.ts';
import { Caller } from './testing.ts';

const environment: Environment = expectOk(
  parseScenario({
    object: 'none.bpf.o',
    environment: {
      sysctl: { name: 'net/ipv4/tcp_mem', currentValue: '10 20 30\n', newValue: '1 2 3' },
    },
  }),
).environment;

function sysctl(ctxIn: ContextValues = {}, given: Partial<Environment> = environment): Caller {
  return new Caller(cgroupSysctl, { ctxIn }, given);
}

/** Bytes of the caller's memory as text, `.` for NUL, after 32 bytes of `#` were written to and a helper called. */
function text(
  caller: Caller,
  call: () => bigint | string,
  size = 32,
): { answer: bigint | string; text: string } {
  caller.write(0, ...new TextEncoder().encode('#'.repeat(32)));
  const answer = call();
  const bytes = caller.bytes(size);
  return { answer, text: new TextDecoder().decode(bytes).replaceAll('\0', '.') };
}

describe('bpf_sysctl_get_name', () => {
  test.each([
    [32, 0, 16n, 'net/ipv4/tcp_mem.###############'],
    [24, 0, 16n, 'net/ipv4/tcp_mem.###############'],
    [16, 0, -7n, 'net/ipv4/tcp_me.################'],
    [4, 0, -7n, 'net.############################'],
    [3, 0, -7n, 'ne.#############################'],
    [32, 1, 7n, 'tcp_mem.########################'],
    [7, 1, -7n, 'tcp_me.#########################'],
  ])('%d bytes, flags %d: %d', (size, flags, answer, expected) => {
    const caller = sysctl();
    const found = text(caller, () => caller.call(101, caller.context, caller.memory, size, flags));
    expect(found).toEqual({ answer, text: expected });
  });

  test('without a name in the environment there is none, which is said', () => {
    const caller = sysctl({}, {});
    expect(caller.call(101, caller.context, caller.memory, 32, 0)).toBe(-22n);
    expect(caller.machine.notes.map((note) => note.text)).toEqual([
      'the environment gives no sysctl.name: the answer is -EINVAL',
    ]);
  });
});

describe('values', () => {
  test.each([
    [102, 0, 32, 9n, '10 20 30\n.......................'],
    [102, 0, 9, -7n, '10 20 30.#######################'],
    [103, 1, 8, 5n, '1 2 3...########################'],
    [103, 1, 5, -7n, '1 2 .###########################'],
    [103, 0, 8, -22n, '........########################'],
  ])('helper %d, write %d, %d bytes: %d', (id, write, size, answer, expected) => {
    const caller = sysctl({ write });
    const found = text(caller, () => caller.call(id, caller.context, caller.memory, size));
    expect(found).toEqual({ answer, text: expected });
  });

  test('one that cannot be read is zeros', () => {
    const caller = sysctl({ write: 1 }, { sysctl: { name: 'x' } });
    for (const id of [102, 103]) {
      const found = text(caller, () => caller.call(id, caller.context, caller.memory, 4), 5);
      expect(found).toEqual({ answer: -22n, text: '....#' });
    }
  });

  test('a new value can be set where something is written', () => {
    const caller = sysctl({ write: 1 });
    caller.write(0, 0x34, 0x32);
    expect(caller.call(104, caller.context, caller.memory, 2)).toBe(0n);
    expect(caller.machine.outputs.map((output) => output.text)).toEqual(['"42"']);
    const found = text(caller, () => caller.call(103, caller.context, caller.memory, 4), 5);
    expect(found).toEqual({ answer: 2n, text: '42..#' });
    expect(sysctl().call(104, sysctl().context, sysctl().memory, 2)).toBe(-22n);
    const nothing = sysctl({ write: 1 }, { sysctl: { name: 'x' } });
    expect(nothing.call(104, nothing.context, nothing.memory, 2)).toBe(-22n);
  });
});

describe('what the hook returns', () => {
  const returned = (caller: Caller, r0: number): unknown => {
    caller.machine.setRegister(0, BigInt(r0));
    return caller.family.collect(caller.machine).ctxOut?.['retval'];
  };

  test('-EPERM where the program denies, unless it has set an error', () => {
    for (const caller of [sysctl(), new Caller(cgroupDevice)]) {
      expect(returned(caller, 1)).toBe(0);
      expect(returned(caller, 0)).toBe(-1);
      expect(caller.call(187, -95)).toBe(0n);
      expect(caller.call(186)).toBe(-95n);
      expect([returned(caller, 0), returned(caller, 1)]).toEqual([-95, -95]);
      caller.call(187, 7);
      expect([returned(caller, 0), returned(caller, 1)]).toEqual([-1, 7]);
    }
  });

  test('other types have no such helpers', () => {
    const caller = new Caller(schedCls);
    expect(caller.call(186)).toBe('program of this type cannot use helper bpf_get_retval#186');
    const device = new Caller(cgroupDevice);
    expect(device.call(101, device.context, device.memory, 8, 0)).toBe(
      'program of this type cannot use helper bpf_sysctl_get_name#101',
    );
  });
});

test('contexts: fields, and which can be written', () => {
  const device = new Caller(cgroupDevice, { ctxIn: { access_type: 0x20001, major: 1, minor: 3 } });
  expect([0n, 4n, 8n].map((offset) => device.u32(device.context + offset))).toEqual([0x20001, 1, 3]);
  expect(device.machine.contextStore?.(device.machine, 4, 4, 1n)).toBe(false);
  const caller = sysctl({ write: 1, file_pos: 5 });
  const { machine } = caller;
  const stores = [
    [0, 4],
    [4, 2],
    [4, 4],
  ].map(([offset = 0, size = 0]) => machine.contextStore?.(machine, offset, size, 9n));
  expect(stores).toEqual([false, false, true]);
  machine.setRegister(0, 1n);
  expect(caller.family.collect(machine).ctxOut).toEqual({ write: 1, file_pos: 9, retval: 0 });
});
