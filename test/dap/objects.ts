import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk } from '../../vm/base/problem.ts';
import { assemble } from '../../vm/isa/assemble.ts';
import { buildElf, type SectionInput, type SymbolInput } from '../../vm/object/testing/build-elf.ts';

/** A folder of small objects made from assembly. */
export class Objects {
  readonly folder = mkdtempSync(join(tmpdir(), 'ebpf-debugger-'));

  /** Path of an object with one XDP program `main`, without debug information. */
  xdp(name: string, assembly: string): string {
    const { code, symbol } = xdpProgram('xdp', 'main', assembly);
    return this.write(name, buildElf([code], [symbol]));
  }

  write(name: string, bytes: Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, bytes);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** The object as if the compiler had written no .BTF.ext: its section has another name, of the same length. */
export function withoutLineTexts(object: Uint8Array): Uint8Array {
  const bytes = Buffer.from(object);
  for (let at = bytes.indexOf('.BTF.ext\0'); at >= 0; at = bytes.indexOf('.BTF.ext\0', at + 1))
    bytes.write('.BTF.not', at);
  return bytes;
}

export function xdpProgram(
  section: string,
  name: string,
  assembly: string,
): { readonly code: SectionInput; readonly symbol: SymbolInput } {
  const bytes = expectOk(assemble(assembly));
  return {
    code: { name: section, bytes, code: true },
    symbol: { name, section, size: bytes.length, type: 'func' },
  };
}
