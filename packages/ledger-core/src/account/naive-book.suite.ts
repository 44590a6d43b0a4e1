// The invariants of lifecycles, section 7, against a second bookkeeping that knows only postings and transaction blocks.
import type { CardTransaction, Dispute, JournalEntry } from '../generated/events.js';
import type { AccountStreamEvent } from './evolve.js';
import type { AccountState } from './state.js';

const CUSTOMER = 'liabilities:customers:';

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`invariant broken: ${what}`);
}

/** Sums over one account's events, computed without any of the code under test. */
export class NaiveBook {
  ledger = 0n;
  pots = 0n;
  overdraftLimit = 0n;
  held = 0n;
  releasedMinusPlaced = 0n;
  /** Debits minus credits per ledger account and currency. */
  readonly sums = new Map<string, bigint>();
  readonly blocks = new Map<string, CardTransaction>();
  readonly disputes = new Map<string, Dispute>();
  /** Rows of the customer's list that are no card transactions: refunds, pots, transfers, fees. */
  private rows = 0n;
  private last: AccountStreamEvent | undefined;

  record(event: AccountStreamEvent): void {
    this.last = event;
    if ('entry' in event && event.entry !== null) this.post(event.entry);
    if ('overdraftLimit' in event) this.overdraftLimit = event.overdraftLimit;
    this.rows += rowOf(event);
    if ('dispute' in event) this.recordDispute(event.dispute);
    const heldBefore = this.held;
    if ('transaction' in event) this.blocks.set(event.transaction.transactionId, event.transaction);
    if ('original' in event && event.original !== null) this.blocks.set(event.original.transactionId, event.original);
    this.held = 0n;
    for (const block of this.blocks.values()) this.held += block.remaining;
    this.checkReleased(event, heldBefore);
  }

  private recordDispute(dispute: Dispute): void {
    const { disputeKey, opened, claim, credited } = dispute;
    must(credited >= 0n && claim >= credited, `${disputeKey} claims ${claim} and credits ${credited}`);
    must(claim <= opened, `${disputeKey} claims ${claim}, more than it was opened with`);
    this.disputes.set(disputeKey, dispute);
  }

  /**
   * Open disputes have cost what was credited; closed ones nothing. What is open is never more than what was not given back. Between the
   * events of one command, which are appended together, it need not be so.
   */
  checkDisputes(): void {
    let outstanding = 0n;
    const claimed = new Map<string, bigint>();
    for (const { status, credited, claim, originalTransactionId: of } of this.disputes.values()) {
      const open = status === 'OPEN' || status === 'REPRESENTED';
      if (open) outstanding += credited;
      if (status === 'LOST') must(credited === 0n, 'a lost dispute left money with the customer');
      if (open) claimed.set(of, (claimed.get(of) ?? 0n) + claim);
    }
    let cost = 0n;
    for (const [account, sum] of this.sums) if (account.startsWith('assets:disputes ')) cost += sum;
    must(cost === outstanding, `assets:disputes is ${cost}, open disputes have ${outstanding}`);
    for (const [transactionId, claim] of claimed) {
      const block = this.blocks.get(transactionId);
      if (block === undefined || claim === 0n) continue;
      const left = block.cleared - block.clearingReversed - block.refunded;
      must(claim <= left, `${transactionId}: ${claim} is claimed of ${left}`);
    }
  }

  private post(entry: JournalEntry): void {
    const perCurrency = new Map<string, bigint>();
    must(entry.postings.length >= 2, `${entry.entryId} has fewer than two postings`);
    for (const { account, pot, side, amount, currency } of entry.postings) {
      must(amount > 0n, `${entry.entryId} has a posting of ${amount}`);
      const change = side === 'DEBIT' ? amount : -amount;
      perCurrency.set(currency, (perCurrency.get(currency) ?? 0n) + change);
      this.sums.set(`${account} ${currency}`, (this.sums.get(`${account} ${currency}`) ?? 0n) + change);
      if (account.startsWith(CUSTOMER)) {
        if (pot === null) this.ledger -= change;
        else this.pots -= change;
      }
    }
    for (const [currency, sum] of perCurrency) must(sum === 0n, `${entry.entryId} is ${sum} ${currency} off balance`);
  }

