// What became of the presentments of a file.
import type { cardProcessingContract, ResponseOf } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import { CALLER } from '../prepared.js';
import { CONFIDENCE, type Way } from './matching.js';
import type { Outcome, Ready } from './sending.js';

type PostAnswer = ResponseOf<(typeof cardProcessingContract)['methods']['postClearing']>;

export class Tally {
  private posted = 0;
  private repeated = 0;
  private readonly exceptions: PostAnswer['exceptions'][number][] = [];
  private readonly ways = new Map<Way, number>();

  exception(record: number, reason: string): void {
    this.exceptions.push({ record, reason });
  }

  count(one: Ready, outcome: Outcome): void {
    const exception = exceptionOf(outcome);
    if (exception !== undefined) this.exception(one.record, exception);
    else if (outcome.kind === 'answered' && outcome.repeated) this.repeated++;
    else {
      this.posted++;
      if (one.command.type !== 'PostClearing') return;
      const way = hasOwnTransaction(one, outcome) ? 'none' : one.way;
      this.ways.set(way, (this.ways.get(way) ?? 0) + 1);
    }
  }

  answer(): PostAnswer {
    const matches = [...this.ways].map(([way, count]) => ({ way, confidence: CONFIDENCE[way], count }));
    const { posted, repeated } = this;
    return { posted, repeated, exceptions: this.exceptions.toSorted((a, b) => a.record - b.record), matches };
  }
}

/** Money in suspense, and what was not posted. */
function exceptionOf(outcome: Outcome): string | undefined {
  if (outcome.kind === 'answered') {
    const { type, reason } = outcome.answer;
    if (type === 'EntryPosted') return reason ?? 'suspended';
    return type === 'ClearingSuspended' ? 'currency_mismatch' : undefined;
  }
  const { rejection } = outcome;
  if (rejection === 'IdempotencyKeyReused') return 'clearing_key_reused';
  return rejection.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

/** Where no authorisation was found, the ledger gives the transaction an id that follows from the command (architecture, rule 6). */
function hasOwnTransaction({ card, key, effectiveAt }: Ready, outcome: Outcome): boolean {
  if (card.kind !== 'known' || outcome.kind !== 'answered') return true;
  return outcome.answer.transactionId === deriveId('tx', effectiveAt, 'tx', `${CALLER}/${card.accountId}/${key}`);
}
