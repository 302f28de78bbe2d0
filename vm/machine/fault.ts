/**
 * What stops a program that does what it must not: data, found before anything is changed, exact to the
 * instruction. `engine/diagnose.ts` and the helpers make them.
 */
export const faultKinds = [
  'null-pointer',
  'invalid-access',
  'write-forbidden',
  'released-memory',
  'call-depth',
  'invalid-instruction',
  'end-of-code',
  'helper-argument',
  'unsupported-helper',
  'unsupported-kfunc',
  'unsupported-instruction',
  'unsupported-map',
  'refused-by-kernel',
  'deadlock',
  'cycle-limit',
  'out-of-memory',
  'uninitialised-register',
  'uninitialised-stack',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** One line, in the verifier's vocabulary. */
  readonly message: string;
  /** Slot in the linked program (not in its section). */
  readonly slot: number;
  readonly cycle: number;
  readonly access?: FaultAccess;
}

export interface FaultAccess {
  readonly type: 'read' | 'write' | 'call';
  readonly address: bigint;
  readonly size: number;
  /** Register that held the address, where one did. */
  readonly register?: number;
}

/** A fault before the machine adds where and when. */
export type FaultCause = Omit<Fault, 'slot' | 'cycle'>;
