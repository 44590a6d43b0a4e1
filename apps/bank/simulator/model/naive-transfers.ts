// Money between two accounts: what was sent is received or comes back, once.
import type { LedgerEvent } from '@tallystick/ledger-core';
import type { Invariants } from './invariants.js';

interface Transfer {
  readonly amount: bigint;
  readonly from: string;
  readonly to: string;
  end: 'received' | 'returned' | undefined;
  completed: boolean;
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

  take(event: LedgerEvent, accountId: string): void {
    switch (event.type) {
      case 'TransferSent': {
        const key = `${accountId} ${event.transferId}`;
        this.once(!this.transfers.has(key), key, 'sent once', 'sent twice');
        this.transfers.set(key, {
          amount: event.amount,
          from: accountId,
          to: event.destinationAccountId,
          end: undefined,
          completed: false,
        });
        return;
      }
      case 'TransferReceived':
        return this.end(`${event.sourceAccountId} ${event.transferId}`, 'received', event.amount, accountId);
      case 'TransferReturned':
        return this.end(`${accountId} ${event.transferId}`, 'returned', event.amount, accountId);
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

  private end(key: string, end: 'received' | 'returned', amount: bigint, accountId: string): void {
    const transfer = this.transfers.get(key);
    this.once(transfer !== undefined, key, `sent before it is ${end}`, 'never sent');
    if (transfer === undefined) return;
    this.once(transfer.end === undefined, key, 'received or returned, once', `${transfer.end}, then ${end}`);
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
