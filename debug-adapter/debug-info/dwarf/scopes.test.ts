import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readObject } from '../../../vm/object/read-object.ts';
import type { DebugInfo, DebugScope } from '../debug-info.ts';
import { buildUnits, die, type AttributeSpec, type DieSpec } from '../testing/build-dwarf.ts';
import { debugObject } from '../testing/debug-object.ts';
import { DW_AT, DW_FORM, DW_TAG } from './constants.ts';
import { readDebugInfo } from './read-debug-info.ts';
import { sectionSpan } from './sections.ts';

/** Scopes and variables, indented; what is known of a variable's place behind it. */
function outline(scope: DebugScope, indent = ''): string[] {
  const { kind, name, call, variables, children } = scope;
  const from = call === undefined ? '' : ` from column ${call.column}`;
  return [
    `${indent}${kind} ${name}${from}`.trimEnd(),
    ...variables.map(
      (variable) =>
        `${indent}  ${variable.kind} ${variable.type.declare(variable.name)}: ${variable.location.kind}`,
    ),
    ...children.flatMap((child) => outline(child, `${indent}  `)),
  ];
}

function fileInfo(name: string): DebugInfo {
  const object = readObject(new Uint8Array(readFileSync(new URL(`testdata/${name}`, import.meta.url))), name);
  const info = object.ok ? readDebugInfo(object.value) : undefined;
  if (info === undefined) throw new Error(`${name} has no DWARF`);
  return info;
}

