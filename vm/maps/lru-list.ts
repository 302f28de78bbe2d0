import type { LinearMemory } from '../memory/linear-memory.ts';
import type { HashLayout } from '../machine/map-layout.ts';
import { linkSize, type ElementStore } from './element-store.ts';

/** Offsets in an entry of the lists (linkSize bytes). Entries 0 to sentinels - 1 are the heads of the lists. */
const link = {
  /** u32 each: entries. */
  previous: 0,
  next: 4,
  /** u8, the list it is in. */
  list: 8,
  /** u8, used since it was last looked at. */
  referenced: 9,
  /** u16 */
  cpu: 10,
} as const;

/** Lists of a set, and what `link.list` says. */
const active = 0;
const inactive = 1;
const free = 2;
const localFree = 3;
const pending = 4;

const globalLists = 3;
const localLists = 2;

/** Offsets in the record of a set of global lists: counts of active and inactive (u32 each) and more. */
const set = {
  counts: 0,
  /** Entry where the rotation of the inactive list goes on (u32). */
  nextInactive: 8,
  /** Elements that were never used (u32): the end of the free list. */
  fresh: 12,
  sizeOf: 16,
} as const;

/** LOCAL_FREE_TARGET, and PERCPU_FREE_TARGET for BPF_F_NO_COMMON_LRU; as many are scanned at a time. */
const commonTarget = 128;
const perCpuTarget = 4;

export interface LruOptions {
  readonly cpus: number;
  readonly maxEntries: number;
  /** BPF_F_NO_COMMON_LRU: lists of their own for each CPU, and no local ones. */
  readonly perCpu: boolean;
}

/** Entries that are heads of lists. */
export function lruSentinels({ cpus, perCpu }: LruOptions): number {
  return perCpu ? globalLists * cpus : globalLists + localLists * cpus;
}

/** Where `reference` leaves its mark. */
export function referenceLayout(linksAt: number, sentinels: number): HashLayout['referenced'] {
  return { linksAt, offset: sentinels * linkSize + link.referenced, entrySize: linkSize };
}

/**
 * The lists behind LRU maps (kernel/bpf/bpf_lru_list.c of Linux 6.18): one set of active, inactive and free list, and
 * for each CPU a local free and a pending list. All of it is deterministic while one CPU runs at a time, which is the
 * case here; the kernel differs where CPUs race for the locks.
 */
export class LruLists {
  readonly #memory: LinearMemory;
  readonly #store: ElementStore;
  readonly #options: LruOptions;
  readonly #sentinels: number;
  readonly #sets: number;
  /** For each CPU the CPU to steal from next, u32. */
  readonly #steal: number;
  readonly #scans: number;
  readonly #target: number;
  /** Takes an element out of its bucket; false where it is in none. */
  readonly #evict: (element: number) => boolean;

  constructor(
    memory: LinearMemory,
    store: ElementStore,
    options: LruOptions,
    evict: (element: number) => boolean,
  ) {
    const { cpus, maxEntries, perCpu } = options;
    this.#memory = memory;
    this.#store = store;
    this.#options = options;
    this.#evict = evict;
    this.#sentinels = lruSentinels(options);
    this.#sets = memory.allocate(set.sizeOf * (perCpu ? cpus : 1));
    this.#steal = memory.allocate(4 * cpus);
    this.#scans = perCpu ? perCpuTarget : commonTarget;
    const share = Math.floor(Math.floor(maxEntries / cpus) / 2);
    this.#target = perCpu ? perCpuTarget : Math.min(Math.max(share, 1), commonTarget);
    this.#prepare();
  }

