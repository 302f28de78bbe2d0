import { attempt, raise } from '../base/problem.ts';
import { networkState } from '../helpers/network-state.ts';
import { skLookup as layout } from '../helpers/sk-lookup-context.ts';
import { noSocketNumber, socketsOf } from '../helpers/sockets.ts';
import type { Machine } from '../machine/machine.ts';
import {
  contextBase,
  contextInput,
  familyState,
  fieldMap,
  makeContext,
  plainNumber,
  readFields,
  refuse,
  withoutPacket,
  writeField,
} from './context.ts';
import type { ContextField, ProgramFamily, RunInput, RunOutput } from './family.ts';

const ipv4 = 2;
const ipv6 = 10;

const field = (name: string, offset: number, size = 4, count = 1): ContextField => {
  return { name, offset, size, count, writable: false };
};

/** struct bpf_sk_lookup; `cookie`, given back in place of the socket, is added by `collect`. */
const contextFields: readonly ContextField[] = [
  field('sk', 0, 8),
  field('family', 8),
  field('protocol', 12),
  field('remote_ip4', 16),
  field('remote_ip6', 20, 4, 4),
  field('remote_port', 36, 2),
  field('local_ip4', 40),
  field('local_ip6', 44, 4, 4),
  field('local_port', 60),
  field('ingress_ifindex', 64),
];
const fields = fieldMap(contextFields);
const shown = contextFields.filter(({ name }) => name !== 'sk');
/** Addresses of the family that is not looked up read as 0. */
const otherFamily = { [ipv4]: ['remote_ip6', 'local_ip6'], [ipv6]: ['remote_ip4', 'local_ip4'] };

/** As bpf_prog_test_run_sk_lookup of net/bpf/test_run.c: there is no packet, and a context there has to be. */
function prepare(machine: Machine, input: RunInput): void {
  if (input.dataIn !== undefined) refuse('EINVAL', 'an sk_lookup program takes no packet');
  if (input.ctxIn === undefined) refuse('EINVAL', 'an sk_lookup program needs a context');
  const given = contextInput('bpf_sk_lookup', fields, input.ctxIn);
  const value = (name: string): number => Number(given.get(name)?.[0] ?? 0n);
  for (const name of ['sk', 'ingress_ifindex'])
    if (value(name) !== 0) refuse('EINVAL', `${name} cannot be given`);
  if (value('local_port') > 0xffff)
    raise('refused-input', 'local_port does not fit 16 bits: BPF_PROG_TEST_RUN returns ERANGE');
  const family = value('family') & 0xffff;
  if (family !== ipv4 && family !== ipv6)
    raise('refused-input', `family is ${family}, not 2 or 10: BPF_PROG_TEST_RUN returns EAFNOSUPPORT`);
  withoutPacket(machine);
  const base = makeContext(machine, layout.sizeOf, false);
  const { view } = machine.memory;
  for (const [name, list] of given) {
    const target = fields.get(name);
    if (target === undefined || otherFamily[family].includes(name)) continue;
    list.forEach((number, i) => writeField(view, base, target, number, i));
  }
  view.setUint32(base + layout.family, family, true);
  view.setUint32(base + layout.protocol, value('protocol') & 0xffff, true);
  const upper = ((value('family') >>> 16) | (value('protocol') & 0xffff0000)) >>> 0;
  view.setUint32(familyState.kept, upper, true);
  view.setUint32(networkState.selected, noSocketNumber, true);
  machine.contextStore = () => false;
}

function collect(machine: Machine): RunOutput {
  const { view } = machine.memory;
  const selected = socketsOf(machine)[view.getUint32(networkState.selected, true)];
  const base = contextBase(machine);
  const hidden = view.getUint32(base + layout.family, true) === ipv4 ? otherFamily[ipv4] : otherFamily[ipv6];
  const context = readFields(
    view,
    base,
    shown.filter(({ name }) => !hidden.includes(name)),
  );
  // The upper halves are given back as they came; programs do not see them.
  const kept = view.getUint32(familyState.kept, true);
  const whole = {
    family: (((kept & 0xffff) << 16) | view.getUint32(base + layout.family, true)) >>> 0,
    protocol: ((kept & 0xffff0000) | view.getUint32(base + layout.protocol, true)) >>> 0,
  };
  return { ctxOut: { cookie: plainNumber(selected?.cookie ?? 0n), ...context, ...whole } };
}

const verdicts = ['SK_DROP', 'SK_PASS'];

export const skLookup: ProgramFamily = {
  name: 'sk_lookup',
  contextStruct: 'bpf_sk_lookup',
  contextFields,
  takesPacket: false,
  prepare: (machine, input) => attempt(() => prepare(machine, input)),
  collect,
  returnName: (retval) => verdicts[retval],
};
