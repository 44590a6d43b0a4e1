// One account as of a value date and as known at a recording time: a fold over the events of its stream.
import { eventTypeOf, fieldsReader } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import {
  type AccountId,
  type CurrencyCode,
  chart,
  type JournalEntry,
  type LedgerAccount,
  type Minor,
  signed,
} from '@tallystick/ledger-core';
import { type AsOf, isEffective, isKnown, readTimes, type Times } from './as-of.js';
import { type BookJournal, othersTurn } from './journal-pages.js';

/** What the events so far add up to; a history can be taken up again from it. */
export interface Standing {
  /** Of the last event seen; -1 before the first. */
  readonly revision: number;
  readonly currency: CurrencyCode;
  readonly ledger: Minor;
  readonly held: Minor;
  readonly pots: Minor;
  readonly overdraftLimit: Minor;
}

/** What one event changes. */
export interface Change {
  readonly ledger: Minor;
  readonly held: Minor;
  readonly pots: Minor;
}

export interface HistoryStep {
  readonly recorded: RecordedEvent;
  readonly times: Times;
  readonly change: Change;
  /** The account after it. */
  readonly standing: Standing;
}

const READ_EVENTS = 1_024;
const NOTHING: Change = { ledger: 0n, held: 0n, pots: 0n };

const readChange = fieldsReader(['entry', 'released', 'overdraftLimit', 'currency']);
const readApproval = fieldsReader(['transaction']);

export function availableOf({ ledger, held, overdraftLimit }: Standing): Minor {
  return ledger - held + overdraftLimit;
}

/**
 * The events that count, in the order of their recording: postings with effectiveAt <= at, holds and the overdraft limit whatever
 * their effectiveAt, all of them with recordedAt <= knownAt. Starts with AccountOpened; nothing where that is not known by then.
 * @throws the signal's reason where it is aborted
 */
export async function* historyOf(
  journal: BookJournal,
  accountId: AccountId,
  options: AsOf & { readonly after: Standing | null; readonly signal: AbortSignal },
): AsyncGenerator<HistoryStep> {
  const customer = chart.customer(accountId);
  let standing = options.after;
  let fromRevision = (standing?.revision ?? -1) + 1;
  for (;;) {
    options.signal.throwIfAborted();
    const page = await journal.readStream(`account-${accountId}`, { fromRevision, limit: READ_EVENTS });
    for (const recorded of page) {
      const times = readTimes(recorded.metadata);
      // recordedAt never goes backwards in a stream, so nothing after this one is known either.
      if (!isKnown(times, options)) return;
      const before = standing;
      standing = after(before, recorded, customer, isEffective(times, options));
      const change = standing === null ? NOTHING : changeBetween(before, standing);
      if (standing !== null && (before === null || moved(before, standing)))
        yield { recorded, times, change, standing };
    }
    if (page.length < READ_EVENTS) return;
    fromRevision += page.length;
    await othersTurn();
  }
}

/** The standing after an event; null until the account is opened. */
function after(
  before: Standing | null,
  { payload, revision }: RecordedEvent,
  customer: LedgerAccount,
  effective: boolean,
): Standing | null {
  const type = eventTypeOf(payload);
  if (type === 'AuthorisationApproved') {
    // An approval is the first of its transaction, so all that remains of the hold is new.
    const held = readApproval(payload).transaction?.remaining ?? 0n;
    return before && { ...before, revision, held: before.held + held };
  }
  const { entry, released = 0n, overdraftLimit, currency } = readChange(payload);
  if (type === 'AccountOpened') {
    if (currency === undefined || overdraftLimit === undefined)
      throw new Error('AccountOpened without currency or limit');
    return { revision, currency, ledger: 0n, held: 0n, pots: 0n, overdraftLimit };
  }
  if (before === null) return null;
  const posted = entry && effective ? postedTo(customer, entry) : NOTHING;
  return {
    revision,
    currency: before.currency,
    ledger: before.ledger + posted.ledger,
    held: before.held - released,
    pots: before.pots + posted.pots,
    overdraftLimit: overdraftLimit ?? before.overdraftLimit,
  };
}

/** The customer's view: credits minus debits. */
function postedTo(customer: LedgerAccount, entry: JournalEntry): Change {
  let [ledger, pots] = [0n, 0n];
  for (const posting of entry.postings) {
    if (posting.account !== customer) continue;
    if (posting.pot === null) ledger -= signed(posting);
    else pots -= signed(posting);
  }
  return { ledger, held: 0n, pots };
}

function changeBetween(before: Standing | null, { ledger, held, pots }: Standing): Change {
  if (before === null) return NOTHING;
  return { ledger: ledger - before.ledger, held: held - before.held, pots: pots - before.pots };
}

function moved(before: Standing, { ledger, held, pots, overdraftLimit }: Standing): boolean {
  return (
    ledger !== before.ledger || held !== before.held || pots !== before.pots || overdraftLimit !== before.overdraftLimit
  );
}
