import { outcome, type Helper, type Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { isOfProgramType, lowHalf, memoryArgument, sizeArgument } from '../arguments.ts';
import {
  changedByHalf,
  changedBySum,
  changedByWord,
  complement,
  difference,
  folded,
  sumOfBytes,
} from './checksum.ts';
import { unknownFlags } from './flags.ts';
import { programTypes, skbHelper } from './skb-helper.ts';
import { ipSummed, type Skb } from './skb.ts';

/**
 * Checksums (net/core/filter.c: bpf_l3_csum_replace and what follows it). The packets of runs come without a checksum
 * of the hardware (CHECKSUM_NONE).
 */

const fieldMask = 0xf;
const flag = { pseudoHeader: 0x10, mangledZero: 0x20, enforce: 0x40, ipv6: 0x80 } as const;
const mangledZero = 0xffff;

/** Linear offset of the checksum that r2 says, or an error. */
function checksumPlace(skb: Skb, machine: Machine): number {
  const offset = lowHalf(machine, 2);
  if (offset > 0xffff || offset % 2 !== 0 || offset + 2 > skb.length) return -errno.EFAULT;
  return skb.data + offset;
}

/** The checksum `check` after the change that r3 to r5 say; an error below zero. */
function changed(machine: Machine, check: number): number {
  switch (lowHalf(machine, 5) & fieldMask) {
    case 0:
      return machine.register(3) === 0n ? changedBySum(check, lowHalf(machine, 4)) : -errno.EINVAL;
    case 2:
      return changedByHalf(check, lowHalf(machine, 3) & 0xffff, lowHalf(machine, 4) & 0xffff);
    case 4:
      return changedByWord(check, lowHalf(machine, 3), lowHalf(machine, 4));
    default:
      return -errno.EINVAL;
  }
}

/** As `changed`; inet_proto_csum_replace2 has fields of two bytes in sums of four. */
function changedProtocol(machine: Machine, check: number): number {
  if ((lowHalf(machine, 5) & fieldMask) !== 2) return changed(machine, check);
  return changedByWord(check, lowHalf(machine, 3) & 0xffff, lowHalf(machine, 4) & 0xffff);
}

function store(machine: Machine, at: number, check: number): Outcome {
  if (check < 0) return machine.answer(check);
  machine.accessListener?.(at, 2, 'write');
  machine.memory.view.setUint16(at, check, true);
  return machine.answer(0);
}

function replaceNetwork(skb: Skb, machine: Machine): Outcome {
  if (unknownFlags(machine.register(5), fieldMask)) return machine.answer(-errno.EINVAL);
  const at = checksumPlace(skb, machine);
  if (at < 0) return machine.answer(at);
  return store(machine, at, changed(machine, machine.memory.view.getUint16(at, true)));
}

function replaceTransport(skb: Skb, machine: Machine): Outcome {
  const known = fieldMask | flag.pseudoHeader | flag.mangledZero | flag.enforce | flag.ipv6;
  if (unknownFlags(machine.register(5), known)) return machine.answer(-errno.EINVAL);
  const at = checksumPlace(skb, machine);
  if (at < 0) return machine.answer(at);
  const flags = lowHalf(machine, 5);
  const zeroIsNone = (flags & flag.mangledZero) !== 0;
  const check = machine.memory.view.getUint16(at, true);
  if (zeroIsNone && (flags & flag.enforce) === 0 && check === 0) return machine.answer(0);
  const result = changedProtocol(machine, check);
  return store(machine, at, zeroIsNone && result === 0 ? mangledZero : result);
}

/** Sum of `size` bytes at the pointer in `register`, NULL where there are none; -1 with a fault. */
function bytesArgument(machine: Machine, register: number): { at: number; size: number } | undefined {
  const size = sizeArgument(machine, register + 1, true);
  if (size < 0) return undefined;
  if (size === 0) return { at: 0, size };
  const at = memoryArgument(machine, register, size, 'read', 'memory');
  return at < 0 ? undefined : { at, size };
}

function diff(machine: Machine): Outcome {
  if (!isOfProgramType(machine, programTypes.csumDiff, 'bpf_csum_diff#28')) return outcome.fault;
  const from = bytesArgument(machine, 1);
  const to = from && bytesArgument(machine, 3);
  if (from === undefined || to === undefined) return outcome.fault;
  const { view } = machine.memory;
  const seed = lowHalf(machine, 5);
  let sum = seed;
  if (to.size > 0) sum = sumOfBytes(view, to.at, to.size, seed);
  if (from.size > 0 && to.size > 0) sum = difference(sum, sumOfBytes(view, from.at, from.size, 0));
  else if (from.size > 0) sum = complement(sumOfBytes(view, from.at, from.size, complement(seed)));
  return machine.answer(folded(sum));
}

/** Only for packets with a checksum of all their bytes. */
function update(_skb: Skb, machine: Machine): Outcome {
  return machine.answer(-errno.ENOTSUPP);
}

const levelAction = { query: 0n, increment: 1n, decrement: 2n, reset: 3n } as const;
const highestLevel = 3;

function level(skb: Skb, machine: Machine): Outcome {
  const checked = skb.get('ipSummed') === ipSummed.unnecessary;
  const now = skb.get('checksumLevel');
  switch (machine.register(2)) {
    case levelAction.query:
      return machine.answer(checked ? now : -errno.EACCES);
    case levelAction.increment:
      skb.set('checksumLevel', checked ? Math.min(now + 1, highestLevel) : 0);
      skb.set('ipSummed', ipSummed.unnecessary);
      return machine.answer(0);
    case levelAction.decrement:
      if (checked && now > 0) skb.set('checksumLevel', now - 1);
      else if (checked) skb.set('ipSummed', ipSummed.none);
      return machine.answer(0);
    case levelAction.reset:
      resetChecksum(skb);
      return machine.answer(0);
    default:
      return machine.answer(-errno.EINVAL);
  }
}

/** __skb_reset_checksum_unnecessary. */
export function resetChecksum(skb: Skb): void {
  if (skb.get('ipSummed') !== ipSummed.unnecessary) return;
  skb.set('ipSummed', ipSummed.none);
  skb.set('checksumLevel', 0);
}

export const checksumHelpers: readonly Helper[] = [
  skbHelper({
    id: 10,
    name: 'bpf_l3_csum_replace',
    types: programTypes.tcAndXmit,
    call: replaceNetwork,
    changesPacket: true,
  }),
  skbHelper({
    id: 11,
    name: 'bpf_l4_csum_replace',
    types: programTypes.tcAndXmit,
    call: replaceTransport,
    changesPacket: true,
  }),
  { id: 28, name: 'bpf_csum_diff', call: diff },
  skbHelper({ id: 40, name: 'bpf_csum_update', types: programTypes.tcAndXmit, call: update }),
  skbHelper({ id: 135, name: 'bpf_csum_level', types: programTypes.tcAndXmit, call: level }),
];
