import { formatProblem, ProblemError } from '../../../vm/base/problem.ts';

const most = 20;

/** Collects what could not be read, each once; the list grows as more of the debug information is asked for. */
export class Warnings {
  readonly list: string[] = [];

  add(text: string): void {
    if (this.list.length > most || this.list.includes(text)) return;
    this.list.push(this.list.length === most ? 'and more' : text);
  }

  /** What `body` gives; `fallback`, and a warning, where it meets something damaged. */
  attempt<T>(body: () => T, fallback: T, consequence = ''): T {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.add(`${formatProblem(error.problem)}${consequence}`);
      return fallback;
    }
  }
}
