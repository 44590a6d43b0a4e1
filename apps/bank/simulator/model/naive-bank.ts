// The whole bank by the naive model: every stored event is taken down, checked against what its account was before it.
import { hash } from 'node:crypto';
import { decodeMetadata, decodePayload } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import type { CardTransactionEvent, EventMetadata, JournalEntry, LedgerEvent } from '@tallystick/ledger-core';
import { applyAccountEvent } from './account-events.js';
import type { Invariants } from './invariants.js';
import { entryOf, moneyOf, NaiveAccount, postedTo, type Stored } from './naive-account.js';
import { NaiveCards } from './naive-cards.js';
import { NaiveEnrichment } from './naive-enrichment.js';
import { applySchedule, isAboutSchedules } from './naive-schedules.js';
import { NaiveTransfers } from './naive-transfers.js';

interface Stream {
  revision: number;
  recordedAt: bigint;
  commandId: string;
  index: number;
}

/** Debits and credits of one ledger account in one currency. */
export interface Sums {
  debits: bigint;
  credits: bigint;
}

const CARD_EVENTS = /^(Authorisation|CardPayment|Clearing|Refund|ReversalRecorded|Dispute|ProvisionalCredit)/;

export class NaiveBank {
  readonly accounts = new Map<string, NaiveAccount>();
  readonly transfers: NaiveTransfers;
  readonly enrichment: NaiveEnrichment;
  /** By `<account>[:<pot>] <currency>`. */
  readonly sums = new Map<string, Sums>();
  /** Each posting's entry with its times, for as-of questions. */
  readonly entries: { readonly effectiveAt: bigint; readonly recordedAt: bigint; readonly entry: JournalEntry }[] = [];
  events = 0;
  private readonly streams = new Map<string, Stream>();
  private readonly cards = new Map<string, NaiveCards>();

  constructor(
    private readonly invariants: Invariants,
    /** Told of the first event of every command, with the account as it was before it. */
    private readonly decided: (stored: Stored, account: NaiveAccount | undefined, index: number) => void,
  ) {
    this.transfers = new NaiveTransfers(invariants);
    this.enrichment = new NaiveEnrichment(invariants);
  }

  account(id: string): NaiveAccount {
    let account = this.accounts.get(id);
    if (account === undefined) {
      account = new NaiveAccount(id);
      this.accounts.set(id, account);
      this.cards.set(id, new NaiveCards(account, this.invariants));
    }
    return account;
  }

  record(recorded: RecordedEvent): void {
    const stored = {
      event: decodePayload(recorded.payload),
      metadata: decodeMetadata(recorded.metadata),
      position: recorded.position,
    };
    const { event, metadata, position } = stored;
    this.events++;
    const index = this.follow(recorded, metadata);
    if (event.type === 'TransactionEnriched') {
      this.enrichment.enrich(event);
      this.decided(stored, undefined, index);
      return;
    }
    const account = this.accountOf(stored);
    if (metadata.accountId !== null) this.transfers.take(event, metadata.accountId, account);
    if (account !== undefined) this.enrichment.name(event);
    this.decided(stored, account, index);
    const entry = entryOf(event);
    if (entry !== null) this.post(entry, stored);
    if (account !== undefined) this.apply(account, stored, position, entry);
  }

  /** A transfer to an account that is not there is refused in its stream, and makes none. */
  private accountOf({ event, metadata: { accountId } }: Stored): NaiveAccount | undefined {
    if (accountId === null) return undefined;
    return event.type === 'TransferRefused' ? this.accounts.get(accountId) : this.account(accountId);
  }

