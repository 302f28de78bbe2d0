import { Skb } from '../helpers/skb/skb.ts';
import type { Instruction, Semantics } from '../isa/row.ts';
import { outcome, type Outcome } from '../machine/helper.ts';
import type { Machine } from '../machine/machine.ts';

/**
 * The legacy loads BPF_ABS and BPF_IND: big-endian numbers of the packet into r0. Where the packet does not have the
 * bytes, r0 is 0 and the function exits (net/core/filter.c: bpf_gen_ld_abs and bpf_skb_load_helper_*).
 */

const programTypes: readonly string[] = ['socket_filter', 'sched_cls', 'sched_act'];

/** Offsets from here on count from the network header, below from the link-layer header (uapi/linux/filter.h). */
const networkOffset = -0x100000;
const linkLayerOffset = -0x200000;

type PacketLoad = Extract<Semantics, { kind: 'packet_load' }>;

export function performPacketLoad(machine: Machine, instruction: Instruction, load: PacketLoad): Outcome {
  const { imm, src } = instruction;
  if (!programTypes.includes(machine.programType)) {
    const message = 'BPF_LD_[ABS|IND] instructions not allowed for this program type';
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const place = machine.regions.locate(machine.register(6));
  if (place?.region.kind !== 'ctx' || place.offset !== 0) {
    const message = 'at the time of BPF_LD_ABS|IND R6 != pointer to skb';
    return machine.fail({ kind: 'refused-by-kernel', message });
  }
  const index = load.mode === 'ind' ? machine.register(src) : 0n;
  const offset = Number(BigInt.asIntN(32, index + BigInt(imm)));
  const skb = new Skb(machine);
  const at = startOf(skb, offset);
  if (at === undefined || at + load.size > skb.end) {
    machine.setRegister(0, 0n);
    return outcome.exit;
  }
  machine.accessListener?.(at, load.size, 'read');
  const { view } = machine.memory;
  if (load.size === 1) return machine.answer(view.getUint8(at));
  return machine.answer(load.size === 2 ? view.getUint16(at, false) : view.getUint32(at, false));
}

function startOf({ data, networkHeader, macHeader }: Skb, offset: number): number | undefined {
  if (offset >= 0) return data + offset;
  if (offset >= networkOffset) return networkHeader + offset - networkOffset;
  return offset >= linkLayerOffset ? macHeader + offset - linkLayerOffset : undefined;
}
