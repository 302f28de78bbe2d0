import { expectOk } from '../../vm/base/problem.ts';
import type { EngineOptions } from '../../vm/engine/engine.ts';
import { VirtualMachine } from '../../vm/engine/virtual-machine.ts';
import { defaultEnvironment } from '../../vm/environment/environment.ts';
import { link } from '../../vm/object/link/link.ts';
import { readObject } from '../../vm/object/read-object.ts';
import { selectProgram } from '../../vm/object/select-program.ts';

/** A machine at cycle 0 of the program of an object that `buildObject` made. */
export function startProgram(bytes: Uint8Array, options: EngineOptions): VirtualMachine {
  const object = expectOk(readObject(bytes, 'strict.o'));
  const vm = expectOk(VirtualMachine.create(expectOk(link(object)), defaultEnvironment, options));
  expectOk(vm.startRun(expectOk(selectProgram(object, 'main')), { dataIn: new Uint8Array(64).fill(8) }));
  return vm;
}
