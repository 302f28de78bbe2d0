/** True: nobody wants to stop at the breakpoint now. It reads the machine and changes nothing. */
export type Passes = () => boolean;

/**
 * What is asked at breakpoints before the machine stops, on the fast path: while the answer is to pass, neither engine
 * leaves its code. Like breakpoints they are no state.
 */
export class Conditions {
  #bySlot: ReadonlyMap<number, Passes> = new Map();

  set(bySlot: ReadonlyMap<number, Passes>): void {
    this.#bySlot = bySlot;
  }

  has(slot: number): boolean {
    return this.#bySlot.has(slot);
  }

  passes(slot: number): boolean {
    return this.#bySlot.get(slot)?.() ?? false;
  }
}
