import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isJsonObject } from '../../vm/inputs/json.ts';
import { readFields, writeField } from '../../vm/programs/context.ts';
import type { ContextField, ContextValues, ProgramFamily, RunInput } from '../../vm/programs/family.ts';
import type { Answer } from './bpftool.ts';
import type { LoadedObject } from './loaded-object.ts';

/** What BPF_PROG_TEST_RUN gave back. */
export interface KernelRun {
  readonly retval: number | undefined;
  readonly dataOut: Uint8Array | undefined;
  /** Fields by name, in the form of the machine's. */
  readonly ctxOut: ContextValues | undefined;
  /** What bpftool says of a run that the kernel refused. */
  readonly error: string | undefined;
}

/** Types whose test run takes neither a packet nor `repeat`, and gives no context back (net/bpf/test_run.c). */
const bare: ReadonlySet<string> = new Set(['raw_tracepoint', 'raw_tracepoint_writable', 'syscall']);
const defaultPacket = new Uint8Array(64);

/** One run of one program: the command for it, and what it left. */
export class TestRun {
  readonly #loaded: LoadedObject;
  readonly #program: string;
  readonly #family: ProgramFamily;
  readonly #input: RunInput;

  constructor(loaded: LoadedObject, program: string, family: ProgramFamily, input: RunInput) {
    this.#loaded = loaded;
    this.#program = program;
    this.#family = family;
    this.#input = input;
  }

  /** bpftool asks for a context back wherever it gives one, which the kernel refuses for some types. */
  get lacksContext(): boolean {
    return this.#input.ctxIn !== undefined && bare.has(this.#family.name);
  }

  /** Words for bpftool; writes the files that they name. */
  command(): string[] {
    const { ctxIn } = this.#input;
    const words = ['prog', 'run', 'pinned', this.#loaded.programPath(this.#program)];
    const packet = this.#input.dataIn ?? defaultPacket;
    for (const name of ['data_out', 'ctx_out']) rmSync(this.#loaded.file(name), { force: true });
    if (this.#family.takesPacket)
      words.push('data_in', this.#write('data_in', packet), 'data_out', this.#loaded.file('data_out'));
    if (ctxIn !== undefined) {
      const context = this.#write('ctx_in', encodeContext(this.#family, ctxIn, packet.length));
      words.push('ctx_in', context, 'ctx_out', this.#loaded.file('ctx_out'));
    }
    return bare.has(this.#family.name) ? [...words, 'repeat', '0'] : words;
  }

  result(answer: Answer): KernelRun {
    const output = answer.ok && isJsonObject(answer.output) ? answer.output : {};
    const retval = typeof output['retval'] === 'number' ? output['retval'] : undefined;
    const context = this.#read('ctx_out');
    return {
      retval,
      dataOut: this.#read('data_out'),
      ctxOut: context && decodeContext(this.#family, context),
      error: answer.ok ? (retval === undefined ? 'bpftool gave no return value' : undefined) : answer.error,
    };
  }

  #write(name: string, bytes: Uint8Array): string {
    const path = this.#loaded.file(name);
    writeFileSync(path, bytes);
    return path;
  }

  #read(name: string): Uint8Array | undefined {
    const path = this.#loaded.file(name);
    return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
  }
}

function givenFields(family: ProgramFamily): readonly ContextField[] {
  return family.givenContextFields ?? family.contextFields;
}

/** The context as user space lays it out for bpf(). */
function encodeContext(family: ProgramFamily, values: ContextValues, packetLength: number): Uint8Array {
  const named = family.name === 'xdp' ? { data_end: packetLength, ...values } : values;
  const bytes = new Uint8Array(structSize(givenFields(family)));
  const view = new DataView(bytes.buffer);
  for (const field of givenFields(family)) {
    const value = named[field.name];
    if (value === undefined) continue;
    const list = typeof value === 'object' ? value : [value];
    list.forEach((item, i) => writeField(view, 0, field, BigInt(item), i));
  }
  return bytes;
}

function structSize(fields: readonly ContextField[]): number {
  return Math.max(0, ...fields.map(({ offset, size, count }) => offset + size * count));
}

function decodeContext(family: ProgramFamily, bytes: Uint8Array): ContextValues {
  const whole = new Uint8Array(Math.max(bytes.length, structSize(givenFields(family))));
  whole.set(bytes);
  return readFields(new DataView(whole.buffer), 0, givenFields(family));
}
