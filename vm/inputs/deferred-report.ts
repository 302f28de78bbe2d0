import { writeInteger } from '../base/bytes.ts';
import { functionsOf } from '../engine/callback-run.ts';
import type { VirtualMachine } from '../engine/virtual-machine.ts';
import { keyOfValue } from '../helpers/map-fields.ts';
import type { Deferred } from '../machine/timers.ts';
import { printKey } from './bpftool-json.ts';
import type { ArmedReport, DeferredReport } from './scenario-result.ts';

/** Which map value a timer or work queue is in. */
export function describeDeferred({ machine }: VirtualMachine, deferred: Deferred): DeferredReport {
  const map = machine.maps[deferred.map];
  if (map === undefined) throw new Error('the map of a timer is gone');
  const key = keyOfValue(map, deferred.value);
  const bytes =
    'index' in key
      ? writeInteger(BigInt(key.index), 4)
      : machine.memory.bytes.slice(
          linearOf(key.address),
          linearOf(key.address) + map.linked.definition.keySize,
        );
  return { kind: deferred.kind, map: map.name, key: printKey(machine, map, bytes) };

  function linearOf(address: number): number {
    return machine.regions.peek(BigInt(address))?.linear ?? 0;
  }
}

/** What waits for its time, first those that come due first. */
export function armedReports(vm: VirtualMachine): ArmedReport[] {
  return vm.armed.map((deferred) => ({
    ...describeDeferred(vm, deferred),
    callback: functionsOf(vm.machine, deferred).callback.name,
    expiresNs: deferred.expires,
  }));
}
