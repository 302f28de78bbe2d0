import type { Machine } from '../machine/machine.ts';
import type { LinkedMap } from '../object/linked-program.ts';
import { checkXskMap } from './redirect-definition.ts';
import { SlotMap, type SlotUpdate } from './slot-map.ts';

/**
 * XSKMAP (net/xdp/xskmap.c): AF_XDP sockets to redirect packets to. The kernel takes a socket's descriptor and shows
 * programs a struct bpf_xdp_sock; here a value is what that has, the number of the queue that a socket is bound to.
 */
export class XskMap extends SlotMap {
  constructor(machine: Machine, linked: LinkedMap, index: number) {
    checkXskMap(linked.definition);
    super(machine, linked, index, 'memory');
  }

  protected accept(_index: number, value: Uint8Array): SlotUpdate {
    return value.slice();
  }
}