const functionNamed = (info: DebugInfo, name: string): DebugInfo['functions'][number] => {
  const found = info.functions.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

const receive = `
function receive
  parameter struct xdp_md *ctx: list
  variable address from: list
  variable u32 seed: list
  variable u32 hash: list
  block
    variable address again: list
    inlined hash_of from column 11
      parameter const address *from: none
      parameter u32 seed: none
      variable u32 hash: list
      block
        variable int i: list
        inlined mix from column 10
          parameter u32 hash: list
          parameter u8 byte: list
  inlined hash_of from column 13
    parameter const address *from: none
    parameter u32 seed: constant
    variable u32 hash: list
    block
      variable int i: constant
      inlined mix from column 10
        parameter u32 hash: list
        parameter u8 byte: list`;

describe('what compilers write', () => {
  test.each(['clang19.bpf.o', 'dwarf4.bpf.o'])('%s', (name) => {
    const info = fileInfo(name);
    expect(`\n${outline(functionNamed(info, 'receive')).join('\n')}`).toBe(receive);
  });

  test.each([
    ['clang14.bpf.o', false],
    ['clang16.bpf.o', true],
    ['clang19.bpf.o', true],
  ])('%s marks functions whose signature it changed: %s', (name, marked) => {
    const info = fileInfo(name);
    expect(functionNamed(info, 'count').changedSignature).toBe(marked);
    expect(functionNamed(info, 'receive').changedSignature).toBe(false);
  });

  test('functions say what compiled them', () => {
    const { producer, language, external, frameBase } = functionNamed(fileInfo('clang19.bpf.o'), 'receive');
    expect([producer.includes('clang version 19'), language, external]).toEqual([true, 'c', true]);
    expect(frameBase).toEqual(Uint8Array.of(0x5a));
    expect(functionNamed(fileInfo('gcc.bpf.o'), 'count')).toMatchObject({ language: 'c', external: false });
    expect(fileInfo('rust.bpf.o').functions.map(({ name, language }) => [name, language])).toEqual([
      ['shapes::rules::classify', 'rust'],
      ['receive', 'rust'],
    ]);
  });

  test('static variables of functions are variables of their scope and globals', () => {
    const info = fileInfo('gcc.bpf.o');
    expect(outline(functionNamed(info, 'count'))).toContain('  variable u32 calls: expression');
    expect(info.globals.map(({ name }) => name).sort()).toEqual([
      'LICENSE',
      'calls',
      'limit',
      'seen',
      'shapes',
      'total',
    ]);
  });
});

const base = sectionSpan;
const named = (name: string): AttributeSpec => [DW_AT.name, DW_FORM.string, name];
const code = (low: number, size: number): AttributeSpec[] => [
  [DW_AT.low_pc, DW_FORM.addr, base + low],
  [DW_AT.high_pc, DW_FORM.udata, size],
];
const origin = (target: DieSpec): AttributeSpec => [DW_AT.abstract_origin, DW_FORM.ref4, target];
const inRegister: AttributeSpec = [DW_AT.location, DW_FORM.exprloc, Uint8Array.of(0x51)];

function built(...children: DieSpec[]): DebugInfo {
  const root = die(DW_TAG.compile_unit, [], children);
  const info = readDebugInfo(debugObject(buildUnits([{ version: 5, root }])));
  if (info === undefined) throw new Error('there is .debug_info');
  return info;
}

describe('what stands in entries', () => {
  test('a block that says nothing about its code is none', () => {
    const inner = die(DW_TAG.lexical_block, [], [die(DW_TAG.variable, [named('x'), inRegister])]);
    const gone = die(DW_TAG.lexical_block, code(8, 0), [die(DW_TAG.variable, [named('y')])]);
    const info = built(
      die(
        DW_TAG.subprogram,
        [named('f'), ...code(0, 64)],
        [die(DW_TAG.lexical_block, [], [inner]), gone, die(DW_TAG.variable, [named('z')])],
      ),
    );
    const [scope] = info.functions;
    expect(outline(scope!)).toEqual([
      'function f',
      '  variable void x: expression',
      '  variable void z: none',
      '  block',
      '    variable void y: none',
    ]);
    expect(scope?.children[0]?.ranges).toEqual([]);
  });

  test('a copy has the variables that only its origin has, in the order of the origin', () => {
    const first = die(DW_TAG.formal_parameter, [named('first')]);
    const second = die(DW_TAG.formal_parameter, [named('second')]);
    const fixed = die(DW_TAG.variable, [
      named('calls'),
      [DW_AT.location, DW_FORM.exprloc, Uint8Array.of(3, 8, 0, 0, 0, 2, 0, 0, 0)],
    ]);
    const nested = die(DW_TAG.variable, [named('nested')]);
    const lost = die(DW_TAG.variable, [named('lost')]);
    const abstract = die(DW_TAG.subprogram, [named('f')], [first, second, fixed, nested, lost]);
    const copies = [
      die(DW_TAG.formal_parameter, [origin(second), inRegister]),
      die(DW_TAG.lexical_block, code(8, 8), [die(DW_TAG.variable, [origin(nested), inRegister])]),
    ];
    const info = built(
      abstract,
      die(
        DW_TAG.subprogram,
        [named('caller'), ...code(0, 64)],
        [die(DW_TAG.inlined_subroutine, [origin(abstract), ...code(0, 32)], copies)],
      ),
    );
    expect(outline(info.functions[0]!)).toEqual([
      'function caller',
      '  inlined f',
      '    parameter void first: none',
      '    parameter void second: expression',
      '    variable void calls: expression',
      '    variable void lost: none',
      '    block',
      '      variable void nested: expression',
    ]);
    expect(info.globals.map(({ name }) => name)).toEqual(['calls']);
    expect(info.functions[0]?.children[0]?.call).toBeUndefined();
  });

  test('a definition has the name of its declaration, with its namespaces', () => {
    const declaration = die(DW_TAG.subprogram, [named('run'), [DW_AT.linkage_name, DW_FORM.string, '_R']]);
    const space = die(
      DW_TAG.namespace,
      [named('outer')],
      [die(DW_TAG.structure_type, [named('Rule')], [declaration])],
    );
    const definition = die(DW_TAG.subprogram, [
      [DW_AT.specification, DW_FORM.ref4, declaration],
      ...code(0, 8),
    ]);
    expect(built(space, definition).functions.map(({ name }) => name)).toEqual(['outer::Rule::run']);
  });

  test('origins in a circle end', () => {
    const info = built(die(DW_TAG.subprogram, [[DW_AT.abstract_origin, DW_FORM.ref1, 12], ...code(0, 8)]));
    expect(info.functions.map(({ name }) => name)).toEqual(['']);
  });

  test('an address belongs to the function that has code there', () => {
    const info = built(
      die(DW_TAG.subprogram, [named('g'), ...code(32, 16)]),
      die(DW_TAG.subprogram, [named('f'), ...code(0, 16)]),
      die(DW_TAG.subprogram, [named('declared')]),
    );
    const at = (offset: number): string | undefined => info.functionAt(base + offset)?.name;
    expect([-8, 0, 8, 16, 24, 32, 40, 48].map(at)).toEqual([
      undefined,
      'f',
      'f',
      undefined,
      undefined,
      'g',
      'g',
      undefined,
    ]);
  });
});
