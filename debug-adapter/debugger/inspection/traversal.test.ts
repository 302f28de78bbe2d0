import { describe, expect, test } from 'vitest';
import { expectOk } from '../../../vm/base/problem.ts';
import { bareMachine } from '../../../vm/engine/testing.ts';
import { frame } from '../../../vm/machine/layout.ts';
import type { Machine } from '../../../vm/machine/machine.ts';
import { Evaluator } from '../../expressions/evaluator.ts';
import type { DebugFrame } from '../frame.ts';
import { frameRegisters } from '../stack.ts';
import { Inspector } from './inspector.ts';

const loopHelper = 181;

/** The third of five callbacks of bpf_loop, with 24 bytes of the caller's stack as its context; no debug information. */
function inLoop(): { machine: Machine; inspector: Inspector; evaluator: Evaluator } {
  const { machine } = bareMachine('r0 = 0\nexit\nr0 = 0\nexit');
  const context = machine.register(10) - 24n;
  const { code, frames } = machine;
  frames.pushCallback(code.ipOfSlot(0), code.ipOfSlot(1), code.ipOfSlot(2), 0);
  const record = frames.record(1);
  const { view } = machine.memory;
  view.setUint32(record + frame.helper, loopHelper, true);
  view.setBigUint64(record + frame.context, context, true);
  view.setBigUint64(record + frame.index, 2n, true);
  view.setBigUint64(record + frame.visited, 2n, true);
  view.setBigUint64(record + frame.total, 5n, true);
  const inspector = new Inspector(
    { machine, family: undefined },
    { frameRegisters: (place) => frameRegisters(machine, place) },
  );
  return { machine, inspector, evaluator: new Evaluator(inspector) };
}

function frameOf(machine: Machine, kind: DebugFrame['kind']): DebugFrame {
  const slot = kind === 'function' ? 2 : 0;
  return {
    ...{ id: 1, kind, name: '', depth: 1, slot, function: undefined, source: undefined },
    ...{ scope: undefined, inlined: false },
    address: machine.code.addressOfSlot(slot),
    callback: kind === 'helper' ? machine.frames.read(1).callback : undefined,
  };
}

const shown = (inspector: Inspector, place: DebugFrame, scope: string): readonly string[] => {
  const root = inspector.scopes(place).find(({ name }) => name === scope)?.root;
  const nodes = root?.children('named', 0, root.named) ?? [];
  return nodes.map((node) => `${node.name} = ${node.value({ hex: false }).replace(/0x[0-9a-f]+/, '0x…')}`);
};

describe('bpf_loop without debug information', () => {
  test('its frame shows index and total', () => {
    const { machine, inspector } = inLoop();
    expect(shown(inspector, frameOf(machine, 'helper'), 'Traversal')).toEqual([
      'helper = helper 181',
      'index = 2',
      'total = 5',
      'visited = 2',
      'callback_ctx = 0x… <callback_ctx, r10-24 of instruction 0>',
      'flags = 0',
      'last_return = 0',
    ]);
  });

  test('the callback has the documented arguments', () => {
    const { machine, inspector, evaluator } = inLoop();
    const place = { ...frameOf(machine, 'function'), slot: 3 };
    expect(shown(inspector, place, 'Arguments')).toEqual([
      'index = 2',
      'ctx = 0x… <callback_ctx, r10-24 of instruction 0>',
    ]);
    const bytes = expectOk(evaluator.evaluate('*ctx', place, 'watch'));
    expect([bytes.type, bytes.indexed, bytes.size]).toEqual(['unsigned char[24]', 24, 24]);
    expectOk(evaluator.evaluate('(*ctx)[8] = 0x7f', place, 'repl'));
    expect(
      machine.memory.bytes[machine.regions.peek(machine.frames.read(1).callback!.context)!.linear + 8],
    ).toBe(0x7f);
  });

  test('there is nothing else to show', () => {
    const { machine, inspector } = inLoop();
    const names = inspector.scopes(frameOf(machine, 'function')).map(({ name }) => name);
    expect(names).toEqual(['Arguments', 'Traversal', 'Registers']);
  });
});
