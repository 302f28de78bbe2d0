import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeInteger } from '../../vm/base/bytes.ts';
import { StoppedProgram } from '../debugger/inspection/testing.ts';
import { Completer } from './completion.ts';

function inCallback(): StoppedProgram {
  const object = new Uint8Array(readFileSync(new URL('../../examples/count.bpf.o', import.meta.url)));
  const program = new StoppedProgram(
    object,
    ({ machine }) => {
      const value = new Uint8Array(16).fill(1);
      machine.maps[0]!.userUpdate(writeInteger(6n, 4), [value]);
    },
    { dataIn: new Uint8Array(60).fill(8, 12, 13) },
  );
  program.runTo('sum');
  return program;
}

describe('completions', () => {
  const program = inCallback();
  const completer = new Completer(program.inspector.target, program.evaluator);
  const labels = (text: string): readonly string[] =>
    completer.complete(text, program.frame()).map(({ label }) => label);

  test.each([
    ['cou', ['counts', 'count_packet', 'count_packets']],
    ['1 + thr', ['threshold']],
    ['val', ['value']],
    ['value->', ['packets', 'bytes']],
    ['value->p', ['packets']],
    ['value.', ['packets', 'bytes']],
    ['(*value).b', ['bytes']],
    ['counts[6].', ['packets', 'bytes']],
    ['counts[99].', ['packets', 'bytes']],
    ['counts[*key + (1)].pa', ['packets']],
    ['1 + ctx->m', ['most']],
    ['((struct totals *)0)->bu', ['busiest']],
    ['((struct totals *)r1)[3].bu', ['busiest']],
    ['$tr', ['$traversal']],
    ['$traversal.in', ['index']],
    ['$traversal.value->', ['packets', 'bytes']],
    ['$ctx->data_', ['data_end', 'data_meta']],
    ['count_packets.', ['____fmt']],
    ['struct tot', ['totals']],
    ['(struct count *)val', ['value']],
    ['(__u3', ['__u32']],
    ['(struct cou', ['count']],
    ['value,', ['x', 'd', 'u', 'o', 'b', 'c', 's', 'ip', 'mac', 'xb', 'hex-bytes']],
    ['value,4,', ['x', 'd', 'u', 'o', 'b', 'c', 's', 'ip', 'mac', 'xb', 'hex-bytes']],
    ['VAL', ['value']],
  ])('%s', (text, expected) => {
    const found = labels(text);
    expect(found.filter((label) => expected.includes(label))).toEqual(expected);
    if (/[.>,]\w*$|^struct/.test(text)) expect(found).toEqual(expected);
  });

  test.each([
    'nothing->',
    'threshold.',
    'counts.',
    '12',
    '"abc',
    '1 2',
    'value->packets.',
    '@',
    'value value',
  ])('none after %s', (text) => expect(labels(text)).toEqual([]));

  test('replace the word that is begun', () => {
    const [packets] = completer.complete('1 + value->pac', program.frame());
    expect(packets).toEqual({ label: 'packets', kind: 'field', detail: '__u64', start: 11, length: 3 });
    const traversal = completer.complete('$', program.frame()).find(({ label }) => label === '$traversal');
    expect(traversal).toMatchObject({ start: 0, length: 1 });
  });

  test('offer types first in parentheses, and no type twice', () => {
    const found = labels('(');
    expect(found.slice(0, 50)).toContain('__u32');
    expect(found).toContain('struct count');
    expect(new Set(found).size).toBe(found.length);
  });

  test('names of a frame are those that can be evaluated there', () => {
    for (const label of labels('').filter((name) => !name.startsWith('$')))
      expect(program.evaluate(label)).not.toMatch(/nothing here is called/);
    for (const label of labels('$')) expect(program.evaluate(label)).not.toMatch(/^!/);
  });
});
