import { attempt, expectOk, raise, type Result } from '../base/problem.ts';
import type { SavedMachine, VirtualMachine } from '../engine/virtual-machine.ts';

/** A state of a recorded machine: `run` counts from 0, -1 is before the first run. */
export interface Moment {
  readonly run: number;
  readonly cycle: number;
}

/** Something that changes a machine from outside: an input, an edit, time that passes. It does the same each time. */
export type Change = (vm: VirtualMachine) => Result<void>;

interface JournalEntry extends Moment {
  readonly change: Change;
  /** Where the machine stood afterwards: the start of a run leads to another moment. */
  readonly after: Moment;
}

/** V8 runs code that it has compiled better from the next call on. */
const slice = 10_000_000;

/**
 * Goes to any state that a machine was in or will be in: restores the start, and runs again with all changes from
 * outside at the cycle where they were made. Machines are deterministic, so that the state is the same.
 */
export class Recording {
  readonly #vm: VirtualMachine;
  readonly #start: SavedMachine;
  /** In the order in which the changes were made. */
  readonly #journal: JournalEntry[] = [];

  /** Starts with the state the machine is in. */
  constructor(vm: VirtualMachine) {
    this.#vm = vm;
    this.#start = vm.save();
  }

  get moment(): Moment {
    const { machine } = this.#vm;
    return machine.runState === 'idle' ? { run: -1, cycle: 0 } : { run: machine.run, cycle: machine.cycle };
  }

  /**
   * Makes a change now and writes it down. Changes that were recorded for later moments are forgotten: from here on
   * the story is another one. A change that fails is not recorded; it must have changed nothing then.
   */
  change(change: Change): Result<void> {
    const now = this.moment;
    const result = change(this.#vm);
    if (!result.ok) return result;
    const kept = this.#journal.filter((entry) => !isBefore(now, entry));
    this.#journal.splice(0, this.#journal.length, ...kept, { ...now, change, after: this.moment });
    return result;
  }

  /**
   * Puts the machine at cycle `cycle` of run `run`, after the changes made there. Problems: `no-such-moment` where
   * the run was never started or ends before; the machine then stands where that became clear.
   */
  seek(target: Moment): Result<void> {
    const vm = this.#vm;
    const { breakpoints, watches } = vm;
    vm.setBreakpoints([]);
    vm.setWatches([]);
    const result = attempt(() => {
      vm.restore(this.#start);
      for (const entry of this.#journal) {
        if (isBefore(target, entry) || isBefore(target, entry.after)) break;
        this.#runTo(entry);
        expectOk(entry.change(vm));
      }
      this.#runTo(target);
    });
    vm.setBreakpoints(breakpoints);
    vm.setWatches(watches);
    return result;
  }

  #runTo(target: Moment): void {
    const vm = this.#vm;
    if (this.moment.run !== target.run) raise('no-such-moment', `there is no run ${target.run}`);
    for (;;) {
      const { cycle } = this.moment;
      if (cycle === target.cycle) return;
      if (vm.run(Math.min(target.cycle - cycle, slice)) !== 'budget' && this.moment.cycle !== target.cycle) {
        const end = `run ${target.run} ends at cycle ${this.moment.cycle}`;
        raise('no-such-moment', `there is no cycle ${target.cycle}: ${end}`);
      }
    }
  }
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.run < b.run || (a.run === b.run && a.cycle < b.cycle);
}
