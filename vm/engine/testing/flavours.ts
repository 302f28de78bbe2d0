import type { EngineOptions } from '../engine.ts';

/** One way the engine can run a program; all of them must leave what the interpreter alone leaves. */
export interface Flavour {
  readonly name: string;
  /** Of the engine under test. */
  readonly options: EngineOptions;
  /** Of both engines: what changes results. */
  readonly common: EngineOptions;
  readonly breakpoints: boolean;
  readonly watches: boolean;
}

interface Choice {
  readonly name: string;
  readonly options?: EngineOptions;
  readonly common?: EngineOptions;
  readonly breakpoints?: boolean;
  readonly watches?: boolean;
}

/** Each row is one thing that engines do in several ways; flavours are all combinations. */
const choices: readonly (readonly Choice[])[] = [
  [
    { name: 'elide', options: { elide: true } },
    { name: 'check', options: { elide: false } },
  ],
  [{ name: 'plain' }, { name: 'breakpoints', breakpoints: true }],
  [{ name: 'unwatched' }, { name: 'watches', watches: true }],
  [{ name: 'whole' }, { name: 'chunks', options: { chunkBlocks: 3 } }],
  [
    { name: 'always', options: { smallestRun: 1 } },
    { name: 'long runs', options: { smallestRun: 200 } },
  ],
];

/** Strict machines compile nothing: what is compared is long runs with short ones. */
const strictChoices: readonly (readonly Choice[])[] = [
  [{ name: 'strict', common: { strict: true } }],
  [{ name: 'plain' }, { name: 'breakpoints', breakpoints: true }],
  [{ name: 'unwatched' }, { name: 'watches', watches: true }],
];

export const flavours: readonly Flavour[] = [...combined(choices), ...combined(strictChoices)];

function combined(rows: readonly (readonly Choice[])[]): Flavour[] {
  return rows
    .reduce<readonly (readonly Choice[])[]>(
      (combinations, row) => combinations.flatMap((some) => row.map((choice) => [...some, choice])),
      [[]],
    )
    .map((combination) => ({
      name: combination.map(({ name }) => name).join(', '),
      options: merged(combination.map(({ options }) => options)),
      common: merged(combination.map(({ common }) => common)),
      breakpoints: combination.some(({ breakpoints }) => breakpoints === true),
      watches: combination.some(({ watches }) => watches === true),
    }));
}

function merged(options: readonly (EngineOptions | undefined)[]): EngineOptions {
  return Object.assign({}, ...options) as EngineOptions; // Object.assign of many is untyped
}
