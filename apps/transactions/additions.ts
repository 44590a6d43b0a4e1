// What customers' programs wrote beside transactions, read for a page of them at a time.
import { monthOf } from '@tallystick/events';
import type { AccountId, AttachmentId, Micros, TransactionId } from '@tallystick/ledger-core';
import type { Row, TableDefinition, ViewReader } from '@tallystick/views';
import type { Annotated, Transaction } from './transaction-rows.js';
import { annotationsTable, attachmentsTable } from './transactions.tables.js';

type Attachment = Annotated['attachments'][number];

/** Ids of one month, the least and the greatest. */
interface Range {
  readonly month: string;
  readonly first: TransactionId;
  last: TransactionId;
  count: number;
}

const NOTHING: Addition = { written: null, attachments: [], changed: 0n };

interface Addition {
  written: Uint8Array | null;
  attachments: Attachment[];
  /** When anything of it was last changed. */
  changed: Micros;
}

export class Additions {
  constructor(private readonly views: Pick<ViewReader, 'slice'>) {}

  /**
   * The same rows with what is beside them: two reads for each month that they are of, all at a time.
   * @param rows transactions of one account, in order of id
   */
  async beside(
    accountId: AccountId,
    rows: readonly Transaction[],
    clientId: string | null,
  ): Promise<readonly Annotated[]> {
    const found = new Map<string, Addition>();
    const of = ({ transaction_id }: Row) => {
      const id = transaction_id as TransactionId;
      const addition = found.get(id) ?? { ...NOTHING, attachments: [] };
      found.set(id, addition);
      return addition;
    };
    await Promise.all(
      rangesOf(rows).map(async (range) => {
        const { month } = range;
        const [annotations, attachments] = await Promise.all([
          clientId === null
            ? []
            : this.read(annotationsTable, { account_id: accountId, month, client_id: clientId }, range, {}),
          this.read(attachmentsTable, { account_id: accountId, month }, range, { attachment_id: '' }),
        ]);
        for (const row of annotations) annotate(of(row), row);
        for (const row of attachments) attach(of(row), row);
      }),
    );
    return rows.map((row) => {
      const { written, attachments, changed } = found.get(row.id) ?? NOTHING;
      const updated = changed > row.updated ? changed : row.updated;
      return { ...row, updated, written, attachments: [...attachments].sort(byTime) };
    });
  }

  /** @param least of the rest of the clustering key, what is least */
  private async read(
    table: TableDefinition,
    partition: Row,
    { first, last, count }: Range,
    least: Row,
  ): Promise<Row[]> {
    const rows: Row[] = [];
    // The beginning of an id comes before it, and after every lesser one.
    let after: Row = { transaction_id: first.slice(0, -1), ...least };
    for (const limit = count + 1; ; ) {
      const page = await this.views.slice(table, { partition, after, limit });
      for (const row of page) if ((row.transaction_id as string) <= last) rows.push(row);
      const end = page.at(-1);
      if (end === undefined || page.length < limit || (end.transaction_id as string) > last) return rows;
      after = Object.fromEntries(Object.keys(after).map((column) => [column, end[column] ?? null]));
    }
  }
}

function rangesOf(rows: readonly Transaction[]): readonly Range[] {
  const ranges: Range[] = [];
  for (const { id } of rows) {
    const month = monthOf(id);
    const range = ranges.at(-1);
    if (range?.month === month) {
      range.last = id;
      range.count++;
    } else ranges.push({ month, first: id, last: id, count: 1 });
  }
  return ranges;
}

function annotate(addition: Addition, { written, annotated_at }: Row): void {
  addition.written = written as Uint8Array | null;
  touch(addition, annotated_at as Micros);
}

function attach(addition: Addition, { attachment_id, user_id, personal, changed_at }: Row): void {
  const created = changed_at as Micros;
  touch(addition, created);
  // It was taken away.
  if (!(personal instanceof Uint8Array)) return;
  const id = attachment_id as AttachmentId;
  addition.attachments.push({ id, userId: user_id as string, created, personal });
}

function touch(addition: Addition, at: Micros): void {
  if (at > addition.changed) addition.changed = at;
}

function byTime(left: Attachment, right: Attachment): number {
  if (left.created !== right.created) return left.created < right.created ? -1 : 1;
  return left.id < right.id ? -1 : 1;
}
