import { describe, expect, it } from 'vitest';
import type { Debugger } from '../../debugger.ts';
import type { StepKind } from '../../stop.ts';
import { TestSession } from '../../testing.ts';
import { Inspector } from '../inspector.ts';
import type { InspectionHost } from '../target.ts';

function hostOf(target: Debugger): InspectionHost {
  return {
    frameRegisters: (frame) => target.frameRegisters(frame),
    source: target.source,
    // A slow machine must find the same.
    patience: Infinity,
    change: (change) => target.recording.change(change),
  };
}

function localsOf(inspector: Inspector, target: Debugger): readonly string[] {
  return target.stack().flatMap((frame) => {
    const root = inspector.scopes(frame).find(({ name }) => name === 'Locals')?.root;
    const nodes = root?.children('named', 0, root.named) ?? [];
    return nodes.map((node) => `${frame.name}: ${node.name} = ${node.value({ hex: false })}`);
  });
}

const patterns: Readonly<Record<string, readonly StepKind[]>> = {
  over: ['over'],
  in: ['in'],
  'in and out': ['in', 'in', 'in', 'in', 'in', 'in', 'in', 'in', 'out', 'over', 'over', 'out'],
};

/** What steps have noted must be what running again finds. */
describe.each(['flows', 'count', 'array', 'lru_hash'])('%s', (name) => {
  it.each(Object.entries(patterns))('step %s', async (_, kinds) => {
    const { debugger: target } = await TestSession.launch({
      scenario: `${name}.scenario.json`,
      stopOnEntry: true,
    });
    const stepped = new Inspector(target.vm, { ...hostOf(target), observe: (log) => target.observe(log) });
    await target.start();
    let known = 0;
    for (let steps = 0; steps < 150; steps++) {
      const rerun = new Inspector(target.vm, hostOf(target));
      // Each second stop is not looked at: what is noted must not depend on it.
      if (steps % 2 === 0) {
        const shown = localsOf(stepped, target);
        expect(shown, `step ${steps}`).toEqual(localsOf(rerun, target));
        known += shown.filter((text) => text.includes('(as of line')).length;
      }
      const progress = await target.step(kinds[steps % kinds.length]!);
      if (!progress.ok || progress.value.reason === 'ended') break;
    }
    if (name === 'flows') expect(known).toBeGreaterThan(0);
  });
});
