/** Writes the scenarios of sk_lookup.bpf.o. */
import { writeFileSync } from 'node:fs';

const six = [1, 2, 3, 4];
const contexts = [
  {
    family: 2,
    protocol: 6,
    remote_ip4: 0x0100007f,
    remote_port: 0x1234,
    local_ip4: 0x0200007f,
    local_port: 80,
  },
  { family: 2, protocol: 17, local_port: 53 },
  { family: 10, protocol: 6, remote_ip6: six, local_ip6: [5, 6, 7, 8], remote_port: 1, local_port: 65535 },
  { family: 0x10002, protocol: 0x10006, local_port: 80 },
];
const runs = contexts.map((ctxIn) => ({ ctxIn }));
const scenario = { object: 'sk_lookup.bpf.o', program: 'look', runs };
writeFileSync(new URL('sk_lookup.json', import.meta.url), `${JSON.stringify(scenario, null, 2)}\n`);
