import { existsSync, readFileSync } from 'node:fs';

/**
 * Prints the results that the suite wrote, one JSON object a line, and returns whether they are those of a suite that
 * ran to its end, had a test, and failed none.
 */
export function report(file) {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  const results = lines.map((line) => JSON.parse(line));
  const count = (type) => results.filter((result) => result.type === type).length;

  for (const result of results) {
    if (result.type === 'pass') console.log(`  ok    ${result.title} (${result.ms} ms)`);
    if (result.type === 'skip') console.log(`  skip  ${result.title}`);
    if (result.type === 'fail') console.log(`  FAIL  ${result.title}\n${result.stack}`);
  }
  const ended = count('end') === 1;
  console.log(
    `${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped${ended ? '' : ', not ended'}`,
  );
  return ended && count('pass') > 0 && count('fail') === 0;
}
