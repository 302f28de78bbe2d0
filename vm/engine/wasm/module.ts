import { ByteWriter } from './byte-writer.ts';
import { tableType, type FunctionBuilder } from './function-builder.ts';
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
  /** Indices among `functions` of table 0, for `callIndirect`; all of one signature, which becomes `tableType`. */
  readonly table?: readonly number[];
}

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const encoder = new TextEncoder();
const magicAndVersion = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
const section = { type: 1, import: 2, function: 3, table: 4, export: 7, element: 9, code: 10 } as const;
const funcref = 0x70;

/** The binary of a module that imports the machine's memory as `host.memory` (WebAssembly core specification 5.5). */
export function encodeModule({
  imports,
  functions,
  exports,
  table = [],
}: ModuleParts): Uint8Array<ArrayBuffer> {
  const types = new TypeTable();
  for (const index of table) {
    const entry = functions[index];
    if (entry === undefined || types.indexOf(entry) !== tableType) throw new Error('the table is mixed');
  }
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
  if (table.length > 0) {
    writeSection(out, section.table, 1, (body) => {
      // Limits with a maximum: as many as there are.
      body.append(Uint8Array.of(funcref, 0x01));
      body.unsigned(table.length);
      body.unsigned(table.length);
    });
  }
  const exported = Object.entries(exports);
  writeSection(out, section.export, exported.length, (body) => {
    for (const [name, index] of exported) {
      writeName(body, name);
      body.byte(0x00);
      body.unsigned(imports.length + index);
    }
  });
  if (table.length > 0) {
    writeSection(out, section.element, 1, (body) => {
      // Form 0: into table 0 from i32.const 0.
      body.append(Uint8Array.of(0x00, 0x41, 0x00, 0x0b));
      body.unsigned(table.length);
      for (const index of table) body.unsigned(imports.length + index);
    });
  }
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
