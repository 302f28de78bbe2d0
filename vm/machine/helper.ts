import type { Machine } from './machine.ts';

/** How the engine goes on after a helper call or the exit of a callback. */
export const outcome = {
  /** r0 is set; go on with the next instruction. */
  next: 0,
  /** Frames or ip have changed: go on at state.ip. */
  reload: 1,
  /** machine.fault is set; nothing else has changed. */
  fault: 2,
  /** Only of instructions the host performs: go on as an exit instruction would here. */
  exit: 3,
} as const;
export type Outcome = (typeof outcome)[keyof typeof outcome];

/** One helper: reads its arguments from r1 to r5 of the machine, writes r0. r1 to r5 stay as they are. */
export interface Helper {
  readonly id: number;
  /** `bpf_map_lookup_elem` */
  readonly name: string;
  readonly call: (machine: Machine) => Outcome;
  /** What its answer rests on besides the machine; left out where it is exact. */
  readonly answer?: 'environment';
  /** The call may go on elsewhere than behind itself. So do those that run callbacks, without this. */
  readonly movesControl?: boolean;
  /** Helpers that run callbacks: what happens when one returns. */
  readonly callback?: CallbackDriver;
}

/** A kernel function that programs call by name; arguments and answer as of helpers. */
export interface Kfunc {
  readonly name: string;
  readonly call: (machine: Machine) => Outcome;
  readonly answer?: 'environment';
  /** Names of the program types that may call it, as Machine.programType; left out: all. */
  readonly types?: readonly string[];
  /** Those that run callbacks: what happens when one returns, and what frames of callbacks have as their helper. */
  readonly callback?: CallbackDriver & { readonly id: number };
}

export interface CallbackDriver {
  /** How many of r1 to r5 a callback gets. */
  readonly parameters: number;
  /**
   * The innermost frame is a callback of this helper and executes `exit` with r0 set: checks r0, then moves to the
   * next callback or pops the frame and returns to the caller. Belongs to the cycle of the exit.
   */
  onReturn(machine: Machine): Outcome;
}

export interface HelperTable {
  /** Implemented helpers by id. */
  readonly helpers: ReadonlyMap<number, Helper>;
  /** Implemented kernel functions by name. */
  readonly kfuncs?: ReadonlyMap<string, Kfunc>;
  /** Name of every helper of the kernel's UAPI, implemented or not. */
  nameOf(id: number): string | undefined;
}

/** What runs callbacks: a helper by its number, or a kfunc by the id of its callbacks. */
export function callbackCaller({ helpers, kfuncs }: HelperTable, id: number): Helper | Kfunc | undefined {
  const helper = helpers.get(id);
  if (helper !== undefined || kfuncs === undefined) return helper;
  for (const kfunc of kfuncs.values()) if (kfunc.callback?.id === id) return kfunc;
  return undefined;
}

/** The name of what runs callbacks: `bpf_loop`. */
export function callbackCallerName(table: HelperTable, id: number): string {
  return callbackCaller(table, id)?.name ?? table.nameOf(id) ?? `helper ${id}`;
}
