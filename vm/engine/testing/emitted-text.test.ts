import { describe, expect, test } from 'vitest';
import wabt from 'wabt';
import { bareMachine } from '../testing.ts';
import { findBlocks } from '../compiler/blocks.ts';
import type { CompileOptions } from '../compiler/chunk-writer.ts';
import { buildProgramModule, shapeProgram } from '../compiler/module.ts';
import { buildInterpreterModule } from '../interpreter/module.ts';
import { frames, watchTable } from '../../machine/layout.ts';

/** What the encoder writes, read by another implementation than the one that runs it. */

const tools = await wabt();

/** Of WebAssembly beyond its first version, this and nothing else. */
const features: Parameters<typeof tools.readWasm>[1] = {
  sign_extension: true,
  exceptions: false,
  mutable_globals: false,
  sat_float_to_int: false,
  simd: false,
  threads: false,
  function_references: false,
  multi_value: false,
  tail_call: false,
  bulk_memory: false,
  reference_types: false,
  annotations: false,
  gc: false,
  memory64: false,
  extended_const: false,
  relaxed_simd: false,
};

function textOf(bytes: Uint8Array): string {
  const module = tools.readWasm(bytes, features);
  try {
    module.validate();
    module.generateNames();
    module.applyNames();
    return module.toText({ foldExprs: true, inlineExport: true });
  } finally {
    module.destroy();
  }
}

function compiled(source: string, options: CompileOptions): Uint8Array {
  const { machine } = bareMachine(source);
  const shape = shapeProgram(findBlocks(machine));
  return buildProgramModule(machine, shape, { entries: 0x100000, flags: 0x200000 }, options);
}

const everything = `r6 = r1
  r1 = 5
  loop: r2 = *(u8 *)(r6 + 0)
  *(u64 *)(r10 - 8) = r2
  r2 = (s8) r2
  r2 = bswap16 r2
  r3 = r2
  r3 s/= 3
  lock *(u64 *)(r10 - 8) += r3
  call 5
  call sub
  r1 += -1
  if r1 s> 0 goto loop
  exit
  sub: r0 = 1
  exit`;

describe('WebAssembly of the first version with sign extension', () => {
  test.each([true, false])('the interpreter, watch %s', (watch) => {
    expect(textOf(buildInterpreterModule({ watch, strict: false }))).toContain('br_table');
  });

  for (const elide of [true, false]) {
    for (const breakpoints of [true, false]) {
      for (const watch of [true, false]) {
        test(`compiled code: elide ${elide}, breakpoints ${breakpoints}, watch ${watch}`, () => {
          expect(
            textOf(compiled(everything, { elide, breakpoints: new Set(breakpoints ? [0] : []), watch })),
          ).toContain('call_indirect');
        });
      }
    }
  }
});

describe('what is not watched costs nothing', () => {
  /** Whether the code reads the table of watched ranges. */
  function readsTable(text: string): boolean {
    return [...text.matchAll(/offset=(\d+)/g)].some(
      ([, offset]) => Number(offset) >= watchTable && Number(offset) < frames,
    );
  }

  test.each([false, true])('in the interpreter, strict %s', (strict) => {
    expect(readsTable(textOf(buildInterpreterModule({ watch: false, strict })))).toBe(false);
    expect(readsTable(textOf(buildInterpreterModule({ watch: true, strict })))).toBe(true);
  });

  test('in compiled code', () => {
    for (const breakpoints of [true, false]) {
      const options = { elide: true, breakpoints: new Set(breakpoints ? [0] : []) };
      const plain = compiled(everything, options);
      expect(plain).toEqual(compiled(everything, { ...options, watch: false }));
      expect(readsTable(textOf(plain))).toBe(false);
      expect(readsTable(textOf(compiled(everything, { ...options, watch: true })))).toBe(true);
    }
  });
});

// After a change to the compiler: npx vitest run -u vm/engine/testing
test('a loop that sums the bytes of a buffer, for people to read', async () => {
  const source = `r0 = 0
    r2 = 16
    loop: r3 = *(u8 *)(r1 + 0)
    r0 += r3
    r1 += 1
    r2 += -1
    if r2 != 0 goto loop
    exit`;
  await expect(textOf(compiled(source, { elide: true, breakpoints: new Set<number>() }))).toMatchFileSnapshot(
    'emitted-loop.wat',
  );
});
