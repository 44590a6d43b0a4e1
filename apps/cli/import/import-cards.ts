// `tallystick import cards`: every file is read twice. The first pass checks each row and finds files that repeat an earlier one as a
// whole; only then does the second pass apply rows, in file order.

import { hash } from 'node:crypto';
import {
  type CallContext,
  type ClientOf,
  type cardProcessingContract,
  type ledgerContract,
  noonOf,
} from '@tallystick/contracts';
import type { LocalDate } from '@tallystick/ledger-core';
import { type CardRow, cardRows, contentOf, Fingerprint, type ReadOptions } from './card-file.js';
import { BadInput } from './csv-records.js';

export interface ImportClients {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly cardProcessing: ClientOf<typeof cardProcessingContract>;
}

export interface ImportOptions extends ReadOptions {
  readonly creditLimit: bigint;
  readonly acceptDuplicateFiles: boolean;
  readonly context: () => CallContext;
  /** Called now and then; `total` rows are to be looked at in this pass. */
  readonly onProgress: (done: number, total: number | undefined) => void;
}

export interface HeldBack {
  readonly file: string;
  readonly repeats: string;
  readonly rows: number;
}

export interface ImportReport {
  readonly rows: number;
  /** Rows that came once more in the input, file, row and content alike: they were taken once. */
  readonly rowsTwice: number;
  readonly accepted: number;
  readonly declined: number;
  /** Of accepted and declined together: how many were there before this command. */
  readonly repeated: number;
  readonly filesDone: number;
  /** Files that an earlier command had taken in whole. */
  readonly filesThereBefore: readonly string[];
  readonly heldBack: readonly HeldBack[];
  readonly refused: readonly {
    readonly file: string;
    readonly row: string;
    readonly code: string;
    readonly message: string;
  }[];
}

interface KnownCard {
  readonly token: TokenOf;
  readonly reference: string;
}
type TokenOf = Awaited<ReturnType<ImportClients['cardProcessing']['tokenise']>>['tokens'][number]['token'];

interface FilePlan {
  readonly file: string;
  readonly fingerprint: Fingerprint;
  lastDate: LocalDate;
  declined: number;
  refused: number;
  decision: 'apply' | 'there-before' | 'held-back';
}

const KIND = 'cards';
const ROWS_PER_CALL = 2_000;

/** @throws BadInput before anything was applied, where a row is broken */
export async function importCards(
  paths: readonly string[],
  clients: ImportClients,
  options: ImportOptions,
): Promise<ImportReport> {
  const importer = new CardImport(clients, options);
  await importer.plan(paths);
  return importer.apply(paths);
}

class CardImport {
  private readonly cards = new Map<string, KnownCard>();
  /** In order of appearance. */
  private readonly files = new Map<string, FilePlan>();
  private readonly heldBack: HeldBack[] = [];
  /** Content of each row by file and row; only while files are checked. */
  private readonly seen = new Map<string, { readonly content: string; readonly at: string }>();
  /** Ordinals, over the whole input, of rows that repeat an earlier one. */
  private readonly twice = new Set<number>();

  constructor(
    private readonly clients: ImportClients,
    private readonly options: ImportOptions,
  ) {}

  async plan(paths: readonly string[]): Promise<void> {
    let ordinal = 0;
    for (const path of paths) {
      for await (const row of cardRows(path, this.options)) {
        await this.look(path, row, ordinal++);
        if (ordinal % ROWS_PER_CALL === 0) this.options.onProgress(ordinal, undefined);
      }
    }
    this.seen.clear();
    await this.decideFiles();
  }

  private async look(path: string, row: CardRow, ordinal: number): Promise<void> {
    const known = this.cards.get(row.card) ?? (await this.tokenise(row.card));
    const content = contentOf(row, known.token);
    const at = `${path} line ${row.line}`;
    const identity = `${row.file}\u0000${row.row}`;
    const before = this.seen.get(identity);
    if (before !== undefined) {
      if (before.content !== content)
        throw new BadInput(`${at}: row ${row.row} of ${row.file} was at ${before.at} with other content`);
      this.twice.add(ordinal);
      return;
    }
    this.seen.set(identity, { content, at });
    let plan = this.files.get(row.file);
    if (plan === undefined) {
      plan = {
        file: row.file,
        fingerprint: new Fingerprint(),
        lastDate: row.date,
        declined: 0,
        refused: 0,
        decision: 'apply',
      };
      this.files.set(row.file, plan);
    }
    plan.fingerprint.add(content);
    if (row.date > plan.lastDate) plan.lastDate = row.date;
  }

  /** A file is held back where an earlier one, of this command or of another, has the same rows as a whole. */
  private async decideFiles(): Promise<void> {
    const firstWith = new Map<string, string>();
    for (const plan of this.files.values()) {
      const fingerprint = plan.fingerprint.toString();
      if (await this.isDone(plan)) {
        plan.decision = 'there-before';
        continue;
      }
      const earlier = firstWith.get(fingerprint) ?? (await this.fileWith(fingerprint));
      if (earlier === undefined || earlier === plan.file) firstWith.set(fingerprint, plan.file);
      else if (!this.options.acceptDuplicateFiles) {
        plan.decision = 'held-back';
        this.heldBack.push({ file: plan.file, repeats: earlier, rows: plan.fingerprint.rows });
      }
    }
  }

