import { attempt } from '../base/problem.ts';
import { networkState } from '../helpers/network-state.ts';
import type { Machine } from '../machine/machine.ts';
import { regionBias } from '../memory/regions.ts';
import {
  contextInput,
  familyState,
  fieldMap,
  makeContext,
  placePacket,
  readFields,
  refuse,
  writeField,
} from './context.ts';
import type { ContextField, ProgramFamily, RunInput, RunOutput } from './family.ts';
import { fieldOf, offsetOf, skBuffLayout, skBuffSize } from './sk-buff.ts';
import { ethernetHeader } from './skb-packet.ts';

/** struct bpf_flow_keys of include/uapi/linux/bpf.h; the addresses of IPv4 share the place of those of IPv6. */
const keyLayout = `
nhoff:2 thoff:2 addr_proto:2 is_frag:1 is_first_frag:1 is_encap:1 ip_proto:1 n_proto:2 sport:2 dport:2
ipv6_src[4] ipv6_dst[4] flags flow_label
`;
const keysSize = 56;
const largestPacket = 4096;

const keyFields: readonly ContextField[] = lay(keyLayout.trim().split(/\s+/));
const fields = fieldMap(keyFields);

function lay(members: readonly string[]): ContextField[] {
  let offset = 0;
  return members.map((member) => {
    const [, name = '', count = '1', size = '4'] = /^(\w+)(?:\[(\d+)\])?(?::(\d))?$/.exec(member) ?? [];
    const field = { name, offset, size: Number(size), count: Number(count), writable: false };
    offset += field.size * field.count;
    return field;
  });
}

function keyOf(name: string): ContextField {
  const field = fields.get(name);
  if (field === undefined) throw new Error(`struct bpf_flow_keys has no ${name}`);
  return field;
}

const flags = keyOf('flags');
const networkOffset = keyOf('nhoff');
const transportOffset = keyOf('thoff');

/**
 * As bpf_prog_test_run_flow_dissector of net/bpf/test_run.c: the program sees the frame from its Ethernet header on, and
 * no sk_buff. `flags` of struct bpf_flow_keys is the context that may be given; the keys are the data that come back.
 */
function prepare(machine: Machine, input: RunInput): void {
  const frame = input.dataIn ?? new Uint8Array(64);
  const given = contextInput('bpf_flow_keys', fields, input.ctxIn ?? {});
  if (frame.length < ethernetHeader)
    refuse('EINVAL', `the packet has ${frame.length} bytes, less than an Ethernet header`);
  if (frame.length > largestPacket)
    refuse('EINVAL', `the packet has ${frame.length} bytes, more than ${largestPacket}`);
  for (const [name, list] of given) {
    if (name !== 'flags' && list.some((number) => number !== 0n))
      refuse('EINVAL', `${name} cannot be given (only flags)`);
  }
  const base = makeContext(machine, skBuffSize, false);
  placePacket(machine, frame, 0);
  const { view } = machine.memory;
  writeField(view, base, fieldOf('data'), BigInt(regionBias));
  writeField(view, base, fieldOf('data_end'), BigInt(regionBias + frame.length));
  const keys = placeKeys(machine, base + offsetOf('flow_keys'));
  view.setUint16(keys + networkOffset.offset, ethernetHeader, true);
  view.setUint16(keys + transportOffset.offset, ethernetHeader, true);
  machine.memory.bytes.set(frame.subarray(12, 14), keys + keyOf('n_proto').offset);
  writeField(view, keys, flags, given.get('flags')?.[0] ?? 0n);
  view.setUint32(familyState.kept, Number(given.get('flags')?.[0] ?? 0n), true);
  view.setUint32(familyState.packetLength, frame.length, true);
  view.setUint32(networkState.packetMoves, 0, true);
  machine.contextStore = () => false;
}

/** Linear offset of the zeroed keys, whose address is stored at `pointer`. */
function placeKeys(machine: Machine, pointer: number): number {
  const { memory, regions } = machine;
  let region = memory.view.getUint32(familyState.flowKeysRegion, true);
  if (region === 0) {
    const allocated = memory.allocate(keysSize);
    region = regions.add({ kind: 'memory', base: allocated, size: keysSize });
    memory.view.setUint32(familyState.flowKeysRegion, region, true);
  }
  const base = keysBase(machine);
  memory.bytes.fill(0, base, base + keysSize);
  memory.view.setBigUint64(pointer, regions.addressOf(region), true);
  return base;
}

function keysBase(machine: Machine): number {
  return machine.regions.get(machine.memory.view.getUint32(familyState.flowKeysRegion, true))?.base ?? 0;
}

/** The kernel brings the offsets into the packet: 14 <= nhoff <= thoff <= length. */
function collect(machine: Machine): RunOutput {
  const { view, bytes } = machine.memory;
  const base = keysBase(machine);
  const length = view.getUint32(familyState.packetLength, true);
  const dataOut = bytes.slice(base, base + keysSize);
  const keys = new DataView(dataOut.buffer);
  const clamp = (value: number, low: number): number => Math.max(Math.min(value, length), low);
  const network = clamp(keys.getUint16(networkOffset.offset, true), ethernetHeader);
  keys.setUint16(networkOffset.offset, network, true);
  const transport = clamp(keys.getUint16(transportOffset.offset, true), network);
  keys.setUint16(transportOffset.offset, transport, true);
  return {
    dataOut,
    ctxOut: { ...readFields(emptyKeys, 0, keyFields), flags: view.getUint32(familyState.kept, true) },
  };
}

const emptyKeys = new DataView(new ArrayBuffer(keysSize));

const results: Readonly<Record<number, string>> = {
  0: 'BPF_OK',
  2: 'BPF_DROP',
  129: 'BPF_FLOW_DISSECTOR_CONTINUE',
};

export const flowDissector: ProgramFamily = {
  name: 'flow_dissector',
  contextStruct: '__sk_buff',
  contextFields: skBuffLayout.filter(({ name }) => ['data', 'data_end'].includes(name)),
  givenContextFields: keyFields,
  takesPacket: true,
  prepare: (machine, input) => attempt(() => prepare(machine, input)),
  collect,
  returnName: (retval) => results[retval],
};
