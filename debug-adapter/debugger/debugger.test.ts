import { expect, it } from 'vitest';
import { expectOk } from '../../vm/base/problem.ts';
import { Session } from './testing.ts';

it('steps', async () => {
  const s = await Session.launch({ scenario: 'count.scenario.json', stopOnEntry: true });
  console.log(s.debugger.warnings, s.debugger.places.listing.text);
  const log = [s.describe(expectOk(await s.debugger.start()))];
  for (let i = 0; i < 60; i++) {
    const p = expectOk(await s.debugger.step('in'));
    log.push(
      s.describe(p) +
        (s.debugger.stack().length > 1
          ? '   | ' +
            s.debugger
              .stack()
              .slice(1)
              .map((f) => f.name)
              .join(' | ')
          : ''),
    );
    if (p.reason === 'exit') break;
  }
  console.log(log.join('\n'), s.output);
});
