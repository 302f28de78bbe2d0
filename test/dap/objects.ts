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
