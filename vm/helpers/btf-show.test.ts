import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { readObject } from '../object/read-object.ts';
import { showValue } from './btf-show.ts';

const file = new URL('../../test/kernel/tracing/show.bpf.o', import.meta.url);
const { btf } = expectOk(readObject(new Uint8Array(readFileSync(file)), 'show.bpf.o'));

function show(name: string, bytes: readonly number[], flags: number): string {
  const type = btf!.byName(name, 'struct')!;
  const value = new Uint8Array(btf!.sizeOf(type.id)!);
  value.set(bytes);
  return String.fromCharCode(...showValue(btf!, type.id, value, BigInt(flags)));
}

/** As Linux 6.18 prints them. */
test.each<[string, readonly number[], number, string]>([
  ['ethhdr', [65, 66], 1, "(struct ethhdr){.h_dest = (unsigned char[])['A','B',],}"],
  ['ethhdr', [0, 66], 1, '(struct ethhdr){}'],
  ['ethhdr', [0, 66], 11, '{[],[],0,}'],
  ['bpf_perf_event_value', [5], 3, '{5,}'],
  ['bpf_perf_event_value', [5], 2, '{\n 5,\n}\n'],
  [
    'bpf_devmap_val',
    [1, 0, 0, 0, 9],
    1,
    '(struct bpf_devmap_val){.ifindex = (__u32)1,.bpf_prog = (union){.fd = (int)9,.id = (__u32)9,},}',
  ],
  ['list_head', [0x34, 0x12], 5, '(struct list_head){.next = (struct list_head *)0x0000000000001234,}'],
])('%s %j with flags %i', (name, bytes, flags, text) => {
  expect(show(name, bytes, flags)).toBe(text);
});
