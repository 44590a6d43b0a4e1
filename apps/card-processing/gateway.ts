// The card gateway without its HTTP: from a message to the ledger's decision. Everything that is not in the message is passed in.
import type { BookDate, CallContext, ClientOf, cardsContract, ledgerContract } from '@tallystick/contracts';
import { type CardId, declines, type Micros, unknownCardId } from '@tallystick/ledger-core';
import { CallFailed, sentAfterAll } from '@tallystick/transport';
import { type Answered, answerOfOutcome, type EnquiryAnswer } from './answers.js';
import { CardDirectory, type Located } from './card-directory.js';
import { type CardProcessingConfiguration, HoldTimes } from './configuration.js';
import type {
  AdviceBody,
  AuthorisationBody,
  BatchItemBody,
  CardBody,
  ClearingBody,
  IncrementBody,
  PresentmentReversalBody,
  RefundBody,
  ReversalBody,
} from './gateway.schemas.js';
import {
  CHANNELS,
  type Enquiry,
  isRefusal,
  type Rules,
  readAdvice,
  readAt,
  readAuthorisation,
  readClearing,
  readClearingReversal,
  readIncrement,
  readRefund,
  readRefundReversal,
  readReversal,
} from './messages.js';
import {
  CALLER,
  type GatewayCommand,
  NO_TOKEN,
  type OfAccount,
  type OfNobody,
  ofAccount,
  ofNobody,
  type Prepared,
  suspenseOf,
} from './prepared.js';
import { failed, failureOf, type Refusal, rejected, timedOut } from './refusals.js';
import type { CardTokens } from './tokens.js';

export interface GatewayPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly cards: ClientOf<typeof cardsContract>;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  readonly tokens: CardTokens;
  readonly configuration: CardProcessingConfiguration;
}

interface MessageBody {
  readonly card: CardBody;
  readonly at?: string;
}
type Reader<Body> = (body: Body, cardId: CardId, rules: Rules) => GatewayCommand | Refusal;

export class Gateway {
  private readonly rules: Rules;
  private readonly directory: CardDirectory;
  private journalId: string | undefined;

  constructor(private readonly ports: GatewayPorts) {
    const { cards, tokens, configuration } = ports;
    this.rules = { configuration, holds: new HoldTimes(configuration) };
    this.directory = new CardDirectory(cards, tokens, configuration.rememberedCards);
  }

  authorise(body: AuthorisationBody, key: string, context: CallContext): Promise<Answered> {
    return this.handle(body, key, context, readAuthorisation);
  }

  increment(body: IncrementBody, key: string, context: CallContext): Promise<Answered> {
    return this.handle(body, key, context, readIncrement);
  }

  advise(body: AdviceBody, key: string, context: CallContext): Promise<Answered> {
    return this.handle(body, key, context, readAdvice);
  }

  reverse(body: ReversalBody, key: string, context: CallContext): Promise<Answered> {
    return this.handle(body, key, context, readReversal);
  }

  async enquire({ card, channel, mcc }: Enquiry, context: CallContext): Promise<EnquiryAnswer | Refusal> {
    try {
      const located = await this.directory.locate(card, context);
      if (located.kind === 'refused') return located;
      if (located.kind === 'unknown') return { kind: 'declined', responseCode: declines.unknown_card.responseCode };
      const { accountId, cardId } = located;
      const today = this.ports.bookDate(this.ports.clock());
      const asked = { accountId, cardId, channel: CHANNELS[channel], mcc, today };
      const { reason, currency, balances } = await this.ports.ledger.enquire(asked, context);
      return reason === null
        ? { kind: 'balances', currency, balances }
        : { kind: 'declined', responseCode: declines[reason].responseCode };
    } catch (error) {
      return failureOf(error);
    }
  }

  clear(body: ClearingBody, key: string, context: CallContext): Promise<Answered> {
    return this.handle(body, key, context, readClearing);
  }

  refund(body: RefundBody, key: string, context: CallContext): Promise<Answered> {
    return this.handle(body, key, context, readRefund);
  }

  reverseClearing(
    clearingKey: string,
    body: PresentmentReversalBody,
    key: string,
    context: CallContext,
  ): Promise<Answered> {
    return this.handle(body, key, context, (message) => readClearingReversal(message, clearingKey));
  }

  reverseRefund(
    refundKey: string,
    body: PresentmentReversalBody,
    key: string,
    context: CallContext,
  ): Promise<Answered> {
    return this.handle(body, key, context, (message) => readRefundReversal(message, refundKey));
  }

