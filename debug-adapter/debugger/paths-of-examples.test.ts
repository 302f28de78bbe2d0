import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StepKind } from './stop.ts';
import { TestSession } from './testing.ts';

const scenarios = readdirSync('examples').filter((name) => name.endsWith('.scenario.json'));
const most = 400;

/** Each stop with its frames, innermost first; the steps are taken in turn, through all runs to their ends. */
async function path(scenario: string, kinds: readonly StepKind[]): Promise<string> {
  const session = await TestSession.launch({ scenario, stopOnEntry: true });
  const { debugger: target } = session;
  const lines: string[] = [];
  let stop = await session.go(target.start());
  for (let steps = 0; steps < most && !stop.startsWith('ended'); steps++) {
    const callers = session.frames.slice(1).map((name) => `  < ${name}`);
    lines.push(stop.startsWith('exit') ? stop : stop + callers.join(''));
    stop = await session.go(target.step(kinds[steps % kinds.length]!));
  }
  expect(stop).toMatch(/^ended/);
  return `${[...lines, stop].join('\n')}\n`;
}

describe.each(scenarios)('%s', (scenario) => {
  it.each([
    ['over', ['over']],
    ['in', ['in']],
    ['out', ['in', 'in', 'in', 'in', 'in', 'in', 'in', 'in', 'out', 'out']],
  ] as const)('step %s', async (kind, kinds) => {
    const name = scenario.replace('.scenario.json', '');
    await expect(await path(scenario, kinds)).toMatchFileSnapshot(`testdata/paths/${name}.${kind}.txt`);
  });
});
