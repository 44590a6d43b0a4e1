// `tallystick import journal`: another bank's statement lines, posted against a nostro in file order. A stated balance is compared, and
// every difference is reported.
import { type accountsContract, type CallContext, type ClientOf, maskCardNumbersIn } from '@tallystick/contracts';
import type { CurrencyCode, LocalDate } from '@tallystick/ledger-core';
import { currencyOf, dateOf, minorOf } from './cells.js';
import { BadInput, csvRecords } from './csv-records.js';

export interface JournalLine {
  readonly id: string;
  readonly account: string;
  readonly date: LocalDate;
  readonly amount: bigint;
  readonly currency: CurrencyCode;
  readonly description: string;
  readonly statedBalance: bigint | null;
}

export interface JournalImportOptions {
  readonly signal: AbortSignal;
  readonly context: () => CallContext;
  readonly onProgress: (done: number, total: number | undefined) => void;
}

export interface BalanceDifference {
  readonly id: string;
  readonly account: string;
  readonly stated: bigint;
  readonly ours: bigint;
  readonly currency: CurrencyCode;
}

export interface JournalImportReport {
  readonly lines: number;
  readonly repeated: number;
  readonly differences: readonly BalanceDifference[];
  readonly refused: readonly { readonly id: string; readonly code: string; readonly message: string }[];
}

const COLUMNS = ['id', 'account', 'date', 'amount_minor', 'currency', 'description'] as const;
const LINES_PER_CALL = 1_000;

/** @throws BadInput before anything was posted, where a line is broken */
export async function importJournal(
  paths: readonly string[],
  accounts: ClientOf<typeof accountsContract>,
  options: JournalImportOptions,
): Promise<JournalImportReport> {
  let total = 0;
  const ids = new Map<string, string>();
  for (const path of paths) {
    for await (const { line, at } of journalLines(path, options.signal)) {
      const before = ids.get(line.id);
      if (before !== undefined) throw new BadInput(`${at}: the id ${maskCardNumbersIn(line.id)} was used at ${before}`);
      ids.set(line.id, at);
      total++;
    }
  }
  const report = {
    lines: 0,
    repeated: 0,
    differences: [] as BalanceDifference[],
    refused: [] as JournalImportReport['refused'][number][],
  };
  for await (const lines of batches(paths, options.signal)) {
    const answer = await accounts.importLines({ lines }, options.context());
    report.lines += lines.length;
    report.repeated += answer.repeated;
    report.differences.push(...answer.differences);
    report.refused.push(...answer.refused);
    options.onProgress(report.lines, total);
  }
  return report;
}

async function* batches(paths: readonly string[], signal: AbortSignal): AsyncGenerator<JournalLine[]> {
  let lines: JournalLine[] = [];
  for (const path of paths) {
    for await (const { line } of journalLines(path, signal)) {
      if (lines.push(line) < LINES_PER_CALL) continue;
      yield lines;
      lines = [];
    }
  }
  if (lines.length > 0) yield lines;
}

async function* journalLines(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly line: JournalLine; readonly at: string }> {
  const faultOf = (columns: ReadonlySet<string>) => {
    const missing = COLUMNS.find((name) => !columns.has(name));
    return missing === undefined ? undefined : `the column ${missing} is missing`;
  };
  for await (const { fields, line } of csvRecords(path, { signal, faultOf })) {
    const at = `${path} line ${line}`;
    const amount = minorOf(at, 'amount_minor', fields.amount_minor);
    const currency = currencyOf(at, 'currency', fields.currency);
    if (!fields.id) throw new BadInput(`${at}: id is empty`);
    if (!fields.account) throw new BadInput(`${at}: account is empty`);
    if (amount === undefined) throw new BadInput(`${at}: amount_minor is empty`);
    if (currency === undefined) throw new BadInput(`${at}: currency is empty`);
    const statedBalance = minorOf(at, 'balance_minor', fields.balance_minor) ?? null;
    const { id, account } = fields;
    const description = maskCardNumbersIn(fields.description ?? '');
    yield { at, line: { id, account, date: dateOf(at, fields.date), amount, currency, description, statedBalance } };
  }
}
