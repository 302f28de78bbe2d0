import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectOk } from '../base/problem.ts';
import { readObject } from '../object/read-object.ts';
import { clearMap, dumpMap, readMapEntries, storeEntries } from './bpftool-json.ts';
import { mapNamed } from './expectations.ts';
import { prepareObject } from './prepare-scenario.ts';
import { parseScenario } from './scenario.ts';

const file = new URL('../../test/kernel-cases/objects/tail-call.bpf.o', import.meta.url);
const object = expectOk(readObject(new Uint8Array(readFileSync(file)), 'tail-call.bpf.o'));

describe('a PROG_ARRAY in a scenario', () => {
  const prepare = (entries: readonly unknown[]): ReturnType<typeof prepareObject> =>
    prepareObject(
      expectOk(parseScenario({ object: 'tail-call.bpf.o', maps: { programs: entries } })),
      object,
    );

  it('takes programs by their names, besides those of its definition, and gives them back', () => {
    const { machine } = prepare([{ key: 3, value: 'leaf' }]).vm;
    const map = mapNamed(machine, 'programs', '');
    const dumped = [...dumpMap(machine, map)];
    const names = dumped.map(({ formatted }) => formatted);
    expect(names).toContainEqual({ key: 3, value: 'leaf' });
    expect(names).toHaveLength(6);
    clearMap(machine, map);
    expect(map.count()).toBe(0);
    storeEntries(machine, map, readMapEntries(machine, map, dumped, 'programs'));
    expect([...dumpMap(machine, map)]).toEqual(dumped);
  });

  it('says what is no program', () => {
    expect(() => prepare([{ key: 3, value: 'call_leaf' }])).toThrow(/the object has no program call_leaf/);
    expect(() => prepare([{ key: 8, value: 'leaf' }])).toThrow(/returns E2BIG/);
  });
});
