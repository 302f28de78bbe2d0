/** What a program told the outside world; or what a helper has to say to the user about its answer (a note). */
export interface OutputRecord {
  readonly helper: string;
  readonly text: string;
  /** The map that the record went to. */
  readonly map?: string;
  /** The record itself; `text` is what it says. */
  readonly data?: Uint8Array;
  /** Negative errno: the record did not get there. */
  readonly error?: number;
  readonly run: number;
  readonly cycle: number;
  /** Slot of the call. */
  readonly slot: number;
}
