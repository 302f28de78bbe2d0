// The suite's entry point, the same for a desktop VS Code and for one in a browser. Results go to the file that E2E_RESULTS names.
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

const resultsFile = process.env['E2E_RESULTS'];
/** Part of the titles of the tests to run; all by default. */
const only = process.env['E2E_GREP'];

function record(result: object): void {
  if (resultsFile !== undefined) appendFileSync(resultsFile, `${JSON.stringify(result)}\n`);
}

export async function run(): Promise<void> {
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 30_000,
    ...(only !== undefined && { grep: only }),
  });
  for (const file of readdirSync(__dirname)) {
    if (file.endsWith('.test.cjs')) mocha.addFile(join(__dirname, file));
  }

  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      record({ type: 'end', failures });
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed`));
    });
    runner.on('pass', (test) => record({ type: 'pass', title: test.fullTitle(), ms: test.duration }));
    runner.on('pending', (test) => record({ type: 'skip', title: test.fullTitle() }));
    runner.on('fail', (test, error: Error) =>
      record({ type: 'fail', title: test.fullTitle(), message: error.message, stack: error.stack }),
    );
  });
}
