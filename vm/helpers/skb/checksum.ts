/**
 * The Internet checksum as the kernel calculates it (include/net/checksum.h, lib/checksum.c): ones' complement sums of
 * 32 bits over little-endian words, which are 0 only where everything that went into them was 0.
 */

const allOnes = 0xffffffff;

/** csum_add. */
export function sumOf(a: number, b: number): number {
  const sum = a + b;
  return sum > allOnes ? sum - allOnes : sum;
}

/** csum_sub. */
export function difference(a: number, b: number): number {
  return sumOf(a, complement(b));
}

/** ~ of 32 bits. */
export function complement(a: number): number {
  return ~a >>> 0;
}

/** csum_partial: `seed` and all bytes, a last partial word filled up with zeros. */
export function sumOfBytes(view: DataView, from: number, size: number, seed: number): number {
  let sum = seed;
  let at = from;
  for (const end = from + (size & ~3); at < end; at += 4) sum = sumOf(sum, view.getUint32(at, true));
  let last = 0;
  for (let i = 0; i < (size & 3); i++) last |= view.getUint8(at + i) << (8 * i);
  return sumOf(sum, last);
}

/** csum_from32to16. */
export function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

/** csum_replace_by_diff: a checksum as it stands in a header, after a change by the sum `diff`. */
export function changedBySum(check: number, diff: number): number {
  return ~folded(sumOf(diff, complement(check))) & 0xffff;
}

/** csum_replace4. */
export function changedByWord(check: number, from: number, to: number): number {
  return ~folded(sumOf(difference(complement(check), from), to)) & 0xffff;
}

/** csum_replace2. */
export function changedByHalf(check: number, from: number, to: number): number {
  return ~sumOf16(sumOf16(~check & 0xffff, ~from & 0xffff), to) & 0xffff;
}

/** csum16_add. */
export function sumOf16(a: number, b: number): number {
  const sum = a + b;
  return sum > 0xffff ? sum - 0xffff : sum;
}
