import { Histogram, type MetricValueWithName, type Registry } from 'prom-client';

const UPPER_BOUNDS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

interface Series<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  /** How many fell into each bucket, the last one without an upper bound. */
  readonly counts: Float64Array;
  sumSeconds: number;
}

/**
 * A histogram of durations. prom-client's own observe() builds and hashes a label object each time; here whoever measures keeps the
 * counters of its labels, and labels are only written when scraped.
 */
export class Durations<Label extends string> extends Histogram<Label> {
  private readonly series: Series<Label>[] | undefined = [];
  private readonly described: { readonly name: string; readonly help: string };

  constructor(registry: Registry, name: string, help: string, labelNames: readonly Label[]) {
    super({ name, help, labelNames: [...labelNames], registers: [registry] });
    this.described = { name, help };
  }

  /** A function that counts one duration, in milliseconds, under these labels. */
  recorder(labels: Readonly<Record<Label, string>>): (durationMs: number) => void {
    const series = { labels, counts: new Float64Array(UPPER_BOUNDS_SECONDS.length + 1), sumSeconds: 0 };
    this.series?.push(series);
    return (durationMs) => {
      const seconds = durationMs / 1000;
      let bucket = 0;
      while (bucket < UPPER_BOUNDS_SECONDS.length && seconds > (UPPER_BOUNDS_SECONDS[bucket] ?? 0)) bucket++;
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sumSeconds += seconds;
    };
  }

  /**
   * What the registry, and the inherited get(), ask for; the package's types leave it out, and give `type` as a number
   * where it is a word.
   */
  async getForPromString() {
    const { name, help } = this.described;
    const values = this.series?.flatMap((series) => valuesOf(name, series)) ?? [];
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }

  override reset(): void {
    // The constructor above resets, too, before there is a list.
    for (const series of this.series ?? []) {
      series.counts.fill(0);
      series.sumSeconds = 0;
    }
  }
}

function valuesOf(name: string, { labels, counts, sumSeconds }: Series<string>): MetricValueWithName<string>[] {
  let total = 0;
  const buckets = [...counts].map((count, index) => {
    total += count;
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le: UPPER_BOUNDS_SECONDS[index] ?? '+Inf' },
      value: total,
    };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sumSeconds },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
