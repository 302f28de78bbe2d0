import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readObject } from '../../../vm/object/read-object.ts';
import type { ProgramObject } from '../../../vm/object/program-object.ts';
import { activeVariant, sizeOf, spell, visibleMembers, type CType } from '../c-type.ts';
import type { DebugInfo, DebugScope, DebugVariable } from '../debug-info.ts';
import { DW_OP } from './constants.ts';
import { readDebugInfo } from './read-debug-info.ts';

/** Asks for everything, and says what of it is against the contract. */
class Visitor {
  readonly broken: string[] = [];
  readonly #types = new Set<CType>();

  visit(info: DebugInfo): void {
    info.globals.forEach((variable) => this.#variable(variable));
    info.functions.forEach((scope) => this.#scope(scope));
    const { rows } = info.lines;
    this.#check(
      'rows ascend',
      rows.every(({ address }, i) => address >= (rows[i - 1]?.address ?? 0)),
    );
    info.lines.checksum('shapes.bpf.c');
    for (const name of ['shapes', 'node', 'u32', 'Verdict'])
      this.#type(info.types.named(name, ['struct', 'union', 'enum', 'typedef', 'basic']));
    this.#type(info.types.enumerator('CREDIT')?.type);
  }

  #check(what: string, holds: boolean): void {
    if (!holds) this.broken.push(what);
  }

  #scope(scope: DebugScope): void {
    this.#check('call', scope.call?.line !== 0);
    this.#check('declaration', scope.declaration?.line !== 0);
    this.#check(
      'ranges',
      scope.ranges.every(({ low, high }) => low < high),
    );
    scope.variables.forEach((variable) => this.#variable(variable));
    scope.children.forEach((child) => this.#scope(child));
  }

  #variable({ name, declaration, type, location }: DebugVariable): void {
    this.#check('name', typeof name === 'string');
    this.#check('declaration', declaration?.line !== 0);
    this.#type(type);
    if (location.kind === 'expression' && location.expression.bytes[0] === DW_OP.addrx)
      location.expression.addressAt(0);
    if (location.kind === 'list')
      this.#check(
        'list',
        location.entries.every(({ low, high }) => low < high),
      );
  }

  #type(type: CType | undefined): void {
    if (type === undefined || this.#types.has(type)) return;
    this.#types.add(type);
    spell(type);
    sizeOf(type);
    if (type.kind === 'pointer') this.#type(type.target());
    if (type.kind === 'array') this.#type(type.element);
    if (type.kind !== 'struct') return;
    for (const member of visibleMembers(type)) this.#type(member.type);
    const variants = type.variants?.();
    if (variants !== undefined) activeVariant(variants, 0n);
  }
}

/** A small generator of its own, so that a failure can be had again (Park and Miller). */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48271) % 0x7fffffff;
    return state % limit;
  };
}

function damaged(
  object: ProgramObject,
  chosen: number,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array,
): ProgramObject {
  const debugSections = object.debugSections.map((section, i) =>
    i === chosen ? { ...section, bytes: change(section.bytes.slice()) } : section,
  );
  return { ...object, debugSections };
}

const names = ['clang19.bpf.o', 'clang19-O0.bpf.o', 'dwarf4.bpf.o', 'gcc.bpf.o', 'rust.bpf.o'];

describe.each(names)('damaged %s', (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(`testdata/${name}`, import.meta.url)));
  const read = readObject(bytes, name);
  if (!read.ok) throw new Error(read.problem.message);
  const object = read.value;
  const use = (damagedObject: ProgramObject): DebugInfo => {
    const info = readDebugInfo(damagedObject);
    if (info === undefined) throw new Error('there is .debug_info');
    const visitor = new Visitor();
    visitor.visit(info);
    expect(visitor.broken).toEqual([]);
    return info;
  };

  test('whole', () => expect(use(object).warnings).toEqual([]));

  test('with bytes changed', () => {
    const random = generator(13);
    let warned = 0;
    for (let round = 0; round < 70; round++) {
      const chosen = random(object.debugSections.length);
      const copy = damaged(object, chosen, (section) => {
        for (let i = 0; i <= random(3); i++)
          section[random(section.length)] = random(4) === 0 ? 0xff : random(256);
        return section;
      });
      if (use(copy).warnings.length > 0) warned++;
    }
    expect(warned).toBeGreaterThan(0);
  });

  test('with sections cut', () => {
    const random = generator(17);
    for (let round = 0; round < 20; round++) {
      const chosen = round % object.debugSections.length;
      use(damaged(object, chosen, (section) => section.subarray(0, random(section.length))));
    }
  });
});
