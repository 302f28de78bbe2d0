import { raise } from '../../vm/base/problem.ts';
import { readTime } from '../protocol/time.ts';
import type { ConsoleCommand } from './command.ts';

const advance: ConsoleCommand = {
  name: '.advance',
  usage: 'TIME',
  summary: 'lets time pass and runs what comes due',
  help: [
    'When a run has ended: `.advance 1s`, `5ms`, `10us` or a number of nanoseconds. Callbacks of timers and work queues',
    'that come due are runs of their own, in which breakpoints stop.',
  ],
  run: ({ stop }, words) => {
    const time = readTime(words);
    if (stop.reason !== 'exit') raise('running', 'time can be advanced when a run has ended, not within one');
    return { text: `${time} ns pass`, run: (target) => target.advance(time) };
  },
};

const caller: ConsoleCommand = {
  name: '.caller',
  usage: '',
  summary: 'runs out of the traversal around the frame',
  help: [
    'Runs until the function that called the helper of the innermost callback goes on, through breakpoints.',
  ],
  run: () => ({ text: 'runs to the caller of the helper', run: (target) => target.step('caller') }),
};

export const runCommands: readonly ConsoleCommand[] = [advance, caller];