  #prepare(): void {
    const { cpus, maxEntries, perCpu } = this.#options;
    const { view } = this.#memory;
    for (let head = 0; head < this.#sentinels; head++) this.#join(head, head);
    const sets = perCpu ? cpus : 1;
    for (let i = 0; i < sets; i++) {
      view.setUint32(this.#set(i) + set.nextInactive, this.#head(i, inactive), true);
      view.setUint32(this.#set(i) + set.fresh, maxEntries / sets, true);
    }
    for (let cpu = 0; cpu < cpus; cpu++) view.setUint32(this.#steal + 4 * cpu, cpu, true);
  }

  /** A lookup by a program marks the element as used. */
  reference(element: number): void {
    this.#memory.view.setUint8(this.#at(this.#entry(element)) + link.referenced, 1);
  }

  /** A free element (bpf_lru_pop_free), evicting others where there is none; 0 where that is not possible. */
  take(cpu: number): number {
    return this.#options.perCpu ? this.#takePerCpu(cpu) : this.#takeCommon(cpu);
  }

  /** Gives an element back (bpf_lru_push_free). */
  give(element: number): void {
    const entry = this.#entry(element);
    const at = this.#at(entry);
    const { view } = this.#memory;
    const cpu = view.getUint16(at + link.cpu, true);
    if (this.#options.perCpu) {
      this.#move(cpu, entry, free);
    } else if (view.getUint8(at + link.list) === pending) {
      this.#mark(entry, localFree);
      this.#toFront(entry, this.#local(cpu, localFree));
    } else {
      this.#move(0, entry, free);
    }
  }

  #takePerCpu(cpu: number): number {
    this.#rotate(cpu);
    const head = this.#head(cpu, free);
    if (this.#firstFree(cpu) === head) this.#shrink(cpu, this.#target, head, free);
    const entry = this.#firstFree(cpu);
    if (entry === head) return 0;
    this.#memory.view.setUint16(this.#at(entry) + link.cpu, cpu, true);
    this.#move(cpu, entry, inactive);
    return this.#element(entry);
  }

  #takeCommon(cpu: number): number {
    let entry = this.#popLocalFree(cpu);
    if (entry === undefined) {
      this.#refill(cpu);
      entry = this.#popLocalFree(cpu);
    }
    entry ??= this.#stealEntry(cpu);
    if (entry === undefined) return 0;
    this.#mark(entry, pending);
    this.#memory.view.setUint16(this.#at(entry) + link.cpu, cpu, true);
    this.#toFront(entry, this.#local(cpu, pending));
    return this.#element(entry);
  }

  /** Fills the local free list (bpf_lru_list_pop_free_to_local). */
  #refill(cpu: number): void {
    const local = this.#local(cpu, localFree);
    this.#flushPending(cpu);
    this.#rotate(0);
    const head = this.#head(0, free);
    let taken = 0;
    while (taken < this.#target) {
      const entry = this.#firstFree(0);
      if (entry === head) break;
      this.#moveToFree(0, entry, local, localFree);
      taken++;
    }
    if (taken < this.#target) this.#shrink(0, this.#target - taken, local, localFree);
  }

  /** Pending elements, oldest first, join the global lists (__local_list_flush). */
  #flushPending(cpu: number): void {
    const head = this.#local(cpu, pending);
    const { view } = this.#memory;
    for (let entry = this.#previous(head); entry !== head;) {
      const before = this.#previous(entry);
      const list = this.#isReferenced(entry) ? active : inactive;
      this.#count(0, list, 1);
      view.setUint8(this.#at(entry) + link.list, list);
      view.setUint8(this.#at(entry) + link.referenced, 0);
      this.#toFront(entry, this.#head(0, list));
      entry = before;
    }
  }

  /** From other CPUs' local lists, round robin. */
  #stealEntry(cpu: number): number | undefined {
    const { view } = this.#memory;
    const { cpus } = this.#options;
    const first = view.getUint32(this.#steal + 4 * cpu, true);
    let victim = first;
    let entry: number | undefined;
    do {
      entry = this.#popLocalFree(victim) ?? this.#popPending(victim);
      victim = (victim + 1) % cpus;
    } while (entry === undefined && victim !== first);
    view.setUint32(this.#steal + 4 * cpu, victim, true);
    return entry;
  }

  #popLocalFree(cpu: number): number | undefined {
    const head = this.#local(cpu, localFree);
    const entry = this.#next(head);
    if (entry === head) return undefined;
    this.#remove(entry);
    return entry;
  }

  /** The oldest pending element that was not used since, else the oldest. */
  #popPending(cpu: number): number | undefined {
    const head = this.#local(cpu, pending);
    for (const force of [false, true]) {
      for (let entry = this.#previous(head); entry !== head; entry = this.#previous(entry)) {
        if ((force || !this.#isReferenced(entry)) && this.#evict(this.#element(entry))) {
          this.#remove(entry);
          return entry;
        }
      }
    }
    return undefined;
  }

  #rotate(which: number): void {
    const { view } = this.#memory;
    const counts = this.#set(which) + set.counts;
    if (view.getUint32(counts + 4 * inactive, true) < view.getUint32(counts + 4 * active, true)) {
      this.#rotateActive(which);
    }
    this.#rotateInactive(which);
  }

  /** From the tail: used ones to the front, others to the inactive list. */
  #rotateActive(which: number): void {
    const head = this.#head(which, active);
    const first = this.#next(head);
    let scanned = 0;
    for (let entry = this.#previous(head); entry !== head;) {
      const before = this.#previous(entry);
      this.#move(which, entry, this.#isReferenced(entry) ? active : inactive);
      if (++scanned === this.#scans || entry === first) return;
      entry = before;
    }
  }

  /** Used ones to the active list, going on where the last rotation stopped. */
  #rotateInactive(which: number): void {
    const head = this.#head(which, inactive);
    if (this.#next(head) === head) return;
    const { view } = this.#memory;
    const at = this.#set(which) + set.nextInactive;
    let current = view.getUint32(at, true);
    let last = this.#next(current);
    if (last === head) last = this.#next(last);
    let before = head;
    for (let scanned = 0; scanned < this.#scans;) {
      if (current === head) {
        current = this.#previous(current);
        continue;
      }
      before = this.#previous(current);
      if (this.#isReferenced(current)) this.#move(which, current, active);
      if (current === last) break;
      current = before;
      scanned++;
    }
    view.setUint32(at, before, true);
  }

  /** Evicts up to `wanted` elements, unused ones of the inactive list first; at least one where there is any. */
  #shrink(which: number, wanted: number, to: number, list: number): void {
    const head = this.#head(which, inactive);
    let shrunk = 0;
    let scanned = 0;
    for (let entry = this.#previous(head); entry !== head;) {
      const before = this.#previous(entry);
      if (this.#isReferenced(entry)) {
        this.#move(which, entry, active);
      } else if (this.#evict(this.#element(entry))) {
        this.#moveToFree(which, entry, to, list);
        if (++shrunk === wanted) break;
      }
      if (++scanned === this.#scans) break;
      entry = before;
    }
    if (shrunk === 0) this.#shrinkByForce(which, to, list);
  }

  #shrinkByForce(which: number, to: number, list: number): void {
    const empty = this.#next(this.#head(which, inactive)) === this.#head(which, inactive);
    const head = this.#head(which, empty ? active : inactive);
    for (let entry = this.#previous(head); entry !== head; entry = this.#previous(entry)) {
      if (!this.#evict(this.#element(entry))) continue;
      this.#moveToFree(which, entry, to, list);
      return;
    }
  }

  /** First of the free list, which ends with the elements never used; the head where there is none. */
  #firstFree(which: number): number {
    const head = this.#head(which, free);
    const entry = this.#next(head);
    if (entry !== head) return entry;
    const at = this.#set(which) + set.fresh;
    const fresh = this.#memory.view.getUint32(at, true);
    if (fresh === 0) return head;
    const added = this.#entry(this.#store.add());
    this.#memory.view.setUint32(at, fresh - 1, true);
    this.#join(added, added);
    this.#mark(added, free);
    this.#toFront(added, head);
    return added;
  }

  /** __bpf_lru_node_move: to the front of a list of the set. */
  #move(which: number, entry: number, list: number): void {
    const { view } = this.#memory;
    const at = this.#at(entry);
    const from = view.getUint8(at + link.list);
    if (from !== list) {
      this.#count(which, from, -1);
      this.#count(which, list, 1);
    }
    this.#mark(entry, list);
    this.#passNextInactive(which, entry);
    this.#toFront(entry, this.#head(which, list));
  }

  /**
   * __bpf_lru_node_move_to_free: the mark of use stays. Linux 6.18 uses what it takes for a CPU in the order it is
   * taken in; what is freed meanwhile comes before.
   */
  #moveToFree(which: number, entry: number, to: number, list: number): void {
    const at = this.#at(entry) + link.list;
    const { view } = this.#memory;
    this.#passNextInactive(which, entry);
    this.#count(which, view.getUint8(at), -1);
    view.setUint8(at, list);
    if (list === localFree) this.#toBack(entry, to);
    else this.#toFront(entry, to);
  }

