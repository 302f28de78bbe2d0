import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectOk } from '../../vm/base/problem.ts';
import { decode } from '../../vm/isa/decode.ts';
import { stackUse } from '../../vm/machine/stack-use.ts';
import { link } from '../../vm/object/link/link.ts';
import type { LinkedFunction, LinkedProgram } from '../../vm/object/linked-program.ts';
import { readObject } from '../../vm/object/read-object.ts';

/** The stack depth of programs, as the verifier of Linux 6.18 printed it (bpftool -d prog loadall), by object. */
interface Recorded {
  readonly object: string;
  readonly programs: Readonly<Record<string, number>>;
}

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('recorded/stack-depths.txt', import.meta.url), 'utf8');
// The file is ours, written in this form.
const recorded = text
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

/** What the kernel prints holds what it adds once the limit is checked, to count may_goto and for a bpf_loop it inlines. */
function isExtended({ code }: LinkedProgram, { firstSlot, slots }: LinkedFunction): boolean {
  const bpfLoop = 181;
  for (let slot = firstSlot; slot < firstSlot + slots; slot++) {
    const result = decode(code, slot);
    const semantics = result.ok ? result.value.row.semantics : undefined;
    if (semantics?.kind === 'may_goto') return true;
    const isHelper = semantics?.kind === 'call' && semantics.target === 'helper';
    if (result.ok && isHelper && result.value.imm === bpfLoop) return true;
  }
  return false;
}

test.each(recorded)('the stack that the programs of $object use', ({ object, programs }) => {
  const program = expectOk(link(expectOk(readObject(readFileSync(new URL(object, root)), object))));
  for (const [name, depth] of Object.entries(programs)) {
    const own = program.functions.find((each) => each.name === name)!;
    const used = stackUse(program.code, own);
    if (isExtended(program, own)) expect(used, name).toBeLessThanOrEqual(Math.ceil(depth / 16) * 16);
    else expect(used, name).toBe(Math.ceil(depth / 16) * 16);
  }
});
