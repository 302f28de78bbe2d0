import { raise } from '../../vm/base/problem.ts';

/** Without Buffer, which browsers do not have. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Raises `bad-arguments`. */
export function fromBase64(text: string): Uint8Array {
  if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    raise('bad-arguments', 'data is not base64');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
