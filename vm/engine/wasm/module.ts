import { ByteWriter } from './byte-writer.ts';
import type { FunctionBuilder } from './function-builder.ts';
import type { ValueType } from './opcodes.ts';

export interface FunctionImport {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface ModuleParts {
  /** Imported from `host` under their names; they get the function indices from 0. */
  readonly imports: readonly FunctionImport[];
  readonly functions: readonly FunctionBuilder[];
  /** Names of exports and the index of the function among `functions`. */
  readonly exports: Readonly<Record<string, number>>;
}

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const encoder = new TextEncoder();
const magicAndVersion = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
const section = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** The binary of a module that imports the machine's memory as `host.memory` (WebAssembly core specification 5.5). */
export function encodeModule({ imports, functions, exports }: ModuleParts): Uint8Array<ArrayBuffer> {
  const types = new TypeTable();
  const importTypes = imports.map((signature) => types.indexOf(signature));
  const functionTypes = functions.map((signature) => types.indexOf(signature));
  const out = new ByteWriter();
  out.append(magicAndVersion);
  writeSection(out, section.type, types.count, (body) => types.write(body));
  writeSection(out, section.import, 1 + imports.length, (body) => {
    writeName(body, 'host', 'memory');
    // A memory of at least one page; the real maximum is the memory's own.
    body.append(Uint8Array.of(0x02, 0x00, 0x01));
    imports.forEach(({ name }, index) => {
      writeName(body, 'host', name);
      body.byte(0x00);
      body.unsigned(importTypes[index] ?? 0);
    });
  });
  writeSection(out, section.function, functions.length, (body) => {
    for (const type of functionTypes) body.unsigned(type);
  });
  const exported = Object.entries(exports);
  writeSection(out, section.export, exported.length, (body) => {
    for (const [name, index] of exported) {
      writeName(body, name);
      body.byte(0x00);
      body.unsigned(imports.length + index);
    }
  });
  writeSection(out, section.code, functions.length, (body) => {
    for (const builder of functions) body.append(builder.finish());
  });
  return out.finish();
}

class TypeTable {
  readonly #types: Signature[] = [];

  get count(): number {
    return this.#types.length;
  }

  indexOf({ parameters, results }: Signature): number {
    const key = `${parameters.join()}:${results.join()}`;
    const found = this.#types.findIndex((type) => `${type.parameters.join()}:${type.results.join()}` === key);
    return found >= 0 ? found : this.#types.push({ parameters, results }) - 1;
  }

  write(body: ByteWriter): void {
    for (const { parameters, results } of this.#types) {
      body.byte(0x60);
      body.vector(Uint8Array.from(parameters));
      body.vector(Uint8Array.from(results));
    }
  }
}

function writeSection(out: ByteWriter, id: number, count: number, write: (body: ByteWriter) => void): void {
  const body = new ByteWriter();
  body.unsigned(count);
  write(body);
  out.byte(id);
  out.vector(body.finish());
}

function writeName(body: ByteWriter, ...names: readonly string[]): void {
  for (const name of names) body.vector(encoder.encode(name));
}
