import { readFileSync } from 'node:fs';

const eth = '020304050607 08090a0b0c0d';

/** What the programs of this folder run with. */
const own: Readonly<Record<string, object>> = {
  parser: {
    program: 'xdp_main',
    runs: [
      // UDP in a VLAN, TCP of more bytes than are let through, UDP over IPv6, a truncated header.
      `${eth} 8100 6005 0800 45600028000100004011000 00a0000010a000002 04d20035001400 00 ${'07'.repeat(20)}`,
      `${eth} 0800 4560003c000100004006 00000a0000010a000002 0fa000160000000100000002500200000000 0000 ${'09'.repeat(1500)}`,
      `${eth} 86dd 600000000014 1140 ${'03'.repeat(32)} 0009000a00140000 ${'01'.repeat(12)}`,
      `${eth} 0800 4560`,
    ].map((dataIn) => ({ dataIn: dataIn.replace(/\s/g, '') })),
  },
  callbacks: {
    program: 'xdp_sum',
    maps: {
      table: [1, 2, 3, 4].map((key) => ({ key, value: { hits: key * 40, bytes: key * 3 + 256 } })),
    },
    runs: [{ dataIn: '01'.repeat(64) }, { advanceNs: 100_000 }],
  },
  signatures: { program: 'p', runs: [{ dataIn: '01'.repeat(64) }] },
  frame: { program: 'prog', runs: [{ dataIn: '01'.repeat(64) }] },
};

const examples = [
  'array',
  'count',
  'hash',
  'lru_hash',
  'lru_percpu_hash',
  'percpu_array',
  'percpu_hash',
  'stop_early',
  'untyped',
];

export const subjects: readonly string[] = [...Object.keys(own), ...examples];

export function scenarioOf(name: string): object {
  const scenario = own[name];
  if (scenario !== undefined) return scenario;
  const url = new URL(`../../examples/${name}.scenario.json`, import.meta.url);
  // Scenarios are objects: parseScenario says where they are not.
  return JSON.parse(readFileSync(url, 'utf8')) as object;
}
