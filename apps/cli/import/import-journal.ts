// `tallystick import journal`: another bank's statement lines, posted against a nostro in file order. A stated balance is compared, and
// every difference is reported.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import {
  type accountsContract,
  type CallContext,
  type ClientOf,
  type ledgerContract,
  maskCardNumbersIn,
  noonOf,
} from '@tallystick/contracts';
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
  /** Files that an earlier command had taken in whole. */
  readonly filesThereBefore: readonly string[];
  readonly differences: readonly BalanceDifference[];
  readonly refused: readonly { readonly id: string; readonly code: string; readonly message: string }[];
}

const COLUMNS = ['id', 'account', 'date', 'amount_minor', 'currency', 'description'] as const;
const LINES_PER_CALL = 1_000;
const KIND = 'journal';

export interface JournalImportClients {
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly ledger: ClientOf<typeof ledgerContract>;
}

/** @throws BadInput before anything was posted, where a line is broken */
export async function importJournal(
  paths: readonly string[],
  { accounts, ledger }: JournalImportClients,
  options: JournalImportOptions,
): Promise<JournalImportReport> {
  const files = await checkedFiles(paths, options.signal);
  const apply: JournalFile[] = [];
  const filesThereBefore: string[] = [];
  for (const file of files) {
    // The lines' own keys live for 30 days; that a file was taken in whole is remembered for ever.
    const { found } = await ledger.batch({ kind: KIND, identity: file.identity }, options.context());
    if (found === null) apply.push(file);
    else filesThereBefore.push(file.path);
  }
  const total = apply.reduce((sum, file) => sum + file.lines, 0);
  const report = {
    lines: 0,
    repeated: 0,
    differences: [] as BalanceDifference[],
    refused: [] as JournalImportReport['refused'][number][],
    filesThereBefore,
  };
  const applied = apply.map((file) => file.path);
  for await (const lines of batches(applied, options.signal)) {
    const answer = await accounts.importLines({ lines }, options.context());
    report.lines += lines.length;
    report.repeated += answer.repeated;
    report.differences.push(...answer.differences);
    report.refused.push(...answer.refused);
    options.onProgress(report.lines, total);
  }
  if (report.refused.length === 0) for (const file of apply) await complete(file, ledger, options.context());
  return report;
}

interface JournalFile {
  readonly path: string;
  /** What the file is called and what its lines say, without the accounts: they may be card numbers. */
  readonly identity: string;
  readonly lines: number;
  readonly lastDate: LocalDate;
}

/** @throws BadInput at the first broken line, and where an id is used twice */
async function checkedFiles(paths: readonly string[], signal: AbortSignal): Promise<JournalFile[]> {
  const ids = new Map<string, string>();
  const files: JournalFile[] = [];
  for (const path of paths) {
    const content = createHash('sha256').update(basename(path));
    let lines = 0;
    let lastDate = '' as LocalDate;
    for await (const { line, at } of journalLines(path, signal)) {
      const before = ids.get(line.id);
      if (before !== undefined) throw new BadInput(`${at}: the id ${maskCardNumbersIn(line.id)} was used at ${before}`);
      ids.set(line.id, at);
      const { id, date, amount, currency, description, statedBalance } = line;
      content.update(`\u0000${[id, date, amount, currency, description, statedBalance].join('\u0000')}`);
      if (date > lastDate) lastDate = date;
      lines++;
    }
    if (lines > 0) files.push({ path, identity: content.digest('hex'), lines, lastDate });
  }
  return files;
}

async function complete(
  { path, identity, lines, lastDate }: JournalFile,
  ledger: JournalImportClients['ledger'],
  context: CallContext,
): Promise<void> {
  const at = { effectiveAt: noonOf(lastDate), localDate: lastDate };
  const counts = { rows: lines, accepted: lines, declined: 0 };
  const file = maskCardNumbersIn(basename(path));
  await ledger.completeBatch({ kind: KIND, file, identity, contentFingerprint: identity, ...counts, ...at }, context);
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
