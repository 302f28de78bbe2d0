import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { checkDevMap } from './redirect-definition.ts';
import { deviceValue } from './device-value.ts';
import { errno } from './errno.ts';
import { SlotMap, type SlotUpdate } from './slot-map.ts';

/**
 * DEVMAP (kernel/bpf/devmap.c): devices to redirect packets to. A value is an ifindex, which the environment has to
 * have, and possibly a program for what is sent there (`device-value.ts`). With ifindex 0 the slot becomes empty.
 */
export class DevMap extends SlotMap {
  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkDevMap(linked.definition);
    super(machine, linked, index);
  }

  protected accept(_index: number, value: Uint8Array): SlotUpdate {
    const view = new DataView(value.buffer, value.byteOffset, value.length);
    if (view.getUint32(0, true) !== 0) return deviceValue(this.machine, value);
    return value.length === 8 && view.getInt32(4, true) > 0 ? -errno.EINVAL : undefined;
  }
}