  #passNextInactive(which: number, entry: number): void {
    const { view } = this.#memory;
    const at = this.#set(which) + set.nextInactive;
    if (view.getUint32(at, true) === entry) view.setUint32(at, this.#previous(entry), true);
  }

  #count(which: number, list: number, change: number): void {
    if (list > inactive) return;
    const { view } = this.#memory;
    const at = this.#set(which) + set.counts + 4 * list;
    view.setUint32(at, view.getUint32(at, true) + change, true);
  }

  #mark(entry: number, list: number): void {
    const { view } = this.#memory;
    const at = this.#at(entry);
    view.setUint8(at + link.list, list);
    view.setUint8(at + link.referenced, 0);
  }

  #isReferenced(entry: number): boolean {
    return this.#memory.view.getUint8(this.#at(entry) + link.referenced) !== 0;
  }

  #remove(entry: number): void {
    this.#join(this.#previous(entry), this.#next(entry));
    this.#join(entry, entry);
  }

  #toFront(entry: number, head: number): void {
    this.#remove(entry);
    const first = this.#next(head);
    this.#join(entry, first);
    this.#join(head, entry);
  }

  #toBack(entry: number, head: number): void {
    this.#remove(entry);
    const last = this.#previous(head);
    this.#join(last, entry);
    this.#join(entry, head);
  }

  /** Makes `after` follow `before`. */
  #join(before: number, after: number): void {
    const { view } = this.#memory;
    view.setUint32(this.#at(before) + link.next, after, true);
    view.setUint32(this.#at(after) + link.previous, before, true);
  }

  #next(entry: number): number {
    return this.#memory.view.getUint32(this.#at(entry) + link.next, true);
  }

  #previous(entry: number): number {
    return this.#memory.view.getUint32(this.#at(entry) + link.previous, true);
  }

  #at(entry: number): number {
    return this.#store.links + entry * linkSize;
  }

  #set(which: number): number {
    return this.#sets + which * set.sizeOf;
  }

  #head(which: number, list: number): number {
    return which * globalLists + list;
  }

  #local(cpu: number, list: number): number {
    return globalLists + cpu * localLists + list - localFree;
  }

  #entry(element: number): number {
    return this.#sentinels + element - 1;
  }

  #element(entry: number): number {
    return entry - this.#sentinels + 1;
  }
}
