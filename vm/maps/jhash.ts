/**
 * Bob Jenkins' lookup3 as the kernel has it in include/linux/jhash.h. The kernel hashes keys whose size is a multiple
 * of 4 as words, others as bytes; on a little-endian machine the two differ in the initial value only.
 */
const initial = 0xdeadbeef;

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** As htab_map_hash of kernel/bpf/hashtab.c for the `size` bytes at `at`. Unsigned 32 bits. */
export function hashKey(view: DataView, at: number, size: number, seed: number): number {
  let a = (initial + size + seed) | 0;
  let b = a;
  let c = a;
  let rest = size;
  while (rest > 12) {
    a = (a + view.getUint32(at, true)) | 0;
    b = (b + view.getUint32(at + 4, true)) | 0;
    c = (c + view.getUint32(at + 8, true)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
    at += 12;
    rest -= 12;
  }
  if (rest === 0) return c >>> 0;
  a = (a + tail(view, at, rest)) | 0;
  if (rest > 4) b = (b + tail(view, at + 4, rest - 4)) | 0;
  if (rest > 8) c = (c + tail(view, at + 8, rest - 8)) | 0;
  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  c = (c ^ b) - rotate(b, 24);
  return c >>> 0;
}

/** Up to 4 bytes, little-endian, zeros above. */
function tail(view: DataView, at: number, rest: number): number {
  if (rest >= 4) return view.getUint32(at, true);
  let word = view.getUint8(at);
  if (rest > 1) word |= view.getUint8(at + 1) << 8;
  if (rest > 2) word |= view.getUint8(at + 2) << 16;
  return word;
}
