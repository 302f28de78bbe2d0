import { failed, ok, type Result } from '../../vm/base/problem.ts';
import { isListing } from '../protocol/listing-uri.ts';
import type { Debugger } from './debugger.ts';
import { baseName } from './paths.ts';

/** The instructions at which a line is entered, where the program can be made to go on from it. */
export function jumpTargets(target: Debugger, path: string, line: number): Result<readonly number[]> {
  const slots = slotsOf(target, path, line);
  const own = slots.filter((slot) => checkJump(target, slot).ok);
  const [first] = slots;
  if (own.length > 0 || first === undefined) return ok(own);
  const checked = checkJump(target, first);
  return checked.ok ? ok(own) : checked;
}

function slotsOf({ places }: Debugger, path: string, line: number): readonly number[] {
  if (isListing(path)) {
    const slot = places.listing.slotFrom(line - 1);
    return slot === undefined ? [] : [slot];
  }
  return places.sources.namesOf(path).flatMap((name) => places.lines.entriesOf(name, line));
}

/** Whether the program can go on at an instruction: only within the function that it is in, and while it runs. */
export function checkJump({ code, vm: { machine } }: Debugger, slot: number): Result<void> {
  if (machine.runState !== 'running')
    return failed({ code: 'not-running', message: 'the run has ended: it does not go on from anywhere' });
  const here = code.functionOf(machine.slot);
  const there = code.functionOf(slot);
  if (here === undefined || there !== here || code.indexOf(slot) === undefined) {
    const where = there === undefined ? 'no function' : there.name;
    return failed({
      code: 'other-function',
      message: `the program is in ${here?.name ?? baseName(code.program.object.name)}, and the line belongs to ${where}: it can jump only within its function`,
    });
  }
  return ok(undefined);
}
