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

/**
 * Checkpoints are made after so many cycles or milliseconds of running, whichever comes first, but take no more than a
 * small part of the time themselves.
 */
const checkpointDistance = 2 ** 24;
const checkpointTime = 100;
const timeShare = 20;
/** Milliseconds for saving a byte: facts of the machines this was written on, good enough for any. */
const saveTime = 1e-6;
const checkpointBytes = 2 ** 27;
const mostCheckpoints = 8;

/** Cycles between two looks at whether to go on. */
const patientSlice = 2 ** 14;

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
  /** Milliseconds of running since the last one. */
  #sinceCheckpoint = 0;
  /** For the present, while the past is looked at. */
  #present: Uint8Array | undefined;

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

  /**
   * To be called now and then during long runs: going back then does not begin at their start. `milliseconds`: how long
   * the machine has run since the last call.
   */
  checkpoint(milliseconds = 0): void {
    this.#sinceCheckpoint += milliseconds;
    const now = this.moment;
    const last = this.#checkpoints.findLast(({ run }) => run === now.run)?.cycle ?? 0;
    const { used } = this.#vm.machine.memory;
    const time = Math.max(checkpointTime, used * saveTime * timeShare);
    if (now.cycle === last || (now.cycle - last < checkpointDistance && this.#sinceCheckpoint < time)) return;
    this.#sinceCheckpoint = 0;
    const most = Math.max(1, Math.min(mostCheckpoints, Math.floor(checkpointBytes / used)));
    const kept = this.#checkpoints.slice(Math.max(0, this.#checkpoints.length - most + 1));
    this.#checkpoints = [...kept, { ...now, saved: this.#vm.save(), entries: this.#journal.length }];
  }

  /** What comes after `entry` is of another story then. */
  #write(entry: JournalEntry): void {
    this.#checkpoints = this.#checkpoints.filter((checkpoint) => !isBefore(entry, checkpoint));
    const kept = this.#journal.filter((earlier) => !isBefore(entry, earlier));
    this.#journal.splice(0, this.#journal.length, ...kept, entry);
  }

  /**
   * Puts the machine at cycle `cycle` of run `run`, after the changes made there. Problems: `no-such-moment` where
   * the run was never started or ends before, `took-too-long` where `patient` has said so; the machine then stands
   * where that became clear.
   */
  seek(target: Moment, patient?: () => boolean): Result<void> {
    const vm = this.#vm;
    const { breakpoints, watches, watchedCalls } = vm;
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
      for (const entry of past.slice(checkpoint?.entries ?? kept + 1)) this.#redo(entry, patient);
      this.#runTo(target, patient);
    });
    vm.setBreakpoints(breakpoints);
    vm.setWatches(watches, watchedCalls);
    return result;
  }

  /**
   * Goes through cycles `from` to `to` of the present run again, which are not after the present one, and shows `look` the machine
   * whenever it is about to execute one of `slots`, after each change that was made there. Then all is as it was before.
   * Problems: those of `seek`, and `took-too-long` where `patient` has said that it does.
   */
  review(
    from: number,
    to: number,
    slots: readonly number[],
    look: (vm: VirtualMachine) => void,
    patient: () => boolean = () => true,
  ): Result<void> {
    const vm = this.#vm;
    const { breakpoints, watches, watchedCalls } = vm;
    const saved = vm.save(this.#present);
    this.#present = saved.memory;
    const { run } = this.moment;
    const start = { run, cycle: from };
    const end = { run, cycle: to };
    const result = attempt(() => {
      expectOk(this.seek(start, patient));
      vm.setBreakpoints(slots);
      vm.setWatches([]);
      for (const entry of this.#journal.filter((candidate) => isBefore(start, candidate))) {
        if (!isBefore(entry, end)) break;
        this.#redo(entry, patient, look);
        if (!slots.includes(vm.machine.slot)) continue;
        look(vm);
        vm.passBreakpoint();
      }
      this.#runTo(end, patient, look);
    });
    vm.restore(saved);
    vm.setBreakpoints(breakpoints);
    vm.setWatches(watches, watchedCalls);
    return result;
  }

  #redo(entry: JournalEntry, patient?: () => boolean, look?: (vm: VirtualMachine) => void): void {
    const vm = this.#vm;
    if (entry.change === undefined && entry.saved === undefined)
      raise('no-such-moment', `what run ${entry.after.run} began with is no longer kept`);
    this.#runTo(entry, patient, look);
    if (entry.saved !== undefined) vm.restore(entry.saved);
    else if (entry.change !== undefined) expectOk(entry.change(vm));
  }

  #runTo(
    target: Moment,
    patient?: () => boolean,
    look: (vm: VirtualMachine) => void = () => undefined,
  ): void {
    const vm = this.#vm;
    const most = patient === undefined ? slice : patientSlice;
    if (this.moment.run !== target.run) raise('no-such-moment', `there is no run ${target.run}`);
    for (;;) {
      const { cycle } = this.moment;
      if (cycle === target.cycle) return;
      if (patient?.() === false) raise('took-too-long', `cycle ${cycle} was reached when patience ended`);
      const reason = vm.run(Math.min(target.cycle - cycle, most));
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
