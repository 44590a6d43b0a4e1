// What `tallystick import clearing` tells people.
import { formatMinor } from '@tallystick/ledger-core';
import type { ClearingFileReport, ClearingReport } from '../../bank/clearing-import.js';

const EXCEPTIONS_SHOWN = 20;

/** One line per fact. */
export function clearingReportText({ files }: ClearingReport): string {
  return `${files.flatMap(linesOf).join('\n')}\n`;
}

function linesOf(report: ClearingFileReport): string[] {
  const { file, presentments, posted, repeated, exception_records: exceptions } = report;
  const name = `${file}: ${report.scheme} file ${report.file_id} of ${report.business_date}`;
  if (report.there_before) return [`${name} had been imported whole before: nothing was added`];
  const lines = [
    `${name}: ${presentments} presentments: ${posted} posted, ${exceptions.length} exceptions; ${repeated} were there before`,
  ];
  for (const { currency, debits, credits } of report.totals)
    lines.push(`  ${currency}: debits ${formatMinor(debits, currency)}, credits ${formatMinor(credits, currency)}`);
  for (const { way, confidence, count } of report.matches)
    lines.push(
      confidence === 0
        ? `  without authorisation, forced: ${count}`
        : `  matched by ${way.replaceAll('_', ' ')}, ${confidence} % sure: ${count}`,
    );
  for (const [reason, count] of Object.entries(report.exceptions)) lines.push(`  exception ${reason}: ${count}`);
  for (const { record, reason } of exceptions.slice(0, EXCEPTIONS_SHOWN)) lines.push(`    record ${record}: ${reason}`);
  if (exceptions.length > EXCEPTIONS_SHOWN)
    lines.push(`    and ${exceptions.length - EXCEPTIONS_SHOWN} more: --json has them all`);
  return lines;
}
