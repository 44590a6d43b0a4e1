// Presentments as commands to the ledger.
import type { BookDate, CallContext, ClientOf, ledgerContract, ResponseOf } from '@tallystick/contracts';
import type { Micros, TransactionId } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import type { KnownCard, UnknownCard } from '../card-directory.js';
import { ofAccount, suspenseOf } from '../prepared.js';
import type { Way } from './matching.js';
import type { ClearingFile, Presentment, PresentmentCommand } from './records.js';

export type Outcome = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'][number];

/** A presentment whose card is known to have, or not to have, an account. */
export interface Located {
  readonly record: number;
  readonly presentment: Presentment;
  readonly card: KnownCard | UnknownCard;
  /** Of idempotency: the place in the file. */
  readonly key: string;
  readonly effectiveAt: Micros;
}

export interface Ready extends Located {
  readonly command: PresentmentCommand;
  /** How the command names its authorisation; whether that is there the ledger knows. */
  readonly way: Way;
}

/** No transaction has it. */
const NO_TRANSACTION = 'tx_none' as TransactionId;

export class PresentmentSender {
  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly bookDate: BookDate,
  ) {}

  /** In their order; those of known cards in one call, so that their appends share their commits. @throws CallFailed */
  async send(all: readonly Ready[], file: ClearingFile, context: CallContext): Promise<Outcome[]> {
    const requests = all.flatMap((one) =>
      one.card.kind === 'known'
        ? [ofAccount(one.card, one.command, one.key, one.effectiveAt, this.localDate(one, file)).request]
        : [],
    );
    const [known, unknown] = await Promise.all([
      requests.length === 0 ? { responses: [] } : this.ledger.executeAll({ requests }, context),
      Promise.all(all.flatMap((one) => (one.card.kind === 'known' ? [] : [this.suspend(one, file, context)]))),
    ]);
    const ofKnown = known.responses.map(({ outcomes }) => outcomes[0]).values();
    const ofUnknown = unknown.values();
    return all.map(({ card }) => {
      const { value } = (card.kind === 'known' ? ofKnown : ofUnknown).next();
      if (value === undefined) throw noAnswer;
      return value;
    });
  }

  /**
   * What became of each before: undefined where its keys were never used. A clearing of a transaction that nobody has is refused after its
   * keys were looked at, so asking posts nothing; but one in another currency than its account's goes to suspense whatever it names.
   */
  async before(all: readonly Located[], file: ClearingFile, context: CallContext): Promise<(Outcome | undefined)[]> {
    const asking = all.flatMap((one) => {
      const { command } = one.presentment;
      if (command.type !== 'PostClearing' || one.card.kind !== 'known') return [];
      const { cardId } = one.card;
      return [{ ...one, command: { ...command, cardId, transactionId: NO_TRANSACTION }, way: 'none' as const }];
    });
    const outcomes = (await this.send(asking, file, context)).values();
    return all.map(({ presentment, card }) => {
      if (presentment.command.type !== 'PostClearing' || card.kind !== 'known') return undefined;
      const { value } = outcomes.next();
      return value !== undefined && isRejected(value, 'UnknownTransaction') ? undefined : value;
    });
  }

  private async suspend(
    { command, key, effectiveAt, ...one }: Ready,
    file: ClearingFile,
    context: CallContext,
  ): Promise<Outcome> {
    if (!('cardId' in command)) return { kind: 'rejected', rejection: 'UnknownCard' };
    const at = { key, effectiveAt, localDate: this.localDate({ ...one, effectiveAt }, file), causedAt: 0n };
    const { outcomes } = await this.ledger.suspendClearing(suspenseOf(command, at), context);
    const [outcome] = outcomes;
    if (outcome === undefined) throw noAnswer;
    return outcome;
  }

  private localDate({ presentment, effectiveAt }: Pick<Located, 'presentment' | 'effectiveAt'>, file: ClearingFile) {
    return presentment.effectiveAt === null ? file.date : this.bookDate(effectiveAt);
  }
}

export function isRejected(outcome: Outcome, ...rejections: readonly string[]): boolean {
  return outcome.kind === 'rejected' && rejections.includes(outcome.rejection);
}

const noAnswer = new CallFailed({
  code: 'unavailable',
  message: 'the ledger left something unanswered',
  retryable: true,
});
