import type { Sight } from './watch.ts';

/** What a value shown at -O2 is, compared with those of the same variable at -O0. */
export type Verdict =
  /** Shown at the same line. */
  | 'same'
  /** Shown at -O0 with a neighbouring line not executed yet, or executed already. */
  | 'reordered'
  /** Shown at -O0 at another moment. */
  | 'other moment'
  | 'wrong'
  /** The variable was never seen at -O0. */
  | 'not compared';

const order: readonly Verdict[] = ['same', 'reordered', 'other moment', 'wrong', 'not compared'];

/** The values that the parts of variables had, by variable and line. */
export class Truth {
  readonly #atLine = new Map<string, Set<string>>();
  readonly #nearLine = new Map<string, Set<string>>();
  readonly #ever = new Map<string, Set<string>>();

  constructor(sights: readonly Sight[]) {
    const byName = new Map<string, Sight[]>();
    for (const sight of sights) {
      const { name, line } = sight;
      add(this.#ever, name, sight);
      add(this.#atLine, `${name}:${line}`, sight);
      byName.set(name, [...(byName.get(name) ?? []).slice(-mostRemembered), sight]);
      for (const near of withinTwoLines(byName.get(name) ?? [])) {
        add(this.#nearLine, `${name}:${line}`, near);
        add(this.#nearLine, `${name}:${near.line}`, sight);
      }
    }
  }

  /** The worst of what its known parts are. */
  judge({ name, line, parts }: Sight): Verdict {
    const verdicts = [...parts].map(([path, text]): Verdict => {
      const value = `${path}=${text}`;
      const ever = this.#ever.get(name);
      if (ever === undefined) return 'not compared';
      if (this.#atLine.get(`${name}:${line}`)?.has(value) === true) return 'same';
      if (this.#nearLine.get(`${name}:${line}`)?.has(value) === true) return 'reordered';
      return ever.has(value) ? 'other moment' : 'wrong';
    });
    return order[Math.max(0, ...verdicts.map((verdict) => order.indexOf(verdict)))] ?? 'same';
  }

  /** What the parts of a variable were at a line. */
  at(name: string, line: number): readonly string[] {
    return [...(this.#atLine.get(`${name}:${line}`) ?? [])];
  }
}

/** Sights of one variable between two lines. */
const mostRemembered = 32;

/** The last sights, as long as the line has changed at most twice: a line earlier has then been executed or not. */
function withinTwoLines(sights: readonly Sight[]): readonly Sight[] {
  let changes = 0;
  const found: Sight[] = [];
  for (let i = sights.length - 1; i >= 0; i--) {
    const sight = sights[i];
    if (sight === undefined) break;
    if (sight.line !== (sights[i + 1] ?? sight).line && ++changes > 2) break;
    found.push(sight);
  }
  return found;
}

function add(sets: Map<string, Set<string>>, key: string, { parts }: Sight): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  for (const [path, text] of parts) set.add(`${path}=${text}`);
}
