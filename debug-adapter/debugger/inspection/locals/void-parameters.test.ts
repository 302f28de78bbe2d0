import { expect, it } from 'vitest';
import { TestSession } from '../../testing.ts';
import { Inspector } from '../inspector.ts';

it('parameters that are declared void * point to what the traversal passes', async () => {
  const { debugger: target } = await TestSession.launch({ scenario: 'untyped.scenario.json' });
  const inspector = new Inspector(target.vm, {
    frameRegisters: (frame) => target.frameRegisters(frame),
    source: target.source,
  });
  const [bound] = target.breakpoints.setFunctions([{ name: 'select_account' }]);
  expect(bound?.verified).toBe(true);
  await target.start();
  const [locals] = inspector.scopes(target.stack()[0]!);
  const nodes = locals?.root.children('named', 0, 10) ?? [];
  expect(nodes.slice(0, 4).map(({ name, type }) => `${name}: ${type}`)).toEqual([
    'map: void *',
    'key: __u32 *',
    'value: __u64 *',
    'ctx: struct selection *',
  ]);
});
