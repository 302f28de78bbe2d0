import { frame } from '../../machine/layout.ts';
import type { Kfunc, Outcome } from '../../machine/helper.ts';
import { outcome } from '../../machine/helper.ts';
import type { Machine } from '../../machine/machine.ts';
import { ArenaMap, mostArenaPages } from '../../maps/arena-map.ts';
import { lowHalf, usableMapArgument } from '../arguments.ts';

/** Pages of arenas (kernel/bpf/arena.c). Both functions may sleep, so that only sleepable programs may call them. */

function refusesSleep(machine: Machine, name: string): boolean {
  const entry = machine.memory.view.getUint32(machine.frames.record(0) + frame.entryIp, true);
  const section = machine.code.sectionOfSlot(machine.code.slotOfIp(entry))?.section.name ?? '';
  if (machine.programType === '' || machine.programType === 'syscall' || /\.s(\/|$)/.test(section))
    return false;
  return machine.refuse(`program must be sleepable to call sleepable kfunc ${name}`);
}

const allocName = 'bpf_arena_alloc_pages';
const freeName = 'bpf_arena_free_pages';

/** bpf_arena_alloc_pages(map, addr, page_cnt, node_id, flags): the address of zeroed pages, or NULL. */
function allocate(machine: Machine): Outcome {
  if (refusesSleep(machine, allocName)) return outcome.fault;
  const map = usableMapArgument(machine, 1);
  if (map === undefined) return outcome.fault;
  const count = lowHalf(machine, 3);
  if (!(map instanceof ArenaMap) || machine.register(5) !== 0n || count === 0) return machine.answer(0);
  const page = map.choose(machine.register(2), count);
  if (page === undefined) return machine.answer(0);
  if (!map.hasRoom(page, count)) {
    const message = `${map.name}: pages ${page} to ${page + count - 1}; the machine has memory for the first ${mostArenaPages} pages of an arena`;
    return machine.fail({ kind: 'unsupported-kfunc', message });
  }
  return machine.answer(map.allocate(page, count));
}

/** bpf_arena_free_pages(map, ptr, page_cnt) */
function free(machine: Machine): Outcome {
  if (refusesSleep(machine, freeName)) return outcome.fault;
  const map = usableMapArgument(machine, 1);
  if (map === undefined) return outcome.fault;
  const [address, count] = [machine.register(2), lowHalf(machine, 3)];
  if (map instanceof ArenaMap && address !== 0n && count !== 0) map.release(address, count);
  return outcome.next;
}

export const arenaKfuncs: readonly Kfunc[] = [
  { name: allocName, call: allocate },
  { name: freeName, call: free },
];