  /** Every change of what is held is stated by the event that makes it. */
  private checkReleased(event: AccountStreamEvent, heldBefore: bigint): void {
    const released = heldBefore - this.held;
    const stated = 'released' in event ? event.released : event.type === 'AuthorisationApproved' ? released : 0n;
    must(stated === released, `${event.type} states ${stated} released, and ${released} were`);
    must(event.type !== 'AuthorisationApproved' || released <= 0n, 'an approval released a hold');
  }

  check(state: AccountState): void {
    const event = this.last;
    if (event === undefined) return;
    const available = this.ledger - this.held + this.overdraftLimit;
    must(state.ledger === this.ledger, `${event.type}: ledger ${state.ledger}, postings say ${this.ledger}`);
    must(state.held === this.held, `${event.type}: held ${state.held}, remaining holds are ${this.held}`);
    must(state.pots === this.pots, `${event.type}: pots ${state.pots}, postings say ${this.pots}`);
    if ('balances' in event && event.balances !== null)
      must(event.balances.available === available, `${event.type}: available ${event.balances.available}`);
    let amounts = this.rows;
    for (const block of this.blocks.values()) {
      must(block.remaining >= 0n, `${block.transactionId} holds ${block.remaining}`);
      must(block.status === 'PENDING' || block.remaining === 0n, `${block.transactionId} is closed and holds money`);
      const open = block.status === 'PENDING' ? block.authorised - block.cleared : 0n;
      must(block.remaining === (open > 0n ? open : 0n), `${block.transactionId}: the hold is not by the formula`);
      const amount = block.remaining + block.cleared - block.clearingReversed;
      if (block.status === 'DECLINED') must(amount === 0n, `${block.transactionId} is declined and has an amount`);
      amounts -= amount;
    }
    must(amounts === this.ledger - this.held, `the customer's rows add up to ${amounts}`);
    this.checkUsage(state);
  }

  /** Over all months that a card has spent in, its transactions' amounts. */
  private checkUsage(state: AccountState): void {
    for (const card of state.cards.values()) {
      // Old periods are let go of: the sum is only there while none has been.
      if (card.usage.size >= 90) continue;
      let expected = 0n;
      for (const block of this.blocks.values())
        if (block.cardId === card.cardId) expected += block.remaining + block.cleared - block.clearingReversed;
      let counted = 0n;
      let count = 0;
      for (const [period, usage] of card.usage) {
        if (period.length !== 7) continue;
        counted += usage.amount;
        count += usage.count;
        must(usage.cash >= 0n && usage.count >= 0, `${period}: usage below zero`);
      }
      must(counted === expected, `limits count ${counted}, the transactions are ${expected}`);
      must(count >= 0, 'the number of transactions is below zero');
    }
  }

  sumOf(ledgerAccount: string, currency: string): bigint {
    return this.sums.get(`${ledgerAccount} ${currency}`) ?? 0n;
  }
}

function rowOf(event: AccountStreamEvent): bigint {
  switch (event.type) {
    case 'RefundPosted':
    case 'AdjustmentPosted':
    case 'StatementLinePosted':
    case 'PotWithdrawn':
    case 'TransferReceived':
    case 'TransferReturned':
    case 'PaymentReceived':
    case 'PaymentReturned':
    case 'ProvisionalCreditPosted':
      return event.amount;
    case 'RefundReversed':
    case 'DisputeReduced':
    case 'DisputeLost':
    case 'FeeCharged':
    case 'PotDeposited':
    case 'TransferSent':
    case 'PaymentSent':
      return -event.amount;
    case 'PotClosed':
      return event.returned;
    default:
      return 0n;
  }
}
