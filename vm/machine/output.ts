/** What a program told the outside world; or what a helper has to say to the user about its answer (a note). */
export interface OutputRecord {
  readonly helper: string;
  readonly text: string;
  readonly run: number;
  readonly cycle: number;
  /** Slot of the call. */
  readonly slot: number;
}
