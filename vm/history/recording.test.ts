import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOk, ok } from '../base/problem.ts';
import { VirtualMachine } from '../engine/virtual-machine.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { stackSize, stacks } from '../machine/layout.ts';
import { link } from '../object/link/link.ts';
import { readObject } from '../object/read-object.ts';
import { assembleProgram } from '../../debug-adapter/debugger/testing.ts';
import { Recording, type Moment } from './recording.ts';
import { stateHash } from './state-hash.ts';

const names = [
  'array',
  'count',
  'hash',
  'lru_hash',
  'lru_percpu_hash',
  'percpu_array',
  'percpu_hash',
  'stop_early',
  'untyped',
];

function machineOf(name: string): VirtualMachine {
  const bytes = readFileSync(new URL(`../../examples/${name}.bpf.o`, import.meta.url));
  const object = expectOk(readObject(bytes, name));
  return expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment));
}

/** An Ethernet frame with an IPv4 header and a few bytes that differ. */
function packet(random: () => number): Uint8Array {
  const bytes = Uint8Array.from({ length: 60 }, (_, i) => (i > 30 ? random() & 0xff : 0));
  bytes.set([0x08, 0x00, 0x45, 0, 0, 46], 12);
  bytes[23] = random() % 4;
  return bytes;
}

/** A small generator of 31-bit numbers (Lehmer, Park and Miller 1988), so that the test is the same each time. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 0x7fffffff);
}

function key(size: number, value: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes[0] = value;
  return bytes;
}

/** One of the changes a user can make while a program is stopped. */
function edit(recording: Recording, random: () => number): void {
  const register = random() % 6;
  const value = BigInt(random());
  const entry = random() % 8;
  const kind = random() % 3;
  recording.change((vm) => {
    const [map] = vm.machine.maps;
    if (kind === 0) vm.machine.setRegister(register, value);
    if (kind === 1) vm.machine.memory.view.setUint8(stacks + stackSize - 8 - entry, Number(value & 0xffn));
    if (kind === 2 && map !== undefined) {
      const { keySize, valueSize } = map.linked.definition;
      const values = Array.from({ length: 2 }, () => key(valueSize, entry));
      map.userUpdate(key(keySize, entry), map.typeName.includes('PERCPU') ? values : values.slice(1));
    }
    return ok(undefined);
  });
}

/** Runs a few packets with edits on the way, and gives the hash of some of the states that it went through. */
function tell(recording: Recording, vm: VirtualMachine, random: () => number): Map<string, string> {
  const seen = new Map<string, string>();
  // A fault is found at the moment before its instruction: going there shows the program about to do it.
  const note = (): void => {
    if (vm.machine.runState !== 'faulted') seen.set(JSON.stringify(recording.moment), stateHash(vm));
  };
  const [program] = vm.machine.program.object.programs;
  if (program === undefined) throw new Error('the example has no program');
  for (let run = 0; run < 4; run++) {
    note();
    const input = program.sectionName.startsWith('raw_tp')
      ? { ctxIn: { args: [random() % 5, random() % 5, random() % 5] } }
      : program.sectionName.startsWith('syscall')
        ? { ctxIn: { bytes: Array.from({ length: 24 }, () => random() & 0xff) } }
        : { dataIn: packet(random) };
    expectOk(recording.change((machine) => machine.startRun(program, input)));
    note();
    for (let stop = 0; stop < 12; stop++) {
      if (vm.run(1 + (random() % 30)) !== 'budget') break;
      if (random() % 4 === 0) edit(recording, random);
      note();
    }
    vm.run(100_000);
    note();
  }
  return seen;
}

