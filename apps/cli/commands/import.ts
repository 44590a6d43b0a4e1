// `tallystick import cards` and `tallystick import journal`.
import { type CurrencyCode, formatMinor } from '@tallystick/ledger-core';
import type { OfflineBank } from '../../bank/bank.js';
import { type ImportReport, importCards } from '../import/import-cards.js';
import { importJournal, type JournalImportReport } from '../import/import-journal.js';

export type Progress = (done: number, total: number | undefined) => void;

export interface ImportCardsOptions {
  readonly currency: CurrencyCode;
  readonly creditLimit: bigint;
  readonly acceptDuplicateFiles: boolean;
}

/** The report once the views show all of it. @throws BadInput with nothing applied */
export async function runImportCards(
  bank: OfflineBank,
  files: readonly string[],
  options: ImportCardsOptions,
  signal: AbortSignal,
  onProgress: Progress,
): Promise<ImportReport> {
  const { creditLimit, acceptDuplicateFiles, currency } = options;
  const report = await importCards(files, bank.clients, {
    defaultCurrency: currency,
    creditLimit,
    acceptDuplicateFiles,
    signal,
    context: bank.context,
    onProgress,
  });
  await bank.viewsCaughtUp(signal);
  return report;
}

export async function runImportJournal(
  bank: OfflineBank,
  files: readonly string[],
  signal: AbortSignal,
  onProgress: Progress,
): Promise<JournalImportReport> {
  const report = await importJournal(files, bank.clients.accounts, { signal, context: bank.context, onProgress });
  await bank.viewsCaughtUp(signal);
  return report;
}

/** For people; one line per fact. */
export function cardsReportText(report: ImportReport): string {
  const lines = [
    `${report.rows} rows: ${report.accepted} accepted, ${report.declined} declined; ${report.repeated} were there before`,
  ];
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
  for (const { id, account, stated, ours, currency } of report.differences) {
    lines.push(
      `difference: line ${id} of ${account}: the statement says ${formatMinor(stated, currency)} ${currency}, the books ${formatMinor(ours, currency)} ${currency}`,
    );
  }
  for (const { id, code, message } of report.refused) lines.push(`refused: line ${id}: ${code}: ${message}`);
  return `${lines.join('\n')}\n`;
}
