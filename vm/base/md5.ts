/** MD5 (RFC 1321), by which DWARF 5 knows source files. */

const shifts = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;
/** floor(2³² × |sin(i + 1)|). */
const sines = Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))));
const blockSize = 64;

export function md5(bytes: Uint8Array): Uint8Array {
  const view = padded(bytes);
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let at = 0; at < view.byteLength; at += blockSize) addBlock(state, view, at);
  const digest = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => digest.setUint32(4 * i, word, true));
  return new Uint8Array(digest.buffer);
}

/** The message, a bit, zeros, and its length in bits. */
function padded(bytes: Uint8Array): DataView {
  const size = Math.ceil((bytes.length + 9) / blockSize) * blockSize;
  const all = new Uint8Array(size);
  all.set(bytes);
  all[bytes.length] = 0x80;
  const view = new DataView(all.buffer);
  view.setBigUint64(size - 8, BigInt(bytes.length) * 8n, true);
  return view;
}

function addBlock(state: Uint32Array, view: DataView, at: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const word = view.getUint32(at + 4 * wordIndex(round, i), true);
    const sum = (a + mix(round, b, c, d) + (sines[i] ?? 0) + word) | 0;
    const shift = shifts[round]?.[i & 3] ?? 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  [a, b, c, d].forEach((word, i) => (state[i] = (state[i] ?? 0) + word));
}

function mix(round: number, b: number, c: number, d: number): number {
  switch (round) {
    case 0:
      return (b & c) | (~b & d);
    case 1:
      return (b & d) | (c & ~d);
    case 2:
      return b ^ c ^ d;
    default:
      return c ^ (b | ~d);
  }
}

function wordIndex(round: number, i: number): number {
  const [factor, first] = (
    [
      [1, 0],
      [5, 1],
      [3, 5],
      [7, 0],
    ] as const
  )[round] ?? [1, 0];
  return (factor * i + first) % 16;
}
