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
  /** Undefined where only the state after it can be had. */
  readonly change: Change | undefined;
  /** The state after it, where that is kept. */
  saved: SavedMachine | undefined;
  /** Where the machine stood afterwards: the start of a run leads to another moment. */
  readonly after: Moment;
}

/** A state on the way, so that less has to be run again. */
interface Checkpoint extends Moment {
  readonly saved: SavedMachine;
  /** How many entries of the journal it has behind it. */
  readonly entries: number;
}

/** Cycles from one checkpoint to the next, and how many there are. */
const checkpointDistance = 2 ** 24;
const mostCheckpoints = 4;

/** Bytes of states that are kept; of more, the oldest are given up. */
const keptBytes = 2 ** 28;

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
  /** Ascending. */
  #checkpoints: readonly Checkpoint[] = [];

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
    this.#write({ ...now, change, after: this.moment, saved: undefined });
    return result;
  }

  /**
   * Writes down that the machine was changed since `before`, in a way that cannot be done again: keeps its state. Where
   * too much is kept, the moments between the oldest state and the next one can no longer be reached.
   */
  keep(before: Moment): void {
    this.#write({ ...before, change: undefined, after: this.moment, saved: this.#vm.save() });
    const kept = this.#journal.filter(({ saved }) => saved !== undefined);
    let bytes = kept.reduce((sum, { saved }) => sum + (saved?.memory.length ?? 0), 0);
    for (const entry of kept.slice(0, -1)) {
      if (bytes <= keptBytes) return;
      bytes -= entry.saved?.memory.length ?? 0;
      entry.saved = undefined;
    }
  }

  /** To be called now and then during long runs: going back then does not begin at their start. */
  checkpoint(): void {
    const now = this.moment;
    const last = this.#checkpoints.findLast(({ run }) => run === now.run)?.cycle ?? 0;
    if (now.cycle - last < checkpointDistance) return;
    const made = { ...now, saved: this.#vm.save(), entries: this.#journal.length };
    this.#checkpoints = [...this.#checkpoints, made].slice(-mostCheckpoints);
  }

  /** What comes after `entry` is of another story then. */
  #write(entry: JournalEntry): void {
    this.#checkpoints = this.#checkpoints.filter((checkpoint) => !isBefore(entry, checkpoint));
    const kept = this.#journal.filter((earlier) => !isBefore(entry, earlier));
    this.#journal.splice(0, this.#journal.length, ...kept, entry);
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
      const past = this.#journal.filter(
        (entry) => !isBefore(target, entry) && !isBefore(target, entry.after),
      );
      const kept = past.findLastIndex(({ saved }) => saved !== undefined);
      const checkpoint = this.#checkpoints.findLast(
        (candidate) => candidate.entries > kept && !isBefore(target, candidate),
      );
      vm.restore(checkpoint?.saved ?? past[kept]?.saved ?? this.#start);
      for (const entry of past.slice(checkpoint?.entries ?? kept + 1)) this.#redo(entry);
      this.#runTo(target);
    });
    vm.setBreakpoints(breakpoints);
    vm.setWatches(watches);
    return result;
  }

  /**
   * Goes through cycles `from` to `to` of the present run again, which are not after the present one, and shows `look` the machine
   * whenever it is about to execute one of `slots`, after each change that was made there. Then all is as it was before.
   * Problems: those of `seek`.
   */
  review(
    from: number,
    to: number,
    slots: readonly number[],
    look: (vm: VirtualMachine) => void,
  ): Result<void> {
    const vm = this.#vm;
    const { breakpoints, watches } = vm;
    const saved = vm.save();
    const { run } = this.moment;
    const start = { run, cycle: from };
    const end = { run, cycle: to };
    const result = attempt(() => {
      expectOk(this.seek(start));
      vm.setBreakpoints(slots);
      vm.setWatches([]);
      for (const entry of this.#journal.filter((candidate) => isBefore(start, candidate))) {
        if (!isBefore(entry, end)) break;
        this.#redo(entry, look);
        if (!slots.includes(vm.machine.slot)) continue;
        look(vm);
        vm.passBreakpoint();
      }
      this.#runTo(end, look);
    });
    vm.restore(saved);
    vm.setBreakpoints(breakpoints);
    vm.setWatches(watches);
    return result;
  }

  #redo(entry: JournalEntry, look?: (vm: VirtualMachine) => void): void {
    const vm = this.#vm;
    if (entry.change === undefined && entry.saved === undefined)
      raise('no-such-moment', `what run ${entry.after.run} began with is no longer kept`);
    this.#runTo(entry, look);
    if (entry.saved !== undefined) vm.restore(entry.saved);
    else if (entry.change !== undefined) expectOk(entry.change(vm));
  }

  #runTo(target: Moment, look: (vm: VirtualMachine) => void = () => undefined): void {
    const vm = this.#vm;
    if (this.moment.run !== target.run) raise('no-such-moment', `there is no run ${target.run}`);
    for (;;) {
      const { cycle } = this.moment;
      if (cycle === target.cycle) return;
      const reason = vm.run(Math.min(target.cycle - cycle, slice));
      if (reason === 'breakpoint' && this.moment.cycle !== target.cycle) {
        look(vm);
        vm.passBreakpoint();
        continue;
      }
      if (reason !== 'budget' && this.moment.cycle !== target.cycle) {
        const end = `run ${target.run} ends at cycle ${this.moment.cycle}`;
        raise('no-such-moment', `there is no cycle ${target.cycle}: ${end}`);
      }
    }
  }
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.run < b.run || (a.run === b.run && a.cycle < b.cycle);
}
