// Clearing files as a whole: every file is read twice. The first pass checks all files to their ends; only then does the second pass
// post presentments, in file order.
import { hash } from 'node:crypto';
import { basename } from 'node:path';
import {
  type CallContext,
  type ClientOf,
  type cardProcessingContract,
  type ledgerContract,
  maskCardNumbersIn,
  noonOf,
} from '@tallystick/contracts';
import { BadClearingFile } from './bad-clearing-file.js';
import { type CheckedFile, ClearingControls, type CurrencyTotal } from './clearing-controls.js';
import { type ClearingFraming, clearingRecords, framingOf } from './clearing-records.js';
import type { ClearingSource } from './clearing-source.js';

export interface ClearingClients {
  readonly cardProcessing: Pick<ClientOf<typeof cardProcessingContract>, 'readClearing' | 'postClearing'>;
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'batch' | 'completeBatch'>;
}

export interface ClearingOptions {
  readonly signal: AbortSignal;
  readonly context: () => CallContext;
  /** Called now and then; `total` records are to be looked at in this pass. */
  readonly onProgress: (done: number, total: number | undefined) => void;
}

export interface ClearingFileReport {
  readonly file: string;
  readonly file_id: string;
  readonly scheme: string;
  readonly business_date: string;
  /** True where an earlier command had taken the file in whole: then nothing else was looked at. */
  readonly there_before: boolean;
  /** posted + repeated + exceptions. */
  readonly presentments: number;
  readonly posted: number;
  readonly repeated: number;
  /** How many by reason. */
  readonly exceptions: Readonly<Record<string, number>>;
  readonly exception_records: readonly { readonly record: number; readonly reason: string }[];
  /** What the file adds up to, minor units. */
  readonly totals: readonly CurrencyTotal[];
  /** Of the clearings posted by this command; confidence in percent. */
  readonly matches: readonly { readonly way: string; readonly confidence: number; readonly count: number }[];
}

export interface ClearingReport {
  readonly files: readonly ClearingFileReport[];
}

const DONE = 'clearing';
/** Written before the first posting: from then on the file's id means this content. */
const CHECKED = 'clearing-checked';
const RECORDS_PER_CALL = 500;
const BYTES_PER_CALL = 262_144;

interface Plan extends CheckedFile {
  readonly source: ClearingSource;
  readonly framing: ClearingFraming;
  readonly identity: string;
  readonly thereBefore: boolean;
}

/** @throws BadClearingFile before anything was posted, where a file is wrong or its id was used for another */
export async function importClearing(
  sources: readonly ClearingSource[],
  clients: ClearingClients,
  options: ClearingOptions,
): Promise<ClearingReport> {
  const importing = new ClearingImport(clients, options);
  const plans: Plan[] = [];
  for (const source of sources) {
    const plan = await importing.plan(source);
    const twin = plans.find(({ identity }) => identity === plan.identity);
    if (twin !== undefined) throw new BadClearingFile(`${source.name}: ${twin.source.name} has the same file id`);
    plans.push(plan);
  }
  const files: ClearingFileReport[] = [];
  for (const plan of plans) files.push(await importing.apply(plan));
  return { files };
}

class ClearingImport {
  private looked = 0;

  constructor(
    private readonly clients: ClearingClients,
    private readonly options: ClearingOptions,
  ) {}

  async plan(source: ClearingSource): Promise<Plan> {
    const framing = await framingOf(source);
    const { format } = framing;
    const controls = new ClearingControls(source.name);
    for await (const { records } of this.batches(source, framing)) {
      const { file } = controls;
      const read = await this.clients.cardProcessing.readClearing({ format, file, records }, this.options.context());
      for (const record of read.records) controls.take(record);
      this.looked += records.length;
      this.options.onProgress(this.looked, undefined);
    }
    const checked = controls.checked();
    const { scheme, id } = checked.file;
    const identity = hash('sha256', `${scheme}\u0000${id}`);
    return { ...checked, source, framing, identity, thereBefore: await this.isDone(source.name, identity, checked) };
  }

  /** @throws BadClearingFile where the id was used for other content */
  private async isDone(name: string, identity: string, { fingerprint, file }: CheckedFile): Promise<boolean> {
    for (const kind of [DONE, CHECKED]) {
      const { found } = await this.clients.ledger.batch({ kind, identity }, this.options.context());
      if (found === null) continue;
      if (found.contentFingerprint !== fingerprint)
        throw new BadClearingFile(`${name} record 1: the file id ${file.id} was used before for other content`);
      return kind === DONE;
    }
    return false;
  }

  async apply(plan: Plan): Promise<ClearingFileReport> {
    const { source, framing, file, records: total } = plan;
    const tally = { posted: 0, repeated: 0 };
    const exceptions: { record: number; reason: string }[] = [];
    const matches = new Map<string, { way: string; confidence: number; count: number }>();
    if (!plan.thereBefore) {
      await this.complete(CHECKED, plan, 0);
      for await (const { first, records } of this.batches(source, framing)) {
        const request = { format: framing.format, file, first, records };
        const answer = await this.clients.cardProcessing.postClearing(request, this.options.context());
        tally.posted += answer.posted;
        tally.repeated += answer.repeated;
        exceptions.push(...answer.exceptions);
        for (const match of answer.matches)
          matches.set(match.way, { ...match, count: match.count + (matches.get(match.way)?.count ?? 0) });
        this.options.onProgress(first + records.length - 1, total);
      }
      await this.complete(DONE, plan, exceptions.length);
    }
    return {
      file: source.name,
      file_id: file.id,
      scheme: file.scheme,
      business_date: file.date,
      there_before: plan.thereBefore,
      presentments: plan.presentments,
      ...tally,
      exceptions: counted(exceptions),
      exception_records: exceptions,
      totals: plan.totals,
      matches: [...matches.values()].sort((a, b) => b.confidence - a.confidence),
    };
  }

  private async complete(kind: string, plan: Plan, declined: number): Promise<void> {
    const { source, identity, fingerprint: contentFingerprint, presentments: rows, file } = plan;
    const counts = { rows, accepted: rows - declined, declined };
    const at = { effectiveAt: noonOf(file.date), localDate: file.date };
    const name = maskCardNumbersIn(basename(source.name));
    await this.clients.ledger.completeBatch(
      { kind, file: name, identity, contentFingerprint, ...counts, ...at },
      this.options.context(),
    );
  }

  /** The header comes alone, as it says how to read the rest. */
  private async *batches(source: ClearingSource, framing: ClearingFraming) {
    let records: Uint8Array[] = [];
    let bytes = 0;
    let first = 1;
    for await (const record of clearingRecords(source, framing, this.options.signal)) {
      records.push(record);
      bytes += record.length;
      if (first > 1 && records.length < RECORDS_PER_CALL && bytes < BYTES_PER_CALL) continue;
      yield { first, records };
      first += records.length;
      records = [];
      bytes = 0;
    }
    if (records.length > 0) yield { first, records };
  }
}

function counted(exceptions: readonly { readonly reason: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of exceptions) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
