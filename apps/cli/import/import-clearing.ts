// `tallystick import clearing`: every file is read twice. The first pass checks all files to their ends; only then does the second pass
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
import { type CheckedFile, ClearingControls, type CurrencyTotal } from './clearing-controls.js';
import { type ClearingFraming, clearingRecords, framingOf } from './clearing-records.js';
import { BadInput } from './csv-records.js';

export interface ClearingClients {
  readonly cardProcessing: ClientOf<typeof cardProcessingContract>;
  readonly ledger: ClientOf<typeof ledgerContract>;
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
  readonly path: string;
  readonly framing: ClearingFraming;
  readonly identity: string;
  readonly thereBefore: boolean;
}

/** @throws BadInput before anything was posted, where a file is wrong or its id was used for another */
export async function importClearing(
  paths: readonly string[],
  clients: ClearingClients,
  options: ClearingOptions,
): Promise<ClearingReport> {
  const importing = new ClearingImport(clients, options);
  const plans: Plan[] = [];
  for (const path of paths) {
    const plan = await importing.plan(path);
    const twin = plans.find(({ identity }) => identity === plan.identity);
    if (twin !== undefined) throw new BadInput(`${path}: ${twin.path} has the same file id`);
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

  async plan(path: string): Promise<Plan> {
    const framing = await framingOf(path);
    const { format } = framing;
    const controls = new ClearingControls(path);
    for await (const { records } of this.batches(path, framing)) {
      const { file } = controls;
      const read = await this.clients.cardProcessing.readClearing({ format, file, records }, this.options.context());
      for (const record of read.records) controls.take(record);
      this.looked += records.length;
      this.options.onProgress(this.looked, undefined);
    }
    const checked = controls.checked();
    const { scheme, id } = checked.file;
    const identity = hash('sha256', `${scheme}\u0000${id}`);
    return { ...checked, path, framing, identity, thereBefore: await this.isDone(path, identity, checked) };
  }

  /** @throws BadInput where the id was used for other content */
  private async isDone(path: string, identity: string, { fingerprint, file }: CheckedFile): Promise<boolean> {
    for (const kind of [DONE, CHECKED]) {
      const { found } = await this.clients.ledger.batch({ kind, identity }, this.options.context());
      if (found === null) continue;
      if (found.contentFingerprint !== fingerprint)
        throw new BadInput(`${path} record 1: the file id ${file.id} was used before for other content`);
      return kind === DONE;
    }
    return false;
  }

  async apply(plan: Plan): Promise<ClearingFileReport> {
    const { path, framing, file, records: total } = plan;
    const tally = { posted: 0, repeated: 0 };
    const exceptions: { record: number; reason: string }[] = [];
    const matches = new Map<string, { way: string; confidence: number; count: number }>();
    if (!plan.thereBefore) {
      await this.complete(CHECKED, plan, 0);
      for await (const { first, records } of this.batches(path, framing)) {
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
      file: path,
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
    const { path, identity, fingerprint: contentFingerprint, presentments: rows, file } = plan;
    const counts = { rows, accepted: rows - declined, declined };
    const at = { effectiveAt: noonOf(file.date), localDate: file.date };
    const name = maskCardNumbersIn(basename(path));
    await this.clients.ledger.completeBatch(
      { kind, file: name, identity, contentFingerprint, ...counts, ...at },
      this.options.context(),
    );
  }

  /** The header comes alone, as it says how to read the rest. */
  private async *batches(path: string, framing: ClearingFraming) {
    let records: Uint8Array[] = [];
    let bytes = 0;
    let first = 1;
    for await (const record of clearingRecords(path, framing, this.options.signal)) {
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
