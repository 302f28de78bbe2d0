import { describe, expect, it } from 'vitest';
import type { DebugFunction, DebugInfo, DebugScope } from '../debug-info/debug-info.ts';
import { debugAssembly, type TestSession } from './testing.ts';

/** `main` calls `twice` on line 3, which was inlined; `twice` calls `once` on its line 12, which was inlined too. */
const source = (rounds: number): string => `
  r1 = 0
  r2 = 0
  r1 += 1
  r3 = 3
  if r1 != ${rounds} goto -3
  r3 = 1
  r0 = r1
  r0 += r2
  exit
`;

const lines = [1, 2, 21, 12, 12, 13, 4, 5, 6];
const text = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`).join('\n');

const at = (slot: number): number => 2 ** 32 + slot * 8;

interface Copy {
  readonly name: string;
  readonly slots: readonly [number, number];
  readonly callLine?: number;
  readonly within?: readonly Copy[];
}

function scopeOf(
  { name, slots, callLine = 0, within = [] }: Copy,
  parent: DebugScope | undefined,
): DebugScope {
  const children: DebugScope[] = [];
  const scope: DebugScope = {
    kind: parent === undefined ? 'function' : 'inlined',
    name,
    ranges: [{ low: at(slots[0]), high: at(slots[1]) }],
    parent,
    children,
    variables: [],
    call: parent && { file: 'main.c', line: callLine, column: 3 },
    declaration: undefined,
  };
  children.push(...within.map((copy) => scopeOf(copy, scope)));
  return scope;
}

function infoOf(main: Copy): DebugInfo {
  const scope = scopeOf(main, undefined);
  const { low, high } = scope.ranges[0]!;
  const linked: DebugFunction = Object.assign(scope, {
    ...{ kind: 'function' as const, low, high, external: true, changedSignature: false },
    ...{ frameBase: undefined, producer: 'test', language: 'c' as const },
  });
  const row = { file: 'main.c', column: 1, prologueEnd: false, endSequence: false };
  return {
    functions: [linked],
    functionAt: (address) => (address >= low && address < high ? linked : undefined),
    lines: {
      // The instruction at slot 4 goes on with line 12, and begins no statement.
      rows: lines.map((line, slot) => ({ ...row, address: at(slot), line, isStatement: slot !== 4 })),
      checksum: () => undefined,
    },
    globals: [],
    types: { named: () => undefined, enumerator: () => undefined, list: () => [] },
    warnings: [],
  };
}

const info = infoOf({
  name: 'main',
  slots: [0, 9],
  within: [
    {
      name: 'twice',
      slots: [2, 6],
      callLine: 3,
      within: [{ name: 'once', slots: [2, 3], callLine: 11 }],
    },
  ],
});

async function atLine(line: number, rounds = 2): Promise<TestSession> {
  const session = await debugAssembly(source(rounds), { info, mainText: text });
  const [bound] = session.debugger.breakpoints.setSource('main.c', [{ line }]);
  expect(bound).toMatchObject({ verified: true, source: { line } });
  await session.go(session.debugger.start());
  session.debugger.breakpoints.setSource('main.c', []);
  return session;
}

const shown = (session: TestSession): string[] => session.frames.map((_, index) => session.where(index));

describe('inlined calls', () => {
  it('are stopped at by a breakpoint on their line, before their copy is entered', async () => {
    const session = await atLine(3);
    expect(shown(session)).toEqual(['main: line 3']);
    expect(session.debugger.vm.machine.slot).toBe(2);
  });

  it('are stopped at within by a breakpoint on a line of the copy', async () => {
    expect(shown(await atLine(21))).toEqual([
      'once — inlined: line 21',
      'twice — inlined: line 11',
      'main: line 3',
    ]);
    expect(shown(await atLine(11))).toEqual(['twice — inlined: line 11', 'main: line 3']);
  });

  it('are stopped at by function breakpoints on what they call', async () => {
    const session = await debugAssembly(source(2), { info, mainText: text });
    const { debugger: target } = session;
    expect(target.breakpoints.setFunctions([{ name: 'twice' }])).toMatchObject([
      { verified: true, message: 'inlined in one place' },
    ]);
    await session.go(target.start());
    expect(shown(session)).toEqual(['twice — inlined: line 11', 'main: line 3']);
    target.breakpoints.setFunctions([{ name: '*' }]);
    expect(target.breakpoints.setFunctions([{ name: '*n*' }])).toMatchObject([
      { verified: true, message: 'inlined in one place' },
    ]);
  });

  it('are lines that a step ends at', async () => {
    const session = await atLine(2);
    await session.go(session.debugger.step('over'));
    expect(shown(session)).toEqual(['main: line 3']);
    await session.go(session.debugger.step('over'));
    expect(shown(session)).toEqual(['main: line 4']);
  });

  it('are stepped into level by level without moving the machine', async () => {
    const session = await atLine(3);
    const { cycle } = session.debugger.vm.machine;
    await session.go(session.debugger.step('in'));
    expect(shown(session)).toEqual(['twice — inlined: line 11', 'main: line 3']);
    await session.go(session.debugger.step('in'));
    expect(shown(session)[0]).toBe('once — inlined: line 21');
    expect(session.debugger.vm.machine.cycle).toBe(cycle);
  });

  it('are stepped out of', async () => {
    const session = await atLine(21);
    await session.go(session.debugger.step('out'));
    expect(shown(session)).toEqual(['twice — inlined: line 12', 'main: line 3']);
    await session.go(session.debugger.step('out'));
    expect(shown(session)).toEqual(['main: line 4']);
    expect(session.debugger.vm.machine.register(1)).toBe(2n);
  });

  it('are stepped over within, and left at their end', async () => {
    const session = await atLine(12);
    const stops = [];
    for (let i = 0; i < 6; i++) {
      await session.go(session.debugger.step('over'));
      stops.push(session.where());
    }
    expect(stops).toEqual([
      'twice — inlined: line 11',
      'twice — inlined: line 12',
      'twice — inlined: line 13',
      'main: line 4',
      'main: line 5',
      'main: line 6',
    ]);
  });

  it.each(['over', 'out'] as const)('with long loops are left at full speed: %s', async (kind) => {
    const rounds = 1_000_000;
    const session = await atLine(kind === 'over' ? 3 : 12, rounds);
    await session.go(session.debugger.step(kind));
    expect(shown(session)).toEqual(['main: line 4']);
    expect(session.debugger.vm.machine.register(1)).toBe(BigInt(rounds));
    expect(session.debugger.vm.breakpoints).toEqual([]);
  });
});
