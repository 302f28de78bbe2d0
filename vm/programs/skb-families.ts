import { attempt } from '../base/problem.ts';
import { Skb } from '../helpers/skb/skb.ts';
import { state } from '../machine/layout.ts';
import type { ContextStore, Machine } from '../machine/machine.ts';
import { regionBias } from '../memory/regions.ts';
import {
  contextBase,
  contextInput,
  familyState,
  makeContext,
  packetBufferSize,
  placePacket,
  readFields,
  refuse,
  storeSized,
  writeField,
} from './context.ts';
import type { ContextField, ProgramFamily, RunInput, RunOutput } from './family.ts';
import { fieldAt, fieldOf, offsetOf, skBuffFields, skBuffLayout, skBuffSize } from './sk-buff.ts';
import { ethernetHeader, etherType, frameFacts, networkHeaderSize, type FrameFacts } from './skb-packet.ts';
import { placeSocket, type SocketAddresses } from './socket.ts';

/** NET_SKB_PAD + NET_IP_ALIGN on x86-64. */
const headroom = 64;
const loopback = 1;
const addressFamilyIpv4 = 2;
const gsoMaximumSegments = 65535;
const gsoMaximumSize = 65536;
/** NO_QUEUE_MAPPING of include/linux/skbuff.h. */
const noQueueMapping = 0xffffn;

/** Fields that BPF_PROG_TEST_RUN takes (convert___skb_to_skb of net/bpf/test_run.c) and gives back. */
const inputFields = [
  'mark',
  'priority',
  'ingress_ifindex',
  'ifindex',
  'cb',
  'tstamp',
  'wire_len',
  'gso_segs',
  'gso_size',
  'hwtstamp',
];

/** One program type on struct __sk_buff. */
interface SkbType {
  readonly name: string;
  /** The program sees the frame from its network header on. */
  readonly withoutEthernetHeader: boolean;
  /** Fields that the type's is_valid_access of net/core/filter.c lets it write. */
  readonly writable: readonly string[];
  readonly readsSocketFields: boolean;
  returnName(retval: number): string | undefined;
}

function skbFamily(type: SkbType): ProgramFamily {
  const writable = new Set(type.writable);
  const contextFields = skBuffLayout.map((field) => ({ ...field, writable: writable.has(field.name) }));
  const store = contextStore(writable);
  return {
    name: type.name,
    contextStruct: '__sk_buff',
    contextFields,
    takesPacket: true,
    prepare: (machine, input) => attempt(() => prepare(machine, input, type, store)),
    collect,
    returnName: (retval) => type.returnName(retval),
  };
}

/** As bpf_prog_test_run_skb of net/bpf/test_run.c, Linux 6.18. */
function prepare(machine: Machine, input: RunInput, type: SkbType, store: ContextStore): void {
  const frame = input.dataIn ?? new Uint8Array(64);
  checkFrame(frame);
  const given = contextInput('__sk_buff', skBuffFields, input.ctxIn ?? {});
  const value = (name: string): number => Number(given.get(name)?.[0] ?? 0n);
  const pulled = type.withoutEthernetHeader ? ethernetHeader : 0;
  const length = frame.length - pulled;
  checkContext(given, length);
  const ifindex = value('ifindex') > loopback ? value('ifindex') : loopback;
  const facts = frameFacts(frame, ifindex === loopback);

  const base = makeContext(machine, skBuffSize, false);
  const { view } = machine.memory;
  const set = (name: string, number: number): void => writeField(view, base, fieldOf(name), BigInt(number));
  for (const [name, list] of given) {
    list.forEach((number, i) => writeField(view, base, fieldOf(name), number, i));
  }
  set('gso_size', value('gso_size') & 0xffff);
  set('ifindex', ifindex);
  set('len', length);
  set('pkt_type', facts.packetType);
  set('protocol', facts.protocol);
  if (input.ctxIn !== undefined && value('wire_len') === 0) set('wire_len', length);
  if (type.readsSocketFields) setSocketFields(machine, base, facts);
  placeFrame(machine, frame, pulled, set);
  new Skb(machine).begin(headroom);
  placeSocket(machine, base + offsetOf('sk'), addressesOf(facts));
  machine.memory.view.setUint32(state.packetPulled, pulled, true);
  machine.memory.view.setUint32(familyState.kept, value('gso_size'), true);
  machine.contextStore = store;
}

function checkFrame(frame: Uint8Array): void {
  if (frame.length < ethernetHeader)
    refuse('EINVAL', `the packet has ${frame.length} bytes, less than an Ethernet header`);
  if (frame.length > packetBufferSize - headroom)
    refuse('EINVAL', `the packet has ${frame.length} bytes, more than ${packetBufferSize - headroom}`);
  const header = networkHeaderSize(etherType(frame));
  if (frame.length - ethernetHeader < header)
    refuse('EINVAL', `the packet ends within its ${header === 20 ? 'IPv4' : 'IPv6'} header`);
}

function checkContext(given: ReadonlyMap<string, readonly bigint[]>, length: number): void {
  for (const [name, list] of given) {
    if (inputFields.includes(name) || list.every((number) => number === 0n)) continue;
    refuse('EINVAL', `${name} cannot be given (only ${inputFields.join(', ')})`);
  }
  const wireLength = Number(given.get('wire_len')?.[0] ?? 0n);
  if (wireLength !== 0 && (wireLength < length || wireLength > gsoMaximumSize))
    refuse('EINVAL', `wire_len is ${wireLength}, not from ${length} to ${gsoMaximumSize}`);
  const segments = Number(given.get('gso_segs')?.[0] ?? 0n);
  if (segments > gsoMaximumSegments) refuse('EINVAL', `gso_segs is ${segments}, above ${gsoMaximumSegments}`);
}

