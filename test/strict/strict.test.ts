import { describe, expect, it } from 'vitest';
import { buildObject } from './object.ts';
import { registerPrograms, stackPrograms, stricterPrograms } from './programs.ts';
import { startProgram } from './run.ts';

const limit = 10_000;

describe.each([
  ['registers', registerPrograms],
  ['the stack', [...stackPrograms, ...stricterPrograms]],
])('strict mode: %s', (_, programs) => {
  it.each(programs)('$name', ({ source, fault: wanted }) => {
    const { bytes, bad } = buildObject(source);
    const vm = startProgram(bytes, { strict: true });
    vm.run(limit);
    const { fault } = vm.result();
    if (wanted === undefined) {
      expect(fault).toBeUndefined();
      expect(vm.machine.runState).toBe('exited');
      return;
    }
    expect(fault?.message).toContain(`${wanted.words}: strict mode: `);
    expect(fault?.message).toContain('switch strict off ("strict" in the launch configuration');
    const section = vm.machine.program.sections.find(({ name }) => name === bad?.section);
    expect(fault).toMatchObject({ kind: wanted.kind, slot: (section?.firstSlot ?? 0) + (bad?.slot ?? -1) });
  });

  it.each(programs)('$name: nothing without it', ({ source }) => {
    const vm = startProgram(buildObject(source).bytes, {});
    vm.run(limit);
    const { fault } = vm.result();
    // Registers that were not written are 0, so that as addresses they are NULL.
    if (fault !== undefined) expect(fault.kind).toMatch(/^(null-pointer|helper-argument|refused-by-kernel)$/);
    expect(vm.machine.written).toBeUndefined();
  });
});