  async apply(paths: readonly string[]): Promise<ImportReport> {
    const report = { accepted: 0, declined: 0, repeated: 0, refused: [] as ImportReport['refused'][number][] };
    const applied = [...this.files.values()].filter((plan) => plan.decision === 'apply');
    const total = applied.reduce((sum, plan) => sum + plan.fingerprint.rows, 0);
    let done = 0;
    for await (const rows of oneAhead(this.batches(paths))) {
      const answer = await this.clients.cardProcessing.importRows(
        { creditLimit: this.options.creditLimit, rows: rows.map((row) => this.importedRow(row)) },
        this.options.context(),
      );
      report.accepted += answer.accepted;
      report.declined += answer.declined;
      report.repeated += answer.repeated;
      report.refused.push(...answer.refused);
      for (const { file } of answer.refused) this.planOf(file).refused++;
      for (const { file, declined } of answer.declinedByFile) this.planOf(file).declined += declined;
      done += rows.length;
      this.options.onProgress(done, total);
    }
    await this.completeFiles();
    const plans = [...this.files.values()];
    return {
      ...report,
      rows: done,
      rowsTwice: this.twice.size,
      filesDone: applied.filter((plan) => plan.refused === 0).length,
      filesThereBefore: plans.filter((plan) => plan.decision === 'there-before').map((plan) => plan.file),
      heldBack: this.heldBack,
    };
  }

  private async *batches(paths: readonly string[]): AsyncGenerator<CardRow[]> {
    let rows: CardRow[] = [];
    let ordinal = 0;
    for (const path of paths) {
      for await (const row of cardRows(path, this.options)) {
        if (this.twice.has(ordinal++)) continue;
        if (this.files.get(row.file)?.decision !== 'apply') continue;
        if (rows.push(row) < ROWS_PER_CALL) continue;
        yield rows;
        rows = [];
      }
    }
    if (rows.length > 0) yield rows;
  }

  private importedRow(row: CardRow) {
    const known = this.cards.get(row.card);
    if (known === undefined) throw new Error(`${row.file} row ${row.row} appeared after the file was checked`);
    const { file, row: number, date, amount, currency, local, merchant, category } = row;
    return {
      file,
      row: number,
      token: known.token,
      reference: known.reference,
      date,
      amount,
      currency,
      local,
      merchant,
      category,
    };
  }

  private planOf(file: string): FilePlan {
    const plan = this.files.get(file);
    if (plan === undefined) throw new Error(`${file} appeared after the files were checked`);
    return plan;
  }

  private async tokenise(card: string): Promise<KnownCard> {
    const { tokens } = await this.clients.cardProcessing.tokenise({ cards: [card] }, this.options.context());
    const [known] = tokens;
    if (known === undefined) throw new Error('no token was given');
    this.cards.set(card, known);
    return known;
  }

  private async completeFiles(): Promise<void> {
    for (const plan of this.files.values()) {
      if (plan.decision !== 'apply' || plan.refused > 0) continue;
      const contentFingerprint = plan.fingerprint.toString();
      const first = await this.fileWith(contentFingerprint);
      const facts = {
        kind: KIND,
        file: plan.file,
        contentFingerprint,
        rows: plan.fingerprint.rows,
        accepted: plan.fingerprint.rows - plan.declined,
        declined: plan.declined,
      };
      const at = { effectiveAt: noonOf(plan.lastDate), localDate: plan.lastDate };
      const complete = (identity: string) =>
        this.clients.ledger.completeBatch({ ...facts, ...at, identity }, this.options.context());
      // In this order: were the file known and its content not after a crash, the next file with the same rows would be let in.
      if (first === undefined) await complete(contentFingerprint);
      await complete(identityOf(plan));
    }
  }

  private async isDone(plan: FilePlan): Promise<boolean> {
    const { found } = await this.clients.ledger.batch(
      { kind: KIND, identity: identityOf(plan) },
      this.options.context(),
    );
    return found !== null;
  }

  /** The first file that was taken in with these rows. */
  private async fileWith(fingerprint: string): Promise<string | undefined> {
    const { found } = await this.clients.ledger.batch({ kind: KIND, identity: fingerprint }, this.options.context());
    return found?.file;
  }
}

/** The next one is read while the one before is applied, which is mostly waiting for the disk. */
async function* oneAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  for (;;) {
    const { value, done } = await next;
    if (done === true) return;
    next = source.next();
    // Whoever takes the value may fail first, and then nobody asks for this one.
    next.catch(() => undefined);
    yield value;
  }
}

/** A file is what it is called and what it holds. */
function identityOf(plan: FilePlan): string {
  return hash('sha256', `${plan.file}\u0000${plan.fingerprint}`);
}
