// What the bank's process holds, through a run: from its own /metrics.

export interface Sample {
  /** Bytes. */
  readonly resident: number;
  readonly heapUsed: number;
}

export interface Flatness {
  /** Bytes, medians of the first and the last third. */
  readonly first: number;
  readonly last: number;
  /** 0.15 for fifteen per cent more at the end; below 0 for less. */
  readonly growth: number;
}

const RESIDENT = /^process_resident_memory_bytes(?:\{[^}]*\})? (\S+)$/m;
const HEAP_USED = /^nodejs_heap_size_used_bytes(?:\{[^}]*\})? (\S+)$/m;

/** @returns undefined where it does not answer, or without these figures */
export async function sampleOf(url: string): Promise<Sample | undefined> {
  try {
    const text = await (await fetch(`${url}/metrics`)).text();
    const sample = { resident: Number(RESIDENT.exec(text)?.[1]), heapUsed: Number(HEAP_USED.exec(text)?.[1]) };
    return Number.isNaN(sample.resident + sample.heapUsed) ? undefined : sample;
  } catch {
    return undefined;
  }
}

/** @param values in the order of time @returns undefined of fewer than three */
export function flatnessOf(values: readonly number[]): Flatness | undefined {
  const third = Math.floor(values.length / 3);
  if (third === 0) return undefined;
  const first = medianOf(values.slice(0, third));
  const last = medianOf(values.slice(-third));
  return { first, last, growth: last / first - 1 };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
