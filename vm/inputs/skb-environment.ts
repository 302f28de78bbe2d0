import type { SkbEnvironment } from '../environment/skb.ts';
import { integerOf, listOf, membersOf, numberOf, optional, wrong } from './checked.ts';

const u32 = numberOf(0, 0xffffffff);
const u32Members = ['socketUid', 'cgroupClassid', 'socketClassid', 'routeRealm'] as const;

/** `environment.skb` of a scenario (`skb-json.ts`). Raises `bad-scenario`. */
export function readSkbEnvironment(value: unknown, path: string): SkbEnvironment {
  const members = membersOf(value, path, ['hash', 'socketCookie', 'cgroupIds', ...u32Members]);
  const hash = optional(members, 'hash', path, numberOf(1, 0xffffffff));
  const socketCookie = optional(members, 'socketCookie', path, u64);
  const cgroupIds = optional(members, 'cgroupIds', path, (ids, at) =>
    listOf(ids, at).map((id, i) => u64(id, `${at}[${i}]`)),
  );
  const numbers = u32Members.flatMap((name): [string, number][] => {
    const number = optional(members, name, path, u32);
    return number === undefined ? [] : [[name, number]];
  });
  return {
    ...(hash !== undefined && { hash }),
    ...(socketCookie !== undefined && { socketCookie }),
    ...(cgroupIds && { cgroupIds }),
    ...Object.fromEntries(numbers),
  };
}

function u64(value: unknown, path: string): bigint {
  const integer = integerOf(value, path);
  if (integer < 0n || integer >= 1n << 64n) wrong(path, `${integer} does not fit 64 bits`);
  return integer;
}
