/** Requests of this debugger beside those of DAP: the extension sends them as custom requests. */
export interface CustomRequests {
  /** Runs until the frame that called the helper of the innermost callback is innermost again, through breakpoints. */
  'bpf/runToCaller': [{ readonly threadId: number }, undefined];
  /** After the end of a run: lets nanoseconds pass and runs what comes due, as `continue` runs. */
  'bpf/advanceTime': [{ readonly threadId: number; readonly nanoseconds: string }, undefined];
  /** The listing of the loaded program: see listing/. */
  'bpf/listing': [Record<string, never> | undefined, ListingBody];
  /** Shows integers in hexadecimal or not; without `hex` the other way than now. */
  'bpf/toggleHex': [{ readonly hex?: boolean } | undefined, { readonly hex: boolean }];
}

/** The whole program as text, and which line shows which instruction. */
export interface ListingBody {
  /** URI of the document, as frames and breakpoints name it. */
  readonly uri: string;
  readonly text: string;
  /** By line, counted from 0: address of the instruction (`0x…`), null for lines that show none. */
  readonly lines: readonly (string | null)[];
}
