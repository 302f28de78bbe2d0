import { expectOk } from '../../vm/base/problem.ts';
import { debugAssembly } from '../../debug-adapter/debugger/testing.ts';
import { Inspector } from '../../debug-adapter/debugger/inspection/inspector.ts';
import { Evaluator } from '../../debug-adapter/expressions/evaluator.ts';
import { cpuTime } from './subject.ts';

const rounds = 1_000_000;
/** Slot 3 is in the loop. */
const source = `
  r6 = 0
  again: r6 += 1
  r7 = r6
  r7 *= 3
  if r6 != ${rounds} goto again
  r0 = 0
  exit`;
const slot = 3;

/** Evaluations a second of a condition that is false in each round of a loop, the rounds included. */
async function evaluations(condition: string, compiled: boolean, most: number): Promise<number> {
  const session = await debugAssembly(source.replace(`${rounds}`, `${most}`), {
    configuration: { stopAtExit: true },
  });
  const target = session.debugger;
  const evaluator = new Evaluator(
    new Inspector(target.vm, { frameRegisters: (frame) => target.frameRegisters(frame) }),
  );
  target.setEvaluator({
    condition: (text) => {
      const [frame] = target.stack();
      if (frame === undefined) throw new Error('no frame');
      return evaluator.condition(text, frame);
    },
    text: () => ({ ok: true, value: '' }),
    ...(compiled && { compile: (text: string, at: number) => evaluator.compile(text, at) }),
  });
  const address = target.vm.machine.code.addressOfSlot(slot);
  target.breakpoints.setInstructions([{ address, condition }]);
  const start = cpuTime();
  const progress = expectOk(await target.start());
  const seconds = (cpuTime() - start) / 1000;
  if (progress.reason !== 'exit') throw new Error(`stopped for ${progress.reason}`);
  return most / seconds;
}

/** Lines for the table of `npm run bench`. */
export async function conditionRows(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const condition of ['$r6 == 0', '$r7 > 100 && ($r6 & 1) == 2']) {
    const fast = await evaluations(condition, true, rounds);
    const slow = await evaluations(condition, false, rounds / 20);
    const million = (each: number): string => (each / 1e6).toFixed(3);
    lines.push(
      `condition ${condition.padEnd(28)} million evaluations a second: compiled ${million(fast)}, ` +
        `by the interpreter of expressions ${million(slow)}`,
    );
  }
  return lines;
}
