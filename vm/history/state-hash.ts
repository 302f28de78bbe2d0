import type { VirtualMachine } from '../engine/virtual-machine.ts';

/**
 * A hash of the whole state of a machine: two machines that answer the same have run alike. 64 bits from two
 * multiplicative hashes over the words in use, as hex digits.
 */
export function stateHash(vm: VirtualMachine): string {
  const { memory, fault } = vm.save();
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length >> 2);
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (const word of words) {
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul((b << 5) ^ (b >>> 27) ^ word, 0x85ebca6b);
  }
  return `${vm.machine.runState} ${fault?.kind ?? ''} ${hex(a)}${hex(b)}`;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
