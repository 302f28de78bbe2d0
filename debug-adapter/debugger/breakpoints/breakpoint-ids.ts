/** Numbers of breakpoints: the same for the same thing in all requests of a session, whatever its kind. */
export class BreakpointIds {
  readonly #ids = new Map<string, number>();

  /** Two of one key in one request are two: `taken` has those that the request has got already. */
  of(key: string, taken: readonly { readonly id: number }[]): number {
    const known = this.#ids.get(key) ?? this.#ids.size + 1;
    this.#ids.set(key, known);
    return taken.some(({ id }) => id === known) ? this.of(`${key}+`, taken) : known;
  }

  /** Goes on with the numbers of an earlier debugger. */
  adopt(earlier: BreakpointIds): void {
    this.#ids.clear();
    for (const [key, id] of earlier.#ids) this.#ids.set(key, id);
  }
}