  private apply(account: NaiveAccount, stored: Stored, position: bigint, entry: JournalEntry | null): void {
    const { event, metadata } = stored;
    const where = () => `${event.type} at ${position} of ${account.id}`;
    if (isCardEvent(event)) this.cards.get(account.id)?.apply(event, stored);
    else if (isAboutSchedules(event)) applySchedule(account, stored, this.invariants);
    else applyAccountEvent(account, event, this.invariants);
    const money = moneyOf(event);
    const posted = postedTo(account.id, entry);
    this.invariants.same('postings move what the event says', money.ledger, posted.ledger, where);
    this.invariants.same('postings move what the event says', money.pots, posted.pots, where);
    account.ledger += posted.ledger;
    account.pots += posted.pots;
    this.invariants.holds('held is the sum of the remaining holds and never below zero', account.held >= 0n, () => [
      where(),
      'at least 0',
      account.held,
    ]);
    if ('balances' in event && event.balances !== null) {
      const { ledger, held, available, pots } = event.balances;
      const right =
        ledger === account.ledger && held === account.held && pots === account.pots && available === account.available;
      this.invariants.holds('an event carries the balances after it', right, () => [
        where(),
        account.balances,
        event.balances,
      ]);
    }
    const { effectiveAt, recordedAt } = metadata;
    const { status, balances, overdraftLimit } = account;
    account.moments.push({ position, effectiveAt, recordedAt, status, balances, overdraftLimit, posted });
  }

  /** Revisions, times and ids of a stream; the place of the event among those of its command. */
  private follow(recorded: RecordedEvent, metadata: EventMetadata): number {
    const { stream } = recorded;
    const known = this.streams.get(stream) ?? { revision: -1, recordedAt: 0n, commandId: '', index: -1 };
    this.streams.set(stream, known);
    const where = () => `${stream} at ${recorded.position}`;
    this.invariants.same('revisions have no gaps', known.revision + 1, recorded.revision, where);
    this.invariants.same(
      'an event is stored at the revision that it was decided for',
      BigInt(recorded.revision),
      metadata.revision,
      where,
    );
    this.invariants.holds('recordedAt never goes back in a stream', metadata.recordedAt >= known.recordedAt, () => [
      where(),
      `at least ${known.recordedAt}`,
      metadata.recordedAt,
    ]);
    const index = known.commandId === metadata.commandId ? known.index + 1 : 0;
    Object.assign(known, {
      revision: recorded.revision,
      recordedAt: metadata.recordedAt,
      commandId: metadata.commandId,
      index,
    });
    const id = eventIdOf(recorded, metadata.commandId, index);
    this.invariants.same('event ids follow from the content', id, Buffer.from(recorded.eventId).toString('hex'), where);
    return index;
  }

  private post(entry: JournalEntry, { event, metadata, position }: Stored): void {
    const perCurrency = new Map<string, bigint>();
    for (const { account, pot, side, amount, currency } of entry.postings) {
      const key = `${account}${pot === null ? '' : `:${pot}`} ${currency}`;
      const sums = this.sums.get(key) ?? { debits: 0n, credits: 0n };
      this.sums.set(key, sums);
      if (side === 'DEBIT') sums.debits += amount;
      else sums.credits += amount;
      perCurrency.set(currency, (perCurrency.get(currency) ?? 0n) + (side === 'DEBIT' ? amount : -amount));
    }
    for (const [currency, sum] of perCurrency)
      this.invariants.same(
        'debits equal credits in every entry',
        0n,
        sum,
        () => `${event.type} at ${position}, ${currency}`,
      );
    this.entries.push({ effectiveAt: metadata.effectiveAt, recordedAt: metadata.recordedAt, entry });
  }
}

function isCardEvent(event: LedgerEvent): event is CardTransactionEvent {
  return CARD_EVENTS.test(event.type);
}

/** SHA-256 over the length-prefixed parts, as a UUID of version 8 (architecture.md, rule 6); 32 hex digits. */
function eventIdOf({ stream, metadata, payload }: RecordedEvent, commandId: string, index: number): string {
  const number = (of: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(of);
    return bytes;
  };
  const parts = [Buffer.from(stream), Buffer.from(commandId), undefined, metadata, payload];
  const bytes = parts.flatMap((part) => (part === undefined ? [number(index)] : [number(part.length), part]));
  const hex = hash('sha256', Buffer.concat(bytes), 'hex').slice(0, 32);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17)}`;
}
