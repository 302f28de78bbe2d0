import { wrong } from './checked.ts';

/** IP and link-layer addresses as text. All raise `bad-scenario`. */

/** 4 or 16 bytes. */
export function ipAddress(text: string, path: string): Uint8Array {
  const bytes = text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
  return bytes ?? wrong(path, `an IP address was expected, found "${text}"`);
}

function ipv4Bytes(text: string): Uint8Array | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const numbers = match?.slice(1).map(Number);
  return numbers?.every((number) => number <= 255) === true ? Uint8Array.from(numbers) : undefined;
}

function ipv6Bytes(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [front, back] = halves.map((half, i) => groupBytes(half, i === halves.length - 1));
  if (front === undefined || (halves.length === 2 && back === undefined)) return undefined;
  const given = front.length + (back?.length ?? 0);
  if (halves.length === 1 ? given !== 16 : given > 14) return undefined;
  return Uint8Array.from([...front, ...new Array<number>(16 - given).fill(0), ...(back ?? [])]);
}

/** `last`: an IPv4 address may be at its end. */
function groupBytes(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':').map((group, i, all) => {
    if (last && i === all.length - 1 && group.includes('.')) {
      const bytes = ipv4Bytes(group);
      return bytes && Array.from(bytes);
    }
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    const number = parseInt(group, 16);
    return [number >> 8, number & 0xff];
  });
  return groups.some((group) => group === undefined) ? undefined : groups.flatMap((group) => group ?? []);
}

export interface Prefix {
  readonly address: Uint8Array;
  readonly length: number;
}

/** `10.0.0.0/8`, one address, or `default`. */
export function ipPrefix(text: string, path: string): Prefix {
  if (text === 'default') return { address: new Uint8Array(4), length: 0 };
  const [host = '', bits] = text.split('/');
  const address = ipAddress(host, path);
  const most = address.length * 8;
  if (bits === undefined) return { address, length: most };
  const length = /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity;
  if (length > most) wrong(path, `"${text}" has no prefix length from 0 to ${most}`);
  return { address, length };
}

/** `10.0.0.1:80` or `[::1]:80`. */
export function socketAddress(text: string, path: string): { address: Uint8Array; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? NaN);
  if (match === null || !(port <= 0xffff))
    wrong(
      path,
      `an address with a port was expected, found "${text}"`,
      'Write it as 10.0.0.1:80 or [::1]:80.',
    );
  return { address: ipAddress(match[1] ?? match[2] ?? '', path), port };
}

export function macAddress(text: string, path: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text))
    wrong(path, `an address such as "02:00:00:00:00:01" was expected, found "${text}"`);
  return Uint8Array.from(text.split(':'), (byte) => parseInt(byte, 16));
}
