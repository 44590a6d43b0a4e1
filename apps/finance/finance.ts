// What finance answers: the books, folded from the journal at each question, or read from the view of the general ledger.
import type { financeContract, HandlersOf, RequestOf } from '@tallystick/contracts';
import { bookDateIn } from '@tallystick/contracts/book-date';
import { decodeMetadata, decodePayload } from '@tallystick/events';
import type { CurrencyCode, LedgerAccount } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import type { ViewReader } from '@tallystick/views';
import { availableOf, type HistoryStep, historyOf, type Standing } from './account-history.js';
import { EVERYTHING } from './as-of.js';
import { CSV_HEADER, csvLines } from './csv.js';
import { describe } from './description.js';
import { ledgerSumsTable, sumsOf } from './gl.projection.js';
import { hledgerEntry, hledgerHeader } from './hledger.js';
import { JournalEntries } from './journal-entries.js';
import { type BookJournal, othersTurn } from './journal-pages.js';
import { TrialBalance, trialBalanceOf } from './trial-balance.js';

type Handlers = HandlersOf<typeof financeContract>;
type ExportRequest = RequestOf<(typeof financeContract)['methods']['exportEntries']>;

export interface FinancePorts {
  readonly journal: BookJournal;
  readonly views: Pick<ViewReader, 'scan'>;
  /** The book's, an IANA name. */
  readonly timeZone: string;
}

export class Finance implements Handlers {
  private readonly journalEntries: JournalEntries;
  private readonly journal: BookJournal;
  private readonly views: Pick<ViewReader, 'scan'>;

  /** @throws RangeError for a time zone that nobody knows */
  constructor({ journal, views, timeZone }: FinancePorts) {
    this.journal = journal;
    this.views = views;
    this.journalEntries = new JournalEntries(journal, bookDateIn(timeZone));
  }

  trialBalance: Handlers['trialBalance'] = async ({ at, knownAt, from }, { signal }) => {
    if (from === 'views' && (at !== null || knownAt !== null)) throw viewsHaveNoHistory();
    const trialBalance =
      from === 'views' ? await this.fromViews(signal) : await this.fromJournal({ at, knownAt }, signal);
    return { accounts: trialBalance.accounts(), totals: trialBalance.totals() };
  };

  balance: Handlers['balance'] = async ({ accountId, at, knownAt }, { signal }) => {
    let standing: Standing | undefined;
    for await (const step of historyOf(this.journal, accountId, { at, knownAt, after: null, signal }))
      standing = step.standing;
    if (standing === undefined) return { found: null };
    const { currency, ledger, held, pots } = standing;
    return { found: { currency, ledger, held, available: availableOf(standing), pots } };
  };

  explain: Handlers['explain'] = async ({ accountId, at, knownAt, after, limit }, { signal }) => {
    const steps: HistoryStep[] = [];
    for await (const step of historyOf(this.journal, accountId, { at, knownAt, after, signal })) {
      steps.push(step);
      if (steps.length === limit) break;
    }
    const last = steps.at(-1)?.standing ?? after;
    if (last === null) return { found: null };
    const next = steps.length < limit ? null : last;
    return { found: { currency: last.currency, lines: steps.map(lineOf), next } };
  };

  entries: Handlers['entries'] = (request, { signal }) => this.journalEntries.page(request, signal);

  exportEntries: Handlers['exportEntries'] = async (request, { signal }) => {
    const header = request.after === null ? await this.header(request.format, signal) : '';
    const { entries, next } = await this.journalEntries.page(request, signal);
    const write = request.format === 'csv' ? csvLines : hledgerEntry;
    return { text: header + entries.map(write).join(''), entries: entries.length, next };
  };

  private async header(format: ExportRequest['format'], signal: AbortSignal): Promise<string> {
    if (format === 'csv') return CSV_HEADER;
    return hledgerHeader((await this.fromJournal(EVERYTHING, signal)).accounts());
  }

  private async fromJournal(
    asOf: { readonly at: bigint | null; readonly knownAt: bigint | null },
    signal: AbortSignal,
  ) {
    return trialBalanceOf(this.journal, { ...asOf, upTo: await this.journal.head(), signal });
  }

  private async fromViews(signal: AbortSignal): Promise<TrialBalance> {
    const trialBalance = new TrialBalance();
    for await (const page of this.views.scan(ledgerSumsTable)) {
      await othersTurn();
      signal.throwIfAborted();
      for (const row of page) {
        const { debits, credits } = sumsOf(row);
        // The table declares both as text, and the projection writes nothing else into them.
        trialBalance.addSums(row.account as LedgerAccount, row.currency as CurrencyCode, debits, credits);
      }
    }
    return trialBalance;
  }
}

function viewsHaveNoHistory(): CallFailed {
  const message = 'the views know only the present: ask the journal for a time';
  return new CallFailed({ code: 'bad_request.views_have_no_history', message, retryable: false });
}

function lineOf({ recorded, times, change, standing }: HistoryStep) {
  const event = decodePayload(recorded.payload);
  return {
    revision: recorded.revision,
    type: event.type,
    ...times,
    transactionId: decodeMetadata(recorded.metadata).transactionId,
    description: describe(event),
    ledgerChange: change.ledger,
    heldChange: change.held,
    potsChange: change.pots,
    ledger: standing.ledger,
    held: standing.held,
    available: availableOf(standing),
    pots: standing.pots,
  };
}
