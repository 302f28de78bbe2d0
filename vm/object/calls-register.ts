import { decode } from '../isa/decode.ts';

/** Whether code has calls through registers (callx), as clang makes them at -O0; the verifier knows no such instruction. */
export function callsRegister(code: Uint8Array): boolean {
  for (let slot = 0; slot < code.length / 8;) {
    const result = decode(code, slot);
    if (result.ok) {
      const { semantics } = result.value.row;
      if (semantics.kind === 'call' && semantics.target === 'register') return true;
    }
    slot += result.ok ? result.value.slots : 1;
  }
  return false;
}
