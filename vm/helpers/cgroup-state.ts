import { state } from '../machine/layout.ts';
import type { Machine } from '../machine/machine.ts';

/** Linear offsets of what helpers of cgroup programs remember, in the machine's state block, behind network-state.ts. */
export const cgroupState = {
  /** What the hook returns (i32): retval of struct bpf_cg_run_ctx. */
  retval: state.network + 64,
  /** Linear offset of a page (u32), 0 before there was one, and how many of its bytes are the new value of a sysctl (u32). */
  newValue: state.network + 68,
  newLength: state.network + 72,
  /** 1 where the program has set the new value (u32). */
  newUpdated: state.network + 76,
} as const;

export const pageSize = 4096;

/** Of a new run: the hook returns 0, and `newValue` is what is written to the sysctl. */
export function beginCgroup(machine: Machine, newValue: Uint8Array = new Uint8Array()): void {
  const { memory } = machine;
  let page = memory.view.getUint32(cgroupState.newValue, true);
  if (page === 0) page = memory.allocate(pageSize);
  const kept = newValue.subarray(0, pageSize);
  memory.bytes.fill(0, page, page + pageSize);
  memory.bytes.set(kept, page);
  memory.view.setInt32(cgroupState.retval, 0, true);
  memory.view.setUint32(cgroupState.newValue, page, true);
  memory.view.setUint32(cgroupState.newLength, kept.length, true);
  memory.view.setUint32(cgroupState.newUpdated, 0, true);
}

/** The new value of the sysctl, which the program may have set. */
export function newValueOf(machine: Machine): Uint8Array {
  const { view, bytes } = machine.memory;
  const page = view.getUint32(cgroupState.newValue, true);
  return bytes.slice(page, page + view.getUint32(cgroupState.newLength, true));
}
