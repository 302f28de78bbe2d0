import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { VirtualMachine, type RunResult } from '../engine/virtual-machine.ts';
import type { EngineOptions } from '../engine/engine.ts';
import { inputOf } from './prepare-scenario.ts';
import { readScenario, type Scenario } from './scenario.ts';
import { link } from '../object/link/link.ts';
import { readObject } from '../object/read-object.ts';
import { selectProgram } from '../object/select-program.ts';

/** Helpers that move the packet: compiled code and the interpreter see it at the same places. */

const folder = new URL('../../test/kernel/network/', import.meta.url);

function bytesOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

function runAll(scenario: Scenario, options: EngineOptions): RunResult[] {
  const name = scenario.objects[0] ?? '';
  const object = expectOk(readObject(bytesOf(name), name));
  const vm = expectOk(VirtualMachine.create(expectOk(link(object)), scenario.environment, options));
  const program = expectOk(selectProgram(object, scenario.program));
  return scenario.runs.map((run) => {
    const packet = run.packet instanceof Uint8Array ? run.packet : undefined;
    expectOk(vm.startRun(program, inputOf(object, program, run, packet)));
    while (vm.machine.runState === 'running') vm.run(1_000_000);
    return vm.result();
  });
}

const scenarios = readdirSync(folder).filter((name) => name.endsWith('.json'));

test.each(scenarios)('%s', (name) => {
  const scenario = expectOk(readScenario(bytesOf(name), name));
  const interpreted = runAll(scenario, { smallestRun: Infinity });
  const compiled = runAll(scenario, { smallestRun: 1, warmUp: 0 });
  expect(interpreted.filter(({ fault }) => fault !== undefined)).toEqual([]);
  expect(compiled).toEqual(interpreted);
});
