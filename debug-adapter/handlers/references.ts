/**
 * What the client may ask for again by number. Numbers are never used twice in a session, so that one from an earlier
 * stop is known to be stale.
 */
export class References<T> {
  readonly #items = new Map<number, T>();
  #last = 0;

  add(item: T): number {
    this.#items.set(++this.#last, item);
    return this.#last;
  }

  get(reference: number): T | undefined {
    return this.#items.get(reference);
  }

  forget(): void {
    this.#items.clear();
  }
}
