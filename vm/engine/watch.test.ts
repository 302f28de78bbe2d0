import { describe, expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { defaultEnvironment } from '../environment/environment.ts';
import { assembleWithLabels } from '../isa/assemble.ts';
import { encodeAll, makeInstruction } from '../isa/encode.ts';
import type { InstructionRow } from '../isa/row.ts';
import { instructionTable } from '../isa/table.ts';
import { Recording } from '../history/recording.ts';
import { heap, watchTable } from '../machine/layout.ts';
import { mapFlag, mapType } from '../maps/flags.ts';
import { mapDefinition } from '../maps/testing.ts';
import { bareProgram } from '../object/bare-program.ts';
import type { LinkedFunction } from '../object/linked-program.ts';
import type { EngineOptions } from './engine.ts';
import { VirtualMachine, type WatchRange } from './virtual-machine.ts';

const engines: readonly (readonly [string, EngineOptions])[] = [
  ['interpreted', { warmUp: Infinity }],
  ['compiled', { warmUp: 0, smallestRun: 1 }],
];

const maps = [
  mapDefinition(mapType.ARRAY, { name: 'array', valueSize: 8, maxEntries: 3 }),
  mapDefinition(mapType.HASH, { name: 'hash', valueSize: 8, maxEntries: 100, flags: mapFlag.NO_PREALLOC }),
].map((definition) => ({ name: definition.name, definition, data: undefined }));

interface Setup {
  readonly options?: EngineOptions;
  readonly section?: string;
  readonly dataIn?: Uint8Array;
}

/** At cycle 0 of a run; functions begin at the labels that begin with `f_`. */
function started(
  source: string | Uint8Array,
  { options = {}, section = 'xdp', dataIn }: Setup = {},
): VirtualMachine {
  const { code, labels } =
    typeof source === 'string'
      ? expectOk(assembleWithLabels(source))
      : { code: source, labels: new Map<string, number>() };
  const slots = [0, ...[...labels].filter(([name]) => name.startsWith('f_')).map(([, slot]) => slot)];
  const functions = slots.map((firstSlot, i): LinkedFunction => ({
    name: `f${i}`,
    section: 1,
    sectionName: section,
    offset: firstSlot * 8,
    size: 8,
    global: i === 0,
    btfId: undefined,
    firstSlot,
    slots: 1,
  }));
  const program = { ...bareProgram(code, section, functions), maps };
  const vm = expectOk(VirtualMachine.create(program, defaultEnvironment, options));
  const [main] = functions;
  if (main !== undefined) expectOk(vm.startRun(main, { dataIn: dataIn ?? new Uint8Array(64).fill(7) }));
  return vm;
}

/** Address of the byte at `offset` (negative) from the frame pointer of the frame at `depth`. */
function stackAt(vm: VirtualMachine, offset: number, depth = 0): bigint {
  return vm.machine.frames.read(depth).stackTop + BigInt(offset);
}

/** Runs to the end; slots of the instructions that it stopped behind. */
function slotsOf(vm: VirtualMachine): number[] {
  const slots: number[] = [];
  for (let reason = vm.run(10_000); reason === 'watch'; reason = vm.run(10_000)) {
    slots.push(vm.watchHit?.slot ?? -1);
    expect(vm.machine.cycle).toBe((vm.watchHit?.cycle ?? -1) + 1);
  }
  expect(vm.watchHits).toEqual([]);
  return slots;
}

const accesses = instructionTable.filter(({ semantics }) =>
  ['load', 'store', 'atomic'].includes(semantics.kind),
);

function rowOf(name: string): InstructionRow {
  const row = instructionTable.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
}

/** The access is at slot 4: through r6, which is r10 - 32, at offset 8. */
function accessCode(row: InstructionRow): {
  readonly code: Uint8Array;
  readonly reads: boolean;
  readonly writes: boolean;
} {
  const { semantics, fields } = row;
  const operation = semantics.kind === 'atomic' ? semantics.operation : semantics.kind;
  const reads = operation !== 'store' && operation !== 'store_release';
  const writes = operation !== 'load' && operation !== 'load_acquire';
  const access = makeInstruction(row, {
    dst: writes ? 6 : 3,
    ...(fields.src === 'reserved' || typeof fields.src !== 'string' ? {} : { src: writes ? 2 : 6 }),
    off: 8,
    ...(fields.imm === 'free' ? { imm: 7 } : {}),
  });
  const code = encodeAll([
    makeInstruction(rowOf('mov64_reg'), { dst: 6, src: 10 }),
    makeInstruction(rowOf('add64_imm'), { dst: 6, imm: -32 }),
    makeInstruction(rowOf('mov64_imm'), { dst: 2, imm: 5 }),
    makeInstruction(rowOf('mov64_imm'), { dst: 0, imm: 1 }),
    access,
    makeInstruction(rowOf('mov64_imm'), { dst: 0, imm: 0 }),
    makeInstruction(rowOf('exit')),
  ]);
  return { code, reads, writes };
}

describe.each(engines)('%s', (_, options) => {
  describe('an instruction', () => {
    test.each(accesses.map((row) => [row.name, row] as const))('%s', (_name, row) => {
      const { code, reads, writes } = accessCode(row);
      const size = 'size' in row.semantics ? row.semantics.size : 0;
      const places = [
        [-1, 1, false],
        [size, 1, false],
        [-3, 4, true],
        [size - 1, 10, true],
        [0, size, true],
        [-100, 124, true],
      ] as const;
      for (const access of ['read', 'write', 'access'] as const) {
        const seen = access === 'access' || (access === 'read' ? reads : writes);
        for (const [offset, length, touches] of places) {
          const vm = started(code, { options });
          const start = stackAt(vm, -24);
          vm.setWatches([{ address: start + BigInt(offset), size: length, access }]);
          const reason = vm.run(1000);
          expect(reason).toBe(touches && seen ? 'watch' : 'exited');
          if (reason !== 'watch') continue;
          expect(vm.machine).toMatchObject({ cycle: 5, slot: 5 });
          const kind = reads && writes ? 'access' : reads ? 'read' : 'write';
          expect(vm.watchHit).toMatchObject({
            range: 0,
            slot: 4,
            cycle: 4,
            access: kind,
            address: start,
            size,
          });
          expect(vm.watchHit?.before).toEqual(writes ? new Uint8Array(length) : undefined);
          expect(vm.watchHit?.after?.length).toBe(writes ? length : undefined);
          expect(vm.run(1000)).toBe('exited');
          expect(vm.watchHit).toBeUndefined();
        }
      }
    });

    test('touches several ranges', () => {
      const vm = started('*(u64 *)(r10 - 8) = 1\nr0 = *(u64 *)(r10 - 8)\nexit', { options });
      const range = (offset: number, size: number, access: WatchRange['access']): WatchRange => ({
        address: stackAt(vm, offset),
        size,
        access,
      });
      vm.setWatches([
        range(-16, 8, 'access'),
        range(-12, 12, 'access'),
        range(-8, 8, 'read'),
        range(-1, 1, 'write'),
      ]);
      expect(vm.run(100)).toBe('watch');
      expect(vm.watchHits.map((hit) => hit.range)).toEqual([1, 3]);
      expect(vm.run(100)).toBe('watch');
      expect(vm.watchHits.map((hit) => hit.range)).toEqual([1, 2]);
    });

    test('that faults has touched nothing', () => {
      const vm = started('*(u64 *)(r10 - 4) = 1\nexit', { options });
      vm.setWatches([{ address: stackAt(vm, -4), size: 4, access: 'access' }]);
      expect(vm.run(100)).toBe('fault');
      expect(vm.watchHits).toEqual([]);
    });

    test('of more ranges than the table has rows', () => {
      const source = Array.from({ length: 40 }, (_unused, i) => `*(u8 *)(r10 - ${8 * (i + 1)}) = 1`);
      const vm = started(`${source.join('\n')}\nr0 = 0\nexit`, { options });
      vm.setWatches(
        Array.from({ length: 20 }, (_unused, i) => ({
          address: stackAt(vm, -16 * (i + 1)),
          size: 8,
          access: 'write' as const,
        })),
      );
      expect(slotsOf(vm)).toEqual(Array.from({ length: 20 }, (_unused, i) => 2 * i + 1));
    });

    test('of the packet and the context', () => {
      const source = `
        r2 = *(u32 *)(r1 + 0)
        r3 = *(u32 *)(r1 + 4)
        r0 = r2
        r0 += 14
        if r0 > r3 goto out
        *(u8 *)(r2 + 3) = 9
        r0 = *(u16 *)(r2 + 12)
        out: r0 = 2
        exit`;
      const vm = started(source, { options });
      const context = vm.machine.register(1);
      const packet = BigInt(
        vm.machine.memory.view.getUint32(vm.machine.regions.peek(context)?.linear ?? 0, true),
      );
      vm.setWatches([
        { address: packet + 3n, size: 10, access: 'access' },
        { address: context + 4n, size: 4, access: 'read' },
      ]);
      expect(slotsOf(vm)).toEqual([1, 5, 6]);
    });
  });

  describe('a stop', () => {
    const source = `
      r1 = 4
      again: *(u64 *)(r10 - 8) = r1
      r1 += -1
      if r1 != 0 goto again
      r0 = 0
      exit`;
    const watched = (vm: VirtualMachine): WatchRange => ({
      address: stackAt(vm, -8),
      size: 8,
      access: 'write',
    });

    test('comes before that of the budget', () => {
      const vm = started(source, { options });
      vm.setWatches([watched(vm)]);
      expect(vm.run(1)).toBe('budget');
      expect(vm.run(1)).toBe('watch');
      expect(vm.run(2)).toBe('budget');
      expect(vm.run(1)).toBe('watch');
      expect(vm.run(3)).toBe('watch');
      expect(vm.machine.cycle).toBe(8);
    });

    test('comes between the breakpoints at its instruction and behind it', () => {
      const vm = started(source, { options });
      vm.setWatches([watched(vm)]);
      vm.setBreakpoints([1, 2]);
      const reasons: [string, number][] = [];
      for (let i = 0; i < 6; i++) {
        vm.passBreakpoint();
        reasons.push([vm.run(100), vm.machine.slot]);
      }
      const round = [
        ['breakpoint', 1],
        ['watch', 2],
        ['breakpoint', 2],
      ];
      // Behind the watch the machine stands at a breakpoint that is passed.
      expect(reasons).toEqual([round[0], round[1], round[0], round[1], round[0], round[1]]);
      expect(vm.run(100)).toBe('breakpoint');
      expect(vm.machine.slot).toBe(2);
    });

    test('leaves the state as it is without watches, and watches are no state', () => {
      const plain = started(source, { options });
      const vm = started(source, { options });
      const ranges = [watched(vm)];
      const start = vm.save();
      vm.setWatches(ranges);
      for (let stops = 0; stops < 4; stops++) {
        expect(vm.run(100)).toBe('watch');
        plain.run(vm.machine.cycle - plain.machine.cycle);
        expect(Buffer.from(vm.save().memory).equals(Buffer.from(plain.save().memory))).toBe(true);
      }
      vm.restore(start);
      expect(vm.watches).toEqual(ranges);
      expect(vm.run(100)).toBe('watch');
      expect(vm.machine.cycle).toBe(2);
    });

    test('does not stand in the way of a recording', () => {
      const vm = started(source, { options });
      const recording = new Recording(vm);
      vm.setWatches([watched(vm)]);
      while (vm.run(100) === 'watch');
      expectOk(recording.seek({ run: 0, cycle: 7 }));
      expect(vm.machine.cycle).toBe(7);
      expect(vm.run(100)).toBe('watch');
      expect(vm.machine.cycle).toBe(8);
    });
  });

  describe('frames', () => {
    const source = `
      r1 = 3
      call f_sub
      r0 = 0
      exit
      f_sub: *(u64 *)(r10 - 8) = r1
      r1 += -1
      if r1 == 0 goto out
      call f_sub
      out: r0 = 0
      exit`;

    test('a range of one depth', () => {
      const vm = started(source, { options });
      vm.setWatches([{ address: stackAt(vm, -8, 2), size: 8, access: 'access' }]);
      expect(vm.run(100)).toBe('watch');
      expect(vm.machine.frames.depth).toBe(2);
      expect(vm.watchHit).toMatchObject({ slot: 4, access: 'write' });
      expect(vm.run(100)).toBe('exited');
    });

    test('what was asked for besides still stops', () => {
      const vm = started(source, { options });
      vm.setWatches([{ address: stackAt(vm, -8, 3), size: 8, access: 'write' }]);
      expect(vm.run(100, { atDepth: 1 })).toBe('watch');
      expect(vm.run(100, { atDepth: 1 })).toBe('return');
      expect(vm.machine.frames.depth).toBe(1);
      expect(vm.run(100, { afterExitOf: 1 })).toBe('return');
      expect(vm.machine.frames.depth).toBe(0);
    });

    test('in callbacks', () => {
      const callbacks = `
        r1 = 3
        r2 = subprog[f_each]
        r3 = r10
        r3 += -8
        r4 = 0
        call 181
        r0 = 0
        exit
        f_each: *(u32 *)(r2 + 0) = r1
        r0 = 0
        exit`;
      const vm = started(callbacks, { options });
      vm.setWatches([{ address: stackAt(vm, -8), size: 4, access: 'write' }]);
      for (let index = 0; index < 3; index++) {
        expect(vm.run(100)).toBe('watch');
        expect(vm.machine.frames.read(1)).toMatchObject({ kind: 'callback', callback: { index } });
        expect(vm.watchHit?.after).toEqual(Uint8Array.of(index, 0, 0, 0));
      }
      expect(vm.run(100)).toBe('exited');
    });

    test('the key of array elements changes at the exit of a callback', () => {
      const callbacks = `
        r1 = map[idx:0]
        r2 = subprog[f_each]
        r3 = 0
        r4 = 0
        call 164
        r0 = 0
        exit
        f_each: r0 = 0
        exit`;
      const vm = started(callbacks, { options });
      const region = vm.machine.memory.view.getUint32(vm.machine.frames.record(1) + 76, true);
      vm.setWatches([{ address: vm.machine.regions.addressOf(region), size: 4, access: 'write' }]);
      const keys: unknown[] = [];
      for (
        let reason = vm.run(100, { afterExitOf: 1 });
        reason !== 'exited';
        reason = vm.run(100, { afterExitOf: 1 })
      )
        keys.push([reason, vm.watchHit?.after?.[0]]);
      expect(keys).toEqual([
        ['watch', 1],
        ['watch', 2],
        ['return', undefined],
      ]);
    });
  });

  describe('helpers', () => {
    /** Looks up or updates: key at r10 - 4, value at r10 - 16. */
    const call = (map: number, helper: number, key: number): string => `
      *(u32 *)(r10 - 4) = ${key}
      r1 = map[idx:${map}]
      r2 = r10
      r2 += -4
      r3 = r10
      r3 += -16
      r4 = 0
      call ${helper}`;

    test.each([
      ['lookup', 1, [-4, 4, 'read'], { access: 'read', size: 4 }],
      ['lookup', 1, [-4, 4, 'write'], undefined],
      ['update', 2, [-4, 1, 'access'], { access: 'read', size: 4 }],
      ['update', 2, [-9, 1, 'read'], { access: 'read', size: 8 }],
      ['update', 2, [-17, 1, 'access'], undefined],
      ['delete', 3, [-2, 1, 'read'], { access: 'read', size: 4 }],
    ] as const)('%s reads its arguments', (_name, helper, [offset, size, access], expected) => {
      const vm = started(`r6 = 0\n${call(1, helper, 1)}\nr0 = 0\nexit`, { options });
      // Past the store of the key.
      vm.run(2);
      vm.setWatches([{ address: stackAt(vm, offset), size, access }]);
      expect(vm.run(100)).toBe(expected === undefined ? 'exited' : 'watch');
      if (expected !== undefined) expect(vm.watchHit).toMatchObject({ slot: 9, ...expected });
    });

    test('an update writes a value, also one of the same bytes', () => {
      const vm = started(
        `*(u64 *)(r10 - 16) = 5\n${call(0, 2, 1)}\n${call(0, 2, 1)}\n${call(0, 2, 2)}\nr0 = 0\nexit`,
        { options },
      );
      const [element] = vm.machine.maps[0]?.elements(1, 1) ?? [];
      const [address = 0n] = element?.valueAddresses ?? [];
      vm.setWatches([{ address: address + 2n, size: 3, access: 'write' }]);
      expect(slotsOf(vm)).toEqual([9, 18]);
      const again = started(`*(u64 *)(r10 - 16) = -1\n${call(0, 2, 1)}\nr0 = 0\nexit`, { options });
      again.setWatches([{ address: address + 2n, size: 3, access: 'write' }]);
      again.run(100);
      expect(again.watchHit).toMatchObject({
        access: 'write',
        address,
        size: 8,
        before: new Uint8Array(3),
        after: new Uint8Array(3).fill(0xff),
      });
    });

    test('an element that an update makes had no bytes before', () => {
      const vm = started(`*(u64 *)(r10 - 16) = 5\n${call(1, 2, 1)}\nr0 = 0\nexit`, { options });
      const regions = vm.machine.regions;
      let address = 0n;
      for (let id = 0; id < regions.count; id++)
        if (regions.get(id)?.kind === 'map_value' && regions.get(id)?.owner === 1)
          address = regions.addressOf(id);
      vm.setWatches([{ address, size: 8, access: 'access' }]);
      expect(vm.run(100)).toBe('watch');
      expect(vm.watchHit).toMatchObject({
        access: 'write',
        before: undefined,
        after: Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0),
      });
    });

    test('an element that is looked for by its key is made, replaced and taken away', () => {
      const source = `*(u64 *)(r10 - 16) = 5\n${call(1, 2, 1)}\n${call(1, 2, 2)}\n${call(1, 2, 1)}\n${call(1, 3, 1)}\nr0 = 0\nexit`;
      const vm = started(source, { options });
      const find = (): bigint | undefined =>
        vm.machine.maps[1]?.find(Uint8Array.of(1, 0, 0, 0))?.valueAddresses[0];
      vm.setWatches([{ address: 0n, find, moveIsWrite: true, size: 8, access: 'write' }]);
      const five = Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0);
      const hits: unknown[] = [];
      while (vm.run(100) === 'watch') {
        const { slot, before, after } = vm.watchHit ?? {};
        hits.push([slot, before, after]);
      }
      expect(hits).toEqual([
        [9, undefined, five],
        [27, five, five],
        [36, five, undefined],
      ]);
    });

    test('calls are watched, and stop once they have retired', () => {
      const source = `*(u64 *)(r10 - 16) = 5\n${call(1, 2, 1)}\n${call(1, 1, 1)}\n${call(1, 3, 7)}\nr0 = 0\nexit`;
      const vm = started(source, { options });
      const failing = {
        before: () => () => BigInt.asIntN(64, vm.machine.register(0)) < 0n,
      };
      const none = { before: () => undefined };
      vm.setWatches([], [none, failing]);
      expect(vm.run(100)).toBe('watch');
      expect(vm.callHits).toEqual([{ call: 1, slot: 27, cycle: vm.machine.cycle - 1 }]);
      expect(BigInt.asIntN(64, vm.machine.register(0))).toBe(-2n);
      expect(vm.run(100)).toBe('exited');
      expect(vm.callHits).toEqual([]);
    });

    test('an element is found where a growing map has moved it', () => {
      const source = `
        *(u64 *)(r10 - 16) = 5
        ${call(1, 2, 1000)}
        ${call(1, 1, 1000)}
        r7 = r0
        r6 = 60
        again: *(u32 *)(r10 - 4) = r6
        r1 = map[idx:1]
        r2 = r10
        r2 += -4
        r3 = r10
        r3 += -16
        r4 = 0
        call 2
        r6 += -1
        if r6 != 0 goto again
        store: *(u8 *)(r7 + 7) = 1
        r0 = 0
        exit`;
      const vm = started(source, { options });
      const store = expectOk(assembleWithLabels(source)).labels.get('store');
      vm.setBreakpoints([19]);
      expect(vm.run(100)).toBe('breakpoint');
      const address = vm.machine.register(0);
      const linear = vm.machine.regions.peek(address)?.linear;
      vm.setBreakpoints([]);
      vm.setWatches([{ address, size: 8, access: 'write' }]);
      expect(slotsOf(vm)).toEqual([store]);
      expect(vm.machine.regions.peek(address)?.linear).not.toBe(linear);
    });

    test('a fault of the helper wins', () => {
      const vm = started(`${call(0, 2, 1)}\nexit`.replace('r3 += -16', 'r3 = 0'), { options });
      vm.run(1);
      vm.setWatches([{ address: stackAt(vm, -4), size: 4, access: 'read' }]);
      expect(vm.run(100)).toBe('fault');
      expect(vm.watchHits).toEqual([]);
    });

    test('bpf_skb_load_bytes reads the packet and writes the stack', () => {
      const source = `
        r2 = 4
        r3 = r10
        r3 += -8
        r4 = 6
        call 26
        r0 = 0
        exit`;
      const vm = started(source, { options, section: 'tc' });
      const packet = vm.machine.regions.addressOf(0);
      vm.setWatches([
        { address: stackAt(vm, -4), size: 4, access: 'write' },
        { address: packet + 9n, size: 1, access: 'read' },
      ]);
      expect(vm.run(100)).toBe('watch');
      expect(vm.watchHits).toMatchObject([
        { range: 0, access: 'write', size: 6, before: new Uint8Array(4), after: Uint8Array.of(7, 7, 0, 0) },
        { range: 1, access: 'read', address: packet + 4n, size: 6 },
      ]);
    });

    test('bpf_trace_printk reads its format and the strings it prints', () => {
      const source = `
        *(u32 *)(r10 - 8) = 0x7325
        *(u64 *)(r10 - 16) = 0x6968
        r1 = r10
        r1 += -8
        r2 = 3
        r3 = r10
        r3 += -16
        call 6
        r0 = 0
        exit`;
      const vm = started(source, { options });
      vm.run(2);
      vm.setWatches([
        { address: stackAt(vm, -16), size: 8, access: 'read' },
        { address: stackAt(vm, -6), size: 1, access: 'access' },
        { address: stackAt(vm, -13), size: 1, access: 'access' },
      ]);
      expect(vm.run(100)).toBe('watch');
      expect(vm.watchHits).toMatchObject([
        { range: 0, access: 'read', size: 3 },
        { range: 1, access: 'read', size: 3 },
      ]);
    });

    test('a legacy packet load', () => {
      const vm = started('r6 = r1\nr0 = *(u16 *)skb[12]\nr0 = 0\nexit', { options, section: 'tc' });
      vm.setWatches([{ address: vm.machine.regions.addressOf(0) + 13n, size: 1, access: 'read' }]);
      expect(slotsOf(vm)).toEqual([1]);
    });
  });

  test('ranges where nothing is are never touched', () => {
    const vm = started('*(u64 *)(r10 - 8) = 1\nr0 = 0\nexit', { options });
    const map = vm.machine.maps[0]?.address ?? 0n;
    vm.setWatches([
      { address: map, size: 8, access: 'access' },
      { address: 0xffff_ffff_0000_0000n, size: 100, access: 'access' },
      { address: stackAt(vm, -8), size: 0, access: 'access' },
      { address: stackAt(vm, -8), size: Number.NaN, access: 'access' },
      { address: -8n, size: 2 ** 53, access: 'access' },
    ]);
    expect(vm.run(100)).toBe('exited');
  });

  test('the table is empty where nothing runs', () => {
    const vm = started('*(u64 *)(r10 - 8) = 1\nr0 = 0\nexit', { options });
    vm.setWatches([{ address: stackAt(vm, -8), size: 8, access: 'write' }]);
    vm.run(100);
    expect(vm.machine.memory.bytes.subarray(watchTable, 0x1000).every((byte) => byte === 0)).toBe(true);
    expect(heap).toBeGreaterThan(watchTable);
  });
});
