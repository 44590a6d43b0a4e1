// Clearing files through the bank that runs on the folder: one after the other, each as the bank takes it.
import { readFile } from 'node:fs/promises';
import type { ClearingFileReport, ClearingReport } from '../../bank/clearing-import.js';
import { fileSource } from './clearing-file-source.js';
import { BadInput } from './csv-records.js';

/** @throws BadInput where the bank refuses a file; those before it were taken in */
export async function uploadClearing(
  url: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ClearingReport> {
  const files: ClearingFileReport[] = [];
  for (const path of paths) {
    // What can not be read is told in the words of a file that is imported.
    await fileSource(path).ends({ head: 1, tail: 1 });
    const response = await fetch(`${url}/gateway/clearing-files`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: await readFile(path),
      signal,
    });
    if (!response.ok) throw refused(path, response.status, ((await response.json()) as { message: string }).message);
    // The bank's own description of the route says so.
    const shown = (await response.json()) as ReportShown;
    files.push({ ...shown, file: path, totals: shown.totals.map(totalOf) });
  }
  return { files };
}

type ReportShown = Omit<ClearingFileReport, 'file' | 'totals'> & { readonly totals: readonly TotalShown[] };

interface TotalShown {
  readonly currency: ClearingFileReport['totals'][number]['currency'];
  readonly debits: string;
  readonly credits: string;
}

function totalOf({ currency, debits, credits }: TotalShown): ClearingFileReport['totals'][number] {
  return { currency, debits: BigInt(debits), credits: BigInt(credits) };
}

/** The bank calls it "the file", for it has no name there. */
function refused(path: string, status: number, message: string): Error {
  const sentence = message.replace(/^the file(?= record|:)/, path);
  return status === 400 || status === 413 ? new BadInput(sentence) : new Error(`${path}: ${message}`);
}
