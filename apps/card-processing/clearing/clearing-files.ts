// Reads and posts records of clearing files. What makes a presentment unique is its place in its file, and beyond the file its clearing
// key; so any part of a file may be posted again after a crash, and nothing is posted twice.
import {
  type BookDate,
  type CallContext,
  type ClientOf,
  type cardProcessingContract,
  type cardsContract,
  type ledgerContract,
  noonOf,
  type RequestOf,
  type ResponseOf,
  type transactionsContract,
} from '@tallystick/contracts';
import { type PostClearing, unknownCardId } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import { CardDirectory, type KnownCard } from '../card-directory.js';
import { NO_TOKEN } from '../prepared.js';
import type { CardTokens } from '../tokens.js';
import { ipmReader } from './ipm.js';
import { readLine } from './json-lines.js';
import { Matcher, type Wanted } from './matching.js';
import type {
  ClearingFile,
  ClearingFormat,
  Presentment,
  PresentmentCommand,
  ReadRecord,
  RecordReader,
} from './records.js';
import { isRejected, type Located, type Outcome, PresentmentSender, type Ready } from './sending.js';
import { Tally } from './tally.js';

const HEADER_RECORD = 1;

type Methods = (typeof cardProcessingContract)['methods'];

export interface ClearingPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly cards: ClientOf<typeof cardsContract>;
  readonly transactions: ClientOf<typeof transactionsContract>;
  readonly tokens: CardTokens;
  readonly bookDate: BookDate;
  /** How many cards' accounts are remembered. */
  readonly rememberedCards: number;
}

/** What one call of `post` works with. */
interface Run {
  readonly file: ClearingFile;
  readonly matcher: Matcher;
  readonly context: CallContext;
}

export class ClearingFiles {
  private readonly directory: CardDirectory;
  private readonly sender: PresentmentSender;
  private readonly readers: Readonly<Record<ClearingFormat, RecordReader>> = {
    json: readLine,
    ipm: ipmReader('ipm'),
    'ipm-ascii': ipmReader('ipm-ascii'),
  };

  constructor(private readonly ports: ClearingPorts) {
    this.directory = new CardDirectory(ports.cards, ports.tokens, ports.rememberedCards);
    this.sender = new PresentmentSender(ports.ledger, ports.bookDate);
  }

  read({ format, file, records }: RequestOf<Methods['readClearing']>): ResponseOf<Methods['readClearing']> {
    return { records: records.map((record) => saidOf(this.readers[format](record, file ?? undefined))) };
  }

  /** @throws CallFailed where a service gave no answer (the same call again is safe), or where a record is not one that the check lets pass */
  async post(
    { format, file, first, records }: RequestOf<Methods['postClearing']>,
    context: CallContext,
  ): Promise<ResponseOf<Methods['postClearing']>> {
    const tally = new Tally();
    const locating: Promise<Located>[] = [];
    records.forEach((bytes, index) => {
      const record = first + index;
      if (record === HEADER_RECORD) return;
      const { is } = this.readers[format](bytes, file);
      if (is.kind === 'presentment') locating.push(this.locate(file, record, is.presentment, context));
      else if (is.kind === 'exception') tally.exception(record, is.reason);
      else if (is.kind === 'fault') throw badRecord(record, is.fault);
    });
    const { head } = await this.ports.ledger.journal({}, context);
    const run: Run = { file, matcher: new Matcher(this.ports.transactions, head, context), context };
    const located = await Promise.all(locating);
    const searched = located.filter(isSearched);
    const before = new Map<Located, Outcome | undefined>();
    const found = await this.sender.before(searched, file, context);
    for (const [index, one] of searched.entries()) before.set(one, found[index]);
    const ready: Ready[] = [];
    // One after the other: an authorisation that one clearing takes is not open for the next.
    for (const one of located) {
      const outcome = before.get(one);
      if (outcome === undefined) ready.push(await this.matched(one, run));
      else await this.settle(named(one), outcome, run, tally);
    }
    const outcomes = await this.sender.send(ready, file, context);
    for (const [index, one] of ready.entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined) await this.settle(one, outcome, run, tally);
    }
    return tally.answer();
  }

  private async locate(
    file: ClearingFile,
    record: number,
    presentment: Presentment,
    context: CallContext,
  ): Promise<Located> {
    const card = await this.directory.locate(presentment.card, context);
    if (card.kind === 'refused') throw badRecord(record, card.message);
    const key = `clearing-file:${file.scheme}:${file.id}:${record}`;
    return { record, presentment, card, key, effectiveAt: presentment.effectiveAt ?? noonOf(file.date) };
  }

  private async matched(one: Located, { matcher }: Run): Promise<Ready> {
    const ready = named(one);
    const { command, card, presentment } = ready;
    if (!isSearched(one) || command.type !== 'PostClearing' || card.kind !== 'known') return ready;
    const match = await matcher.find(wantedOf(one, card), command.final);
    if (match !== undefined) {
      const { transactionId, way } = match;
      return { ...ready, command: { ...command, transactionId }, way };
    }
    const { probableKeys: originalKeys } = presentment.clues;
    return originalKeys === null ? ready : { ...ready, command: { ...command, originalKeys }, way: 'probable_keys' };
  }

  private async settle(one: Ready, outcome: Outcome, run: Run, tally: Tally): Promise<void> {
    if (isRejected(outcome, 'IdempotencyKeyReused', 'ClearingKeyReused'))
      return tally.count(one, await this.asBefore(one, outcome, run));
    if (!isRejected(outcome, 'UnknownTransaction')) return tally.count(one, outcome);
    // It names an authorisation that its account does not have: posted all the same (lifecycles, section 1).
    const again = await this.matched(withoutId(one), run);
    const [posted = outcome] = await this.sender.send([again], run.file, run.context);
    tally.count(again, posted);
  }

  /**
   * Its keys were used before. Perhaps by itself, before a crash, when another authorisation was the best there was: that one is among
   * all that it could ever have been matched with. As the keys are used, nothing is posted by asking.
   */
  private async asBefore(one: Ready, reused: Outcome, { file, matcher, context }: Run): Promise<Outcome> {
    const { card } = one;
    const { command, clues } = withoutId(one).presentment;
    if (card.kind !== 'known' || (command.type !== 'PostClearing' && command.type !== 'PostRefund')) return reused;
    const { cardId } = card;
    const attempts: PresentmentCommand[] = [{ ...command, cardId }];
    if (command.type === 'PostClearing' && command.originalKeys === null) {
      attempts.push({ ...command, cardId, originalKeys: clues.probableKeys });
      for (const transactionId of await matcher.everything(wantedOf(one, card)))
        attempts.push({ ...command, cardId, transactionId });
    }
    for (const attempt of attempts) {
      const [outcome] = await this.sender.send([{ ...one, command: attempt }], file, context);
      if (outcome?.kind === 'answered') return outcome;
    }
    return reused;
  }
}