describe('seek', () => {
  test.each(names)('%s: every state is the same when it is reached again', (name) => {
    const vm = machineOf(name);
    const random = lehmer(name.length * 7919);
    const recording = new Recording(vm);
    const seen = [...tell(recording, vm, random)];
    expect(seen.length).toBeGreaterThan(8);
    for (let seeks = 0; seeks < 225; seeks++) {
      const [moment, hash] = seen[random() % seen.length]!;
      expect(recording.seek(JSON.parse(moment) as Moment)).toEqual({ ok: true, value: undefined });
      expect(JSON.stringify(recording.moment)).toBe(moment);
      expect(stateHash(vm), moment).toBe(hash);
    }
  });

  test('breakpoints neither stop it nor are lost', () => {
    const vm = machineOf('count');
    const recording = new Recording(vm);
    const [program] = vm.machine.program.object.programs;
    expectOk(recording.change((machine) => machine.startRun(program!, { dataIn: packet(lehmer(1)) })));
    const entry = vm.machine.slot;
    vm.setBreakpoints([entry, entry + 1]);
    expect(recording.seek({ run: 0, cycle: 5 }).ok).toBe(true);
    expect(recording.seek({ run: 0, cycle: 0 }).ok).toBe(true);
    expect(vm.breakpoints).toEqual([entry, entry + 1]);
    expect(vm.run(100)).toBe('breakpoint');
  });

  test('a change in the past forgets what came later', () => {
    const vm = machineOf('count');
    const recording = new Recording(vm);
    const [program] = vm.machine.program.object.programs;
    const start = (): void => {
      expectOk(recording.change((machine) => machine.startRun(program!, { dataIn: packet(lehmer(3)) })));
    };
    start();
    vm.run(1000);
    start();
    expectOk(recording.seek({ run: 0, cycle: 3 }));
    expectOk(
      recording.change(({ machine }) => {
        machine.setRegister(3, 7n);
        return ok(undefined);
      }),
    );
    expect(recording.seek({ run: 1, cycle: 0 })).toMatchObject({
      ok: false,
      problem: { code: 'no-such-moment' },
    });
  });

  test('there is no cycle behind the end', () => {
    const vm = machineOf('count');
    const recording = new Recording(vm);
    const [program] = vm.machine.program.object.programs;
    expectOk(recording.change((machine) => machine.startRun(program!, {})));
    const { problem } = recording.seek({ run: 0, cycle: 1_000_000 }) as { problem: { message: string } };
    expect(problem.message).toMatch(/^there is no cycle 1000000: run 0 ends at cycle \d+$/);
  });
});

describe('kept states', () => {
  test('stand for changes that cannot be made again', () => {
    const vm = machineOf('count');
    const recording = new Recording(vm);
    const [program] = vm.machine.program.object.programs;
    const random = lehmer(5);
    const seen: [Moment, string][] = [];
    for (let run = 0; run < 3; run++) {
      const before = recording.moment;
      expectOk(vm.startRun(program!, { dataIn: packet(random) }));
      recording.keep(before);
      vm.run(20);
      seen.push([recording.moment, stateHash(vm)]);
      vm.run(100_000);
      seen.push([recording.moment, stateHash(vm)]);
    }
    for (const [moment, hash] of [...seen, ...seen.slice().reverse()]) {
      expectOk(recording.seek(moment));
      expect(stateHash(vm)).toBe(hash);
    }
  });
});

describe('review', () => {
  /** A run with an edit at cycle 5, stopped at cycle 9. */
  function stopped(): { vm: VirtualMachine; recording: Recording } {
    const vm = machineOf('count');
    const recording = new Recording(vm);
    const [program] = vm.machine.program.object.programs;
    expectOk(recording.change((machine) => machine.startRun(program!, { dataIn: packet(lehmer(2)) })));
    vm.run(5);
    expectOk(
      recording.change(({ machine }) => {
        machine.setRegister(5, 77n);
        return ok(undefined);
      }),
    );
    vm.run(4);
    return { vm, recording };
  }

  test('shows the machine at instructions of the past, after the changes made there', () => {
    const { vm, recording } = stopped();
    const slots: number[] = [];
    for (let cycle = 0; cycle < 9; cycle++) {
      expectOk(recording.seek({ run: 0, cycle }));
      slots.push(vm.machine.slot);
    }
    expectOk(recording.seek({ run: 0, cycle: 9 }));
    const seen: string[] = [];
    const look = ({ machine }: VirtualMachine): void => {
      seen.push(`${machine.cycle}: ${machine.slot === slots[machine.cycle]} ${machine.register(5) === 77n}`);
    };
    expectOk(recording.review(2, 9, [slots[1]!, slots[2]!, slots[5]!, slots[8]!], look));
    expect(seen).toEqual(['2: true false', '5: true true', '8: true true']);
  });

  test('leaves everything as it was', () => {
    const { vm, recording } = stopped();
    vm.setBreakpoints([vm.machine.slot]);
    const hash = stateHash(vm);
    const { outputs, notes } = vm.machine;
    const told = [outputs.length, notes.length];
    expectOk(recording.review(0, 9, [vm.machine.slot, 0, 1], () => undefined));
    expect(stateHash(vm)).toBe(hash);
    expect(vm.breakpoints).toEqual([vm.machine.slot]);
    expect([outputs.length, notes.length]).toEqual(told);
  });
});

test('checkpoints are states on the way', () => {
  const source = 'r1 = 0\nagain:\nr1 += 1\nif r1 < 30000000 goto again\nr0 = 0\nexit';
  const program = assembleProgram(source);
  const vm = expectOk(VirtualMachine.create(program, defaultEnvironment));
  const recording = new Recording(vm);
  expectOk(recording.change((machine) => machine.startRun(program.object.programs[0]!)));
  for (let slices = 0; slices < 3; slices++) {
    vm.run(18_000_000);
    recording.checkpoint();
  }
  for (const cycle of [36_000_001, 18_000_000, 20_000_001, 17]) {
    expectOk(recording.seek({ run: 0, cycle }));
    expect(vm.machine.register(1)).toBe(BigInt(Math.floor(cycle / 2)));
  }
});
