/** What a program told the outside world: bpf_trace_printk now, ring buffers and perf events later. */
export interface OutputRecord {
  readonly helper: string;
  readonly text: string;
  readonly run: number;
  readonly cycle: number;
  /** Slot of the call. */
  readonly slot: number;
}
