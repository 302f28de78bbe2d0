/** Small copies by words: calling into the engine's own copy costs more than most keys and values are long. */
const smallest = 64;

export function copyBytes(view: DataView, bytes: Uint8Array, to: number, from: number, size: number): void {
  if (size > smallest || (from < to && to < from + size)) {
    bytes.copyWithin(to, from, from + size);
    return;
  }
  let at = 0;
  for (; at + 4 <= size; at += 4) view.setUint32(to + at, view.getUint32(from + at, true), true);
  for (; at < size; at++) view.setUint8(to + at, view.getUint8(from + at));
}

/** Compares bytes of two views, which may be the same. */
export function sameBytes(a: DataView, atA: number, b: DataView, atB: number, size: number): boolean {
  let at = 0;
  for (; at + 4 <= size; at += 4) {
    if (a.getUint32(atA + at, true) !== b.getUint32(atB + at, true)) return false;
  }
  for (; at < size; at++) {
    if (a.getUint8(atA + at) !== b.getUint8(atB + at)) return false;
  }
  return true;
}
