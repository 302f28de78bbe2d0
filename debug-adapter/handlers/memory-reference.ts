import { raise } from '../../vm/base/problem.ts';

/** The one spelling of an address: clients compare memory references as text. */
export function memoryReference(address: bigint): string {
  return `0x${address.toString(16)}`;
}

/** The address a reference means, moved by `offset` bytes; raises `bad-reference`. */
export function addressOf(reference: string, offset = 0): bigint {
  if (!/^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(reference))
    raise('bad-reference', `'${reference}' is no memory reference: an address is expected, 0x… or decimal`);
  const address = BigInt(reference) + BigInt(offset);
  if (address < 0n || address >= 1n << 64n)
    raise('bad-reference', `${reference} moved by ${offset} bytes is no address`);
  return address;
}
