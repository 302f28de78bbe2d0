import type { Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { callHelper } from '../special.ts';
import { encodeModule } from '../wasm/module.ts';
import { valueType } from '../wasm/opcodes.ts';
import { buildMapFunctions, mapHelperNames, type MapHelper } from './map-functions.ts';
import { stepResult } from './traversal-code.ts';

/** The map functions of one machine for its interpreter; compiled code has its own. */
export interface MapCode extends Readonly<Record<MapHelper, () => Outcome>> {
  /** See `buildStep`. */
  readonly step: () => number;
}

/** All of it done by the helpers in JavaScript: what the code is compared with. */
export function hostMapCode(machine: Machine): MapCode {
  const call = (): Outcome => callHelper(machine);
  return { lookup: call, update: call, remove: call, step: () => stepResult.host };
}

export function createMapCode(machine: Machine): MapCode {
  const imports = [{ name: 'callHelper', parameters: [], results: [valueType.i32] }];
  const { functions, helpers, step } = buildMapFunctions(machine, imports.length, 0);
  const exported = Object.fromEntries(mapHelperNames.map((name) => [name, helpers[name] - imports.length]));
  const module = new WebAssembly.Module(
    encodeModule({ imports, functions, exports: { ...exported, step: step - imports.length } }),
  );
  const host = { memory: machine.memory.memory, callHelper: () => callHelper(machine) };
  // The module is ours: it exports these functions.
  return new WebAssembly.Instance(module, { host }).exports as unknown as MapCode;
}