  /**
   * Each item is decided for itself and answered in its place, those of one account in their order; refusals that are passed in come
   * back in their places.
   */
  async authoriseAll(items: readonly (BatchItemBody | Refusal)[], context: CallContext): Promise<readonly Answered[]> {
    const located = items.map((item) => (isRefusal(item) ? item : this.prepareItem(item, context)));
    const prepared = located.some((one) => one instanceof Promise)
      ? await Promise.all(located)
      : (located as Prepared[]);
    const [ofAccounts, ofNobodies] = await Promise.all([
      this.executeAll(
        prepared.filter((one) => one.kind === 'account'),
        context,
      ),
      this.answerOneByOne(
        prepared.filter((one) => one.kind === 'nobody'),
        context,
      ),
    ]);
    let account = 0;
    let nobody = 0;
    return prepared.map((one) => {
      if (one.kind === 'refused') return one;
      return (one.kind === 'account' ? ofAccounts[account++] : ofNobodies[nobody++]) ?? failed;
    });
  }

  private prepareItem(item: BatchItemBody, context: CallContext): Prepared | Promise<Prepared> {
    const prepare = (located: Located) => this.prepare(item, item.idempotency_key, located, readAuthorisation);
    const located = this.directory.locate(item.card, context);
    return located instanceof Promise ? located.then(prepare, failureOf) : prepare(located);
  }

  private async executeAll(all: readonly OfAccount[], context: CallContext): Promise<readonly Answered[]> {
    if (all.length === 0) return [];
    try {
      const { responses } = await this.ports.ledger.executeAll({ requests: all.map((one) => one.request) }, context);
      const journalId = this.journalId ?? (await this.askJournalId(context));
      return all.map((one, index) => {
        const outcome = responses[index]?.outcomes[0];
        // Of several that never reached the ledger, those that nobody stood in for.
        return outcome === undefined ? timedOut : answerOfOutcome(outcome, one.accountId, one.currency, journalId);
      });
    } catch (error) {
      const failure = failureOf(error);
      return all.map(() => failure);
    }
  }

  /** They may be of one card, and its stream takes one command at a time. */
  private async answerOneByOne(all: readonly OfNobody[], context: CallContext): Promise<readonly Answered[]> {
    const answers: Answered[] = [];
    for (const one of all) answers.push(await this.answerOfNobody(one, context).catch(failureOf));
    return answers;
  }

  /** From a message to the ledger's decision; `read` makes the command of it. */
  async handle<Body extends MessageBody>(
    body: Body,
    key: string,
    context: CallContext,
    read: Reader<Body>,
  ): Promise<Answered> {
    try {
      const located = this.directory.locate(body.card, context);
      const prepared = this.prepare(body, key, located instanceof Promise ? await located : located, read);
      if (prepared.kind === 'refused') return prepared;
      if (prepared.kind === 'nobody') return await this.answerOfNobody(prepared, context);
      const { outcomes } = await this.ports.ledger.execute(prepared.request, context);
      return answerOfOutcome(
        outcomes[0],
        prepared.accountId,
        prepared.currency,
        this.journalId ?? (await this.askJournalId(context)),
      );
    } catch (error) {
      return failureOf(error);
    }
  }

  private prepare<Body extends MessageBody>(body: Body, key: string, located: Located, read: Reader<Body>): Prepared {
    if (located.kind === 'refused') return located;
    const effectiveAt = readAt(body.at, this.ports.clock);
    if (typeof effectiveAt !== 'bigint') return effectiveAt;
    const command = read(
      body,
      located.kind === 'known' ? located.cardId : unknownCardId(located.token ?? NO_TOKEN),
      this.rules,
    );
    if (isRefusal(command)) return command;
    const localDate = this.ports.bookDate(effectiveAt);
    return located.kind === 'known'
      ? ofAccount(located, command, key, effectiveAt, localDate)
      : ofNobody(located, command, key, effectiveAt, localDate);
  }

  private async answerOfNobody({ token, command, circumstances }: OfNobody, context: CallContext): Promise<Answered> {
    const { ledger } = this.ports;
    const journalId = this.journalId ?? (await this.askJournalId(context));
    switch (command.type) {
      case 'PostClearing':
      case 'PostRefund': {
        const { outcomes } = await ledger.suspendClearing(suspenseOf(command, circumstances), context);
        return answerOfOutcome(outcomes[0], null, command.currency, journalId);
      }
      case 'ReverseClearing':
      case 'ReverseRefund':
      case 'OpenDispute':
      case 'PostProvisionalCredit':
      case 'RecordRepresentment':
      case 'CloseDispute':
        return rejected('UnknownCard');
      default: {
        if (token === null) return rejected('UnknownCard');
        const { outcomes } = await ledger.executeUnknownCard(
          { token, caller: CALLER, ...circumstances, command },
          context,
        );
        return answerOfOutcome(outcomes[0], null, null, journalId);
      }
    }
  }

  private async askJournalId(context: CallContext): Promise<string> {
    const { id } = await this.ports.ledger.journal({}, context).catch((error: unknown) => {
      // By now the message itself was sent.
      throw error instanceof CallFailed ? sentAfterAll(error) : error;
    });
    this.journalId = id;
    return id;
  }
}