type Setter = (name: string, number: number) => void;

function placeFrame(machine: Machine, frame: Uint8Array, pulled: number, set: Setter): void {
  placePacket(machine, frame, headroom, pulled);
  const data = regionBias + headroom + pulled;
  set('data', data);
  set('data_meta', data);
  set('data_end', regionBias + headroom + frame.length);
}

function addressesOf(facts: FrameFacts): SocketAddresses {
  return { family: facts.family, local: facts.source, remote: facts.destination };
}

/** The socket that test_run makes has the packet's source as its own address; it has no ports. */
function setSocketFields(machine: Machine, base: number, facts: FrameFacts): void {
  const { view, bytes } = machine.memory;
  writeField(view, base, fieldOf('family'), BigInt(facts.family));
  const version = facts.family === addressFamilyIpv4 ? '4' : '6';
  bytes.set(facts.destination, base + offsetOf(`remote_ip${version}`));
  bytes.set(facts.source, base + offsetOf(`local_ip${version}`));
}

function contextStore(writable: ReadonlySet<string>): ContextStore {
  return (machine, offset, size, value) => {
    const field = fieldAt(offset);
    if (field === undefined || !writable.has(field.name) || offset % size !== 0) return false;
    const end = field.offset + field.size * field.count;
    if (field.name === 'cb' ? offset + size > end : size !== field.size) return false;
    const at = contextBase(machine) + offset;
    const { view } = machine.memory;
    switch (field.name) {
      case 'queue_mapping':
        if (value < noQueueMapping) storeSized(view, at, 4, value);
        return true;
      case 'tc_index':
      case 'tc_classid':
        storeSized(view, at, 4, value & 0xffffn);
        return true;
      default:
        storeSized(view, at, size, value);
        return true;
    }
  };
}

function collect(machine: Machine): RunOutput {
  const { view } = machine.memory;
  const base = contextBase(machine);
  const pulled = view.getUint32(state.packetPulled, true);
  const skb = new Skb(machine);
  const rest = machine.memory.bytes.subarray(skb.data, skb.end);
  // test_run puts an Ethernet header of zeros in front of what had none.
  const dataOut = new Uint8Array(pulled + rest.length);
  dataOut.set(rest, pulled);
  const ctxOut = readFields(view, base, givenBack);
  return { dataOut, ctxOut: { ...ctxOut, gso_size: view.getUint32(familyState.kept, true) } };
}

const givenBack: readonly ContextField[] = inputFields.map(fieldOf);

const tcActions: Readonly<Record<number, string>> = {
  0xffffffff: 'TC_ACT_UNSPEC',
  0: 'TC_ACT_OK',
  1: 'TC_ACT_RECLASSIFY',
  2: 'TC_ACT_SHOT',
  3: 'TC_ACT_PIPE',
  4: 'TC_ACT_STOLEN',
  5: 'TC_ACT_QUEUED',
  6: 'TC_ACT_REPEAT',
  7: 'TC_ACT_REDIRECT',
  8: 'TC_ACT_TRAP',
};

/** Bit 0 lets the packet pass; bit 1 (egress) notifies of congestion: BPF_PROG_CGROUP_INET_EGRESS_RUN_ARRAY. */
const cgroupVerdicts = ['deny', 'allow', 'deny, congestion', 'allow, congestion'];

const tcWritable = ['mark', 'tc_index', 'priority', 'tc_classid', 'cb', 'tstamp', 'queue_mapping'];

export const schedCls = skbFamily({
  name: 'sched_cls',
  withoutEthernetHeader: false,
  writable: tcWritable,
  readsSocketFields: false,
  returnName: (retval) => tcActions[retval],
});

export const schedAct = skbFamily({
  name: 'sched_act',
  withoutEthernetHeader: false,
  writable: tcWritable,
  readsSocketFields: false,
  returnName: (retval) => tcActions[retval],
});

export const socketFilter = skbFamily({
  name: 'socket_filter',
  withoutEthernetHeader: true,
  writable: ['cb'],
  readsSocketFields: false,
  returnName: (retval) => (retval === 0 ? 'drop' : undefined),
});

export const cgroupSkb = skbFamily({
  name: 'cgroup_skb',
  withoutEthernetHeader: true,
  writable: ['mark', 'priority', 'cb', 'tstamp'],
  readsSocketFields: true,
  returnName: (retval) => cgroupVerdicts[retval],
});

const lwtResults: Readonly<Record<number, string>> = {
  0: 'BPF_OK',
  2: 'BPF_DROP',
  7: 'BPF_REDIRECT',
  128: 'BPF_LWT_REROUTE',
};

function lwtFamily(name: string): ProgramFamily {
  return skbFamily({
    name,
    withoutEthernetHeader: true,
    writable: ['mark', 'priority', 'cb'],
    readsSocketFields: false,
    returnName: (retval) => lwtResults[retval],
  });
}

export const lwtIn = lwtFamily('lwt_in');
export const lwtOut = lwtFamily('lwt_out');
export const lwtXmit = lwtFamily('lwt_xmit');
