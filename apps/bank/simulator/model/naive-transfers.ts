// Money between two accounts: what was sent is received or comes back, once.
import type { LedgerEvent } from '@tallystick/ledger-core';
import type { Invariants } from './invariants.js';
import type { NaiveAccount } from './naive-account.js';

interface Transfer {
  readonly amount: bigint;
  readonly from: string;
  readonly to: string;
  /** Why its destination did not take it. */
  refused: string | undefined;
  end: 'received' | 'returned' | undefined;
  completed: boolean;
}

const REFUSALS = 'a transfer is refused by an account that can not take it';

/** Why a transfer in this currency can not be taken, or null. */
function reasonOf(account: NaiveAccount | undefined, currency: string): string | null {
  if (account === undefined) return 'UnknownAccount';
  if (account.status === 'CLOSED') return 'AccountClosed';
  return account.currency === currency ? null : 'CurrencyMismatch';
}

export class NaiveTransfers {
  /** By `<source> <transfer id>`. */
  readonly transfers = new Map<string, Transfer>();

  constructor(private readonly invariants: Invariants) {}

  get underWay(): bigint {
    let sum = 0n;
    for (const { amount, end } of this.transfers.values()) if (end === undefined) sum += amount;
    return sum;
  }

  /** @param account as it was before; undefined where it was not opened yet */
  take(event: LedgerEvent, accountId: string, account: NaiveAccount | undefined): void {
    switch (event.type) {
      case 'TransferSent': {
        const key = `${accountId} ${event.transferId}`;
        this.once(!this.transfers.has(key), key, 'sent once', 'sent twice');
        this.transfers.set(key, {
          amount: event.amount,
          from: accountId,
          to: event.destinationAccountId,
          refused: undefined,
          end: undefined,
          completed: false,
        });
        return;
      }
      case 'TransferReceived':
        return this.end(`${event.sourceAccountId} ${event.transferId}`, 'received', event.amount, accountId);
      case 'TransferRefused': {
        const key = `${event.sourceAccountId} ${event.transferId}`;
        this.invariants.same(REFUSALS, reasonOf(account, event.currency), event.reason, () => `transfer ${key}`);
        return this.refuse(key, event.reason, event.amount, accountId);
      }
      case 'TransferReturned': {
        const key = `${accountId} ${event.transferId}`;
        const refused = this.transfers.get(key)?.refused ?? null;
        this.invariants.same('a transfer comes back because it was refused', refused, event.reason, () => key);
        return this.end(key, 'returned', event.amount, accountId);
      }
      case 'TransferCompleted': {
        const key = `${accountId} ${event.transferId}`;
        const transfer = this.transfers.get(key);
        this.once(
          transfer?.end === 'received' && !transfer.completed,
          key,
          'completed once received',
          transfer?.end ?? 'neither received nor returned',
        );
        if (transfer !== undefined) transfer.completed = true;
        return;
      }
      default:
        return;
    }
  }

  private refuse(key: string, reason: string, amount: bigint, accountId: string): void {
    const transfer = this.transfers.get(key);
    this.once(transfer !== undefined, key, 'sent before it is refused', 'never sent');
    if (transfer === undefined) return;
    const found = transfer.end ?? transfer.refused;
    this.once(found === undefined, key, 'refused once, by one that has not received it', `${found}, then ${reason}`);
    this.once(transfer.amount === amount, key, `${transfer.amount}`, `${amount}`);
    this.once(transfer.to === accountId, key, transfer.to, accountId);
    transfer.refused = reason;
  }

  private end(key: string, end: 'received' | 'returned', amount: bigint, accountId: string): void {
    const transfer = this.transfers.get(key);
    this.once(transfer !== undefined, key, `sent before it is ${end}`, 'never sent');
    if (transfer === undefined) return;
    this.once(transfer.end === undefined, key, 'received or returned, once', `${transfer.end}, then ${end}`);
    const taken = end === 'received' && transfer.refused !== undefined;
    this.once(!taken, key, 'returned, for it was refused', end);
    this.once(transfer.amount === amount, key, `${transfer.amount}`, `${amount}`);
    this.once(
      (end === 'received' ? transfer.to : transfer.from) === accountId,
      key,
      end === 'received' ? transfer.to : transfer.from,
      accountId,
    );
    transfer.end = end;
  }

  private once(holds: boolean, where: string, expected: string, found: string): void {
    this.invariants.holds('a transfer ends received or returned, once', holds, () => [
      `transfer ${where}`,
      expected,
      found,
    ]);
  }
}