function saidOf({ is, ...rest }: ReadRecord): ResponseOf<Methods['readClearing']>['records'][number] {
  const said = { header: null, trailer: null, presentment: null, exception: null, fault: null, ...rest };
  switch (is.kind) {
    case 'header':
      return { ...said, header: { file: is.file, count: is.count, totals: is.totals && [...is.totals] } };
    case 'trailer':
      return { ...said, trailer: { id: is.id, checksum: is.checksum, messages: is.messages } };
    case 'presentment': {
      const { direction, amount, currency } = is.presentment;
      return { ...said, presentment: { direction, amount, currency } };
    }
    case 'exception':
      return { ...said, exception: is.reason };
    case 'fault':
      return { ...said, fault: is.fault };
    case 'administrative':
      return said;
  }
}

/** By the authorisation or the keys that the record itself names, if it does. */
function named(one: Located): Ready {
  const { card, presentment } = one;
  const { command } = presentment;
  if (!('cardId' in command)) return { ...one, command, way: 'none' };
  const cardId = card.kind === 'known' ? card.cardId : unknownCardId(card.token ?? NO_TOKEN);
  const way =
    command.transactionId !== null ? 'authorisation_id' : command.originalKeys !== null ? 'scheme_keys' : 'none';
  return { ...one, command: { ...command, cardId }, way };
}

/** Whether the authorisation has to be searched for. A refund may be of any time and any amount: only its own words link it. */
function isSearched({ card, presentment: { command } }: Located): boolean {
  if (card.kind !== 'known' || command.type !== 'PostClearing') return false;
  return command.transactionId === null && command.originalKeys === null;
}

function withoutId<One extends Located>(one: One): One {
  const { command } = one.presentment;
  if (command.type !== 'PostClearing' && command.type !== 'PostRefund') return one;
  return { ...one, presentment: { ...one.presentment, command: { ...command, transactionId: null } } };
}

function wantedOf({ presentment, effectiveAt }: Located, { accountId }: KnownCard): Wanted {
  const { amount, currency, clues, command } = presentment;
  const usedAt = (isClearing(command) ? command.transactedAt : null) ?? effectiveAt;
  return { accountId, amount, currency, usedAt, clues };
}

function isClearing(command: PresentmentCommand): command is PostClearing {
  return command.type === 'PostClearing';
}

function badRecord(record: number, fault: string): CallFailed {
  return new CallFailed({
    code: 'bad_request.clearing_record',
    message: `record ${record}: ${fault}`,
    retryable: false,
  });
}
