import type { Helper, Outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { errno } from '../../maps/errno.ts';
import { lowHalf } from '../arguments.ts';
import { deviceOf, networkOf } from '../routes.ts';
import { programTypes, skbHelper } from './skb-helper.ts';
import type { Skb } from './skb.ts';

/** BPF_F_INGRESS. */
const ingress = 1n;
/** NET_RX_DROP and NET_XMIT_CN, of devices that are down. */
const networkReceiveDrop = 1;
const networkTransmitCongested = 2;

/** A copy of the packet goes to a device of the environment: an output of the machine, which sends nothing (net/core/filter.c: bpf_clone_redirect). */
function cloneRedirect(skb: Skb, machine: Machine): Outcome {
  const flags = machine.register(3);
  if ((flags & ~ingress) !== 0n) return machine.answer(-errno.EINVAL);
  if (skb.isGso && skb.get('gsoType') === 0) return machine.answer(-errno.EBADMSG);
  const device = deviceOf(networkOf(machine, 'bpf_clone_redirect'), lowHalf(machine, 2));
  if (device === undefined) return machine.answer(-errno.EINVAL);
  if (skb.get('macHeader') >= skb.get('networkHeader') || skb.length === 0)
    return machine.answer(-errno.ERANGE);
  if (!device.up) return machine.answer(flags === 0n ? networkTransmitCongested : networkReceiveDrop);
  const suffix = flags === 0n ? '' : ', as if it came in there';
  machine.emitOutput(
    'bpf_clone_redirect',
    `a copy of ${skb.length} bytes to interface ${device.ifindex} (${device.name})${suffix}`,
  );
  return machine.answer(0);
}

export const cloneRedirectHelper: Helper = skbHelper({
  id: 13,
  name: 'bpf_clone_redirect',
  types: programTypes.tcAndXmit,
  call: cloneRedirect,
  changesPacket: true,
  answer: 'environment',
});
