import { describe, expect, it } from 'vitest';
import { debugAssembly } from './testing.ts';

/** bpf_loop(10, body, NULL, 0); body calls sub. */
const nested = `
  r1 = 10
  r2 = subprog[+6]
  r3 = 0
  r4 = 0
  call bpf_loop#181
  r0 = 7
  exit
  call pc+2
  r0 = 0
  exit
  r0 = 5
  exit
`;

describe('frames', () => {
  it('show a helper between its callback and the caller', async () => {
    const session = await debugAssembly(nested, { functions: { main: 0, body: 8, sub: 11 } });
    const { debugger: target } = session;
    target.breakpoints.setFunctions([{ name: 'sub', hitCondition: '3' }]);
    await session.go(target.start());
    expect(session.frames).toEqual(['sub', 'body', 'bpf_loop — iteration 3 of 10', 'main']);
    const stack = target.stack();
    expect(stack.map(({ kind, depth, slot }) => [kind, depth, slot])).toEqual([
      ['function', 2, 11],
      ['function', 1, 8],
      ['helper', 1, 5],
      ['function', 0, 5],
    ]);
    expect(new Set(stack.map(({ id }) => id)).size).toBe(4);
    expect(stack[2]?.callback?.index).toBe(2);
    // Without a line table, frames are shown in the listing.
    expect(stack.every(({ source }) => source?.path === target.places.listingPath)).toBe(true);
    expect(stack[0]?.source?.line).toBe((target.places.listing.lineOf(11) ?? -1) + 1);
  });

  it('are left for the caller of the helper, from inside a call too', async () => {
    const session = await debugAssembly(nested, { functions: { main: 0, body: 8, sub: 11 } });
    session.debugger.breakpoints.setFunctions([{ name: 'sub', hitCondition: '3' }]);
    await session.go(session.debugger.start());
    expect(await session.go(session.debugger.step('caller'))).toBe('step main: slot 6');
    expect(session.debugger.vm.machine.register(0)).toBe(10n);
  });

  it('of a machine that has not started are none', async () => {
    const session = await debugAssembly(nested);
    expect(session.debugger.stack()).toEqual([]);
  });
});
