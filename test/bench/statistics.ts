/** Figures of several rounds. Other programs disturb the machine: the best is the least disturbed. */
export class Series {
  readonly rounds: number[] = [];

  get best(): number {
    return Math.min(...this.rounds);
  }

  /** Of the quotients of each round, which the same things have disturbed. */
  medianRatio(to: Series): number {
    const ratios = this.rounds.map((value, i) => value / (to.rounds[i] ?? NaN)).sort((a, b) => a - b);
    return ratios[ratios.length >> 1] ?? NaN;
  }
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function digits(value: number | undefined, count: number): string {
  return value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(count);
}
