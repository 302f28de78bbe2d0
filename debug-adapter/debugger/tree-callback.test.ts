import { expect, it } from 'vitest';
import { TestSession } from './testing.ts';

it('less is shown as a callback of bpf_rbtree_add_impl', async () => {
  const session = await TestSession.launch({
    cwd: 'test/kernel/graphs',
    scenario: 'trees_shapes.json',
    stopAtExit: false,
  });
  const { debugger: target } = session;
  // In the fifth run 2 is compared with 9, then with 1.
  target.breakpoints.setFunctions([{ name: 'less', hitCondition: '5' }]);
  await session.go(target.start());
  expect(session.frames.slice(0, 2)).toEqual(['less', 'bpf_rbtree_add_impl — call 2']);
  expect(target.stack()[1]?.callback).toMatchObject({ index: 1, visited: 1, lastReturn: 1n });
  await session.go(target.step('caller'));
  expect(session.frames[0]).not.toBe('less');
  expect(target.vm.machine.fault).toBeUndefined();
});
