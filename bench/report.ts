// What a run found: figures, and how they stand to the targets. Printed as two tables and written to results.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Latencies } from './latencies.js';
import { RESULTS } from './places.js';
import type { Memory } from './processes.js';

export interface Figure {
  readonly name: string;
  /** Of the rate, such as `authorisations/s`; null for a figure without one. */
  readonly unit: string | null;
  readonly rate?: number;
  readonly latencies?: Latencies | null;
  /** CPU seconds. */
  readonly cpuServer?: number;
  readonly cpuLoad?: number | null;
  readonly cpuOthers?: number;
  readonly memory?: Memory;
  /** CPU by process: cores that it had while the load lasted. */
  readonly cores?: ByProcess;
  /** CPU by process, in microseconds for each of what the rate counts, until all that follows from it was done. */
  readonly cpuMicros?: ByProcess;
  readonly note?: string;
}

export type ByProcess = Readonly<Record<string, number>>;

export interface Check {
  readonly target: string;
  readonly figure: string;
  readonly met: boolean;
}

export class Report {
  private readonly figures: Figure[] = [];
  private readonly checks: Check[] = [];
  private readonly skipped: string[] = [];

  private readonly loadBefore = loadavg()[0];

  /** @param key in results.json, beside what is there; the whole of it where it is left out, but for such keys */
  constructor(
    private readonly settings: Readonly<Record<string, unknown>>,
    private readonly key?: string,
  ) {}

  add(figure: Figure): void {
    this.figures.push(figure);
    process.stderr.write(`${row(figure).join('  ')}\n`);
  }

  check(target: string, figure: string, met: boolean): void {
    this.checks.push({ target, figure, met });
  }

  skip(what: string): void {
    this.skipped.push(what);
    process.stderr.write(`SKIPPED: ${what}\n`);
  }

  /** Writes results.json and prints the tables. */
  finish(): void {
    const machine = {
      cpu: cpus()[0]?.model ?? '',
      cpus: cpus().length,
      memoryMegabytes: Math.round(totalmem() / 1e6),
      node: process.version,
    };
    const { settings, figures, checks, skipped, loadBefore } = this;
    const at = new Date().toISOString();
    this.write({ at, machine, loadBefore, settings, figures, checks, skipped });
    const tables = [
      table(
        ['', 'rate', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU s', 'load CPU s', 'others CPU s', 'memory MB', ''],
        figures.map(row),
      ),
      table(
        ['target', 'figure', ''],
        checks.map(({ target, figure, met }) => [target, figure, met ? 'met' : 'MISSED']),
      ),
      skipped.map((what) => `SKIPPED: ${what}\n`).join(''),
    ];
    process.stdout.write(`${machine.cpus} × ${machine.cpu}, Node ${machine.node}\n\n${tables.join('\n')}`);
  }

  private write(found: Readonly<Record<string, unknown>>): void {
    const before: Readonly<Record<string, unknown>> = existsSync(RESULTS)
      ? JSON.parse(readFileSync(RESULTS, 'utf8'))
      : {};
    const { cluster } = before;
    const kept = this.key === undefined ? { ...found, cluster } : { ...before, [this.key]: found };
    writeFileSync(RESULTS, `${JSON.stringify(kept, null, 2)}\n`);
  }
}

function row(figure: Figure): string[] {
  const { name, unit, rate, latencies, cpuServer, cpuLoad, cpuOthers, memory } = figure;
  const times = latencies ? [latencies.p50, latencies.p95, latencies.p99].map(milliseconds) : ['', '', ''];
  const seconds = (value: number | null | undefined) => (value === undefined || value === null ? '' : value.toFixed(1));
  const megabytes = memory === undefined ? '' : `${memory.now.toFixed(0)} (most ${memory.most.toFixed(0)})`;
  return [
    name,
    rate === undefined ? '' : `${whole(rate)} ${unit ?? ''}`,
    ...times,
    seconds(cpuServer),
    seconds(cpuLoad),
    seconds(cpuOthers),
    megabytes,
    notesOf(figure),
  ];
}

function notesOf({ note, cores, cpuMicros }: Figure): string {
  const parts = note === undefined ? [] : [note];
  if (cores !== undefined) parts.push(`cores: ${listed(cores, (value) => value.toFixed(2))}`);
  if (cpuMicros !== undefined) parts.push(`µs each: ${listed(cpuMicros, whole)}`);
  return parts.join('; ');
}

function listed(values: ByProcess, shown: (value: number) => string): string {
  const sorted = Object.entries(values).sort(([, a], [, b]) => b - a);
  return sorted.map(([name, value]) => `${name} ${shown(value)}`).join(', ');
}

export function milliseconds(value: number): string {
  return value < 1 ? value.toFixed(3) : value.toFixed(1);
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map((cells) => `${line(cells)}\n`).join('');
}
