// `tallystick import cards`, `tallystick import journal` and `tallystick import clearing`.
import { AMOUNT_MAX, formatMinor, isCurrency } from '@tallystick/ledger-core';
import type { Command } from 'commander';
import type { OfflineBank } from '../../bank/bank.js';
import type { ClearingReport } from '../../bank/clearing-import.js';
import { UsageError } from '../failures.js';
import { fileSource } from '../import/clearing-file-source.js';
import { uploadClearing } from '../import/clearing-upload.js';
import { type ImportReport, importCards } from '../import/import-cards.js';
import { importJournal, type JournalImportReport } from '../import/import-journal.js';
import { progress } from '../progress.js';
import { answer, foundDifference, type GlobalOptions, globalOptions, type Session } from '../session.js';
import { clearingReportText } from './import-clearing.js';

interface CardsOptions {
  readonly currency: string;
  readonly creditLimit: string;
  readonly acceptDuplicateFiles?: boolean;
}

/** Large enough never to decline: ten million millions, in minor units of two digits. */
const CREDIT_LIMIT = '1000000000000000';

export function importFiles(program: Command, session: Session): void {
  const group = program.command('import').description('take in card transactions or statement lines from files');
  group
    .command('cards')
    .argument('<file...>', 'CSV, gzip too')
    .option('--currency <code>', 'of rows that name none', 'GBP')
    .option('--credit-limit <minor>', 'of each account that is opened, in minor units', CREDIT_LIMIT)
    .option('--accept-duplicate-files', 'import files that repeat an earlier one as a whole')
    .description('each row as an authorisation and its clearing; a second time adds nothing')
    .action((files: string[], options: CardsOptions, command: Command) =>
      importing(session, command, (bank, signal, onProgress) =>
        cards(session, command, bank, files, options, signal, onProgress),
      ),
    );
  group
    .command('journal')
    .argument('<file...>', 'CSV: id,account,date,amount_minor,currency,description[,balance_minor]')
    .description("another bank's statement lines, posted against a nostro in file order")
    .action((files: string[], _: object, command: Command) =>
      importing(session, command, (bank, signal, onProgress) =>
        journal(session, command, bank, files, signal, onProgress),
      ),
    );
  group
    .command('clearing')
    .argument('<file...>', 'presentments: JSON lines, or Mastercard IPM (VBS or 1014-blocked, EBCDIC or ASCII)')
    .description('a day of presentments from a card scheme; a file that is wrong is refused whole')
    .action(async (files: string[], _: object, command: Command) => {
      try {
        await importing(session, command, (bank, signal, onProgress) =>
          clearing(session, command, bank, files, signal, onProgress),
        );
      } catch (error) {
        const { FolderInUse } = await import('../../bank/folder-lock.js');
        const url = error instanceof FolderInUse ? error.holder?.url : undefined;
        if (url === undefined) throw error;
        await told(session, command, await uploadClearing(url, files, session.signal));
      }
    });
}

type OnProgress = (done: number, total: number | undefined) => void;

async function importing(
  session: Session,
  command: Command,
  work: (bank: OfflineBank, signal: AbortSignal, onProgress: OnProgress) => Promise<void>,
): Promise<void> {
  const { signal } = session;
  const bank = await bankOf(globalOptions(command));
  const bar = progress(session.terminal.progress, 'import');
  try {
    await work(bank, signal, (done, total) => (total === undefined ? undefined : bar.update({ done, total })));
  } finally {
    bar.end();
    await bank.close();
  }
}

async function bankOf({ config, data: folder }: GlobalOptions): Promise<OfflineBank> {
  const { BOOK_ZONE, report } = await import('../../bank/open-books.js');
  if (config !== undefined) return (await import('../../bank/cluster/cluster-bank.js')).openClusterBank(config, report);
  const { openBank } = await import('../../bank/bank.js');
  return openBank({ folder, bookZone: BOOK_ZONE, calls: 'direct', report });
}

async function cards(
  session: Session,
  command: Command,
  bank: OfflineBank,
  files: readonly string[],
  options: CardsOptions,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<void> {
  const { currency, acceptDuplicateFiles = false } = options;
  if (!isCurrency(currency)) throw new UsageError('--currency is not an ISO 4217 currency code');
  if (!/^\d{1,16}$/.test(options.creditLimit) || BigInt(options.creditLimit) > AMOUNT_MAX)
    throw new UsageError(`--credit-limit is a whole number of minor units up to ${AMOUNT_MAX}`);
  const creditLimit = BigInt(options.creditLimit);
  const report = await importCards(files, bank.clients, {
    defaultCurrency: currency,
    creditLimit,
    acceptDuplicateFiles,
    signal,
    context: bank.context,
    onProgress,
  });
  await bank.enriched(signal);
  if (report.refused.length > 0) foundDifference(session);
  await answer(session, command, { json: () => report, text: () => cardsReportText(report) });
}

async function journal(
  session: Session,
  command: Command,
  bank: OfflineBank,
  files: readonly string[],
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<void> {
  const report = await importJournal(files, bank.clients, { signal, context: bank.context, onProgress });
  await bank.viewsCaughtUp(signal);
  if (report.refused.length + report.differences.length > 0) foundDifference(session);
  await answer(session, command, { json: () => report, text: () => journalReportText(report) });
}

async function clearing(
  session: Session,
  command: Command,
  bank: OfflineBank,
  files: readonly string[],
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<void> {
  const { importClearing } = await import('../../bank/clearing-import.js');
  const report = await importClearing(files.map(fileSource), bank.clients, {
    signal,
    context: bank.context,
    onProgress,
  });
  await bank.enriched(signal);
  await told(session, command, report);
}

async function told(session: Session, command: Command, report: ClearingReport): Promise<void> {
  if (report.files.some((file) => file.exception_records.length > 0)) foundDifference(session);
  await answer(session, command, { json: () => report, text: () => clearingReportText(report) });
}

/** For people; one line per fact. */
export function cardsReportText(report: ImportReport): string {
  const lines = [
    `${report.rows} rows: ${report.accepted} accepted, ${report.declined} declined; ${report.repeated} were there before`,
  ];
  if (report.rowsTwice > 0) lines.push(`${report.rowsTwice} rows came twice in the input and were taken once`);
  if (report.filesThereBefore.length > 0)
    lines.push(`${report.filesThereBefore.length} file(s) had been imported whole before: nothing was added`);
  for (const { file, repeats, rows } of report.heldBack)
    lines.push(`held back: ${file} repeats ${repeats} as a whole (${rows} rows); --accept-duplicate-files imports it`);
  for (const { file, row, code, message } of report.refused)
    lines.push(`refused: ${file} row ${row}: ${code}: ${message}`);
  return `${lines.join('\n')}\n`;
}

export function journalReportText(report: JournalImportReport): string {
  const lines = [`${report.lines} lines; ${report.repeated} were there before`];
  if (report.filesThereBefore.length > 0)
    lines.push(`${report.filesThereBefore.length} file(s) had been imported whole before: nothing was added`);
  for (const { id, account, stated, ours, currency } of report.differences) {
    lines.push(
      `difference: line ${id} of ${account}: the statement says ${formatMinor(stated, currency)} ${currency}, the books ${formatMinor(ours, currency)} ${currency}`,
    );
  }
  for (const { id, code, message } of report.refused) lines.push(`refused: line ${id}: ${code}: ${message}`);
  return `${lines.join('\n')}\n`;
}
