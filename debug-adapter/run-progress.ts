type Send = (event: string, body: object) => void;

/** How long a run lasts until it is worth a word, and from one word to the next; ms. */
const patience = 1000;
const interval = 500;

/** Tells a client of runs that take long, by DAP's progress events. */
export class RunProgress {
  readonly #send: Send;
  #title: string | undefined;
  #since = 0;
  #id: string | undefined;
  #count = 0;

  constructor(send: Send) {
    this.#send = send;
  }

  begin(title: string): void {
    this.end();
    this.#title = title;
    this.#since = performance.now();
  }

  /** The program is still running, at a cycle of its run. */
  tick(cycle: number): void {
    if (this.#title === undefined) return;
    const now = performance.now();
    if (now - this.#since < (this.#id === undefined ? patience : interval)) return;
    this.#since = now;
    const message = `${cycle.toLocaleString('en')} cycles`;
    if (this.#id === undefined) {
      this.#id = `run-${++this.#count}`;
      this.#send('progressStart', { progressId: this.#id, title: this.#title, cancellable: true, message });
    } else {
      this.#send('progressUpdate', { progressId: this.#id, message });
    }
  }

  end(): void {
    if (this.#id !== undefined) this.#send('progressEnd', { progressId: this.#id });
    this.#id = undefined;
    this.#title = undefined;
  }

  /** Whether an id is that of the run that goes on. */
  is(id: string): boolean {
    return id === this.#id;
  }
}
