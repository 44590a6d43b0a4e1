// A ledger in memory with one account and one card, as the gateway's specs need it. Every call goes through encode and decode.
import { bookDateIn, type ClientOf, cardsContract, ledgerContract } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import { MemoryJournal, MemoryStore } from '@tallystick/journal/memory/index';
import type { AccountId, CardId, CurrencyCode, Micros } from '@tallystick/ledger-core';
import { type CallContext, CallScope, type Random, type Time, type Transport } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import type { Secrets } from '@tallystick/transport/service';
import { MemoryRecords, MemoryViews } from '@tallystick/views/memory/index';
import { Cards } from '../cards/cards.js';
import { AccountStreams } from '../ledger/account-streams.js';
import { Ledger } from '../ledger/ledger.js';
import { type CardProcessingConfiguration, defaultCardProcessing } from './configuration.js';
import { Gateway } from './gateway.js';
import { CardTokens } from './tokens.js';

export const NUMBER = '5555555555554444';
export const UNKNOWN_NUMBER = '4111111111111111';
export const MAY_FIRST: Micros = 1_777_593_600_000_000n;
const NO_LIMITS = {
  perTransaction: null,
  dailyAmount: null,
  monthlyAmount: null,
  dailyCash: null,
  dailyCount: null,
  monthlyCount: null,
};
const ALL_ON = { online: true, contactless: true, atm: true, magstripe: true, blockedCategories: [] };

export interface OverMemory {
  readonly gateway: Gateway;
  readonly journal: MemoryJournal;
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly cards: ClientOf<typeof cardsContract>;
  /** What the cards service answers from; filled by whoever needs it. */
  readonly cardViews: MemoryViews;
  readonly tokens: CardTokens;
  readonly context: CallContext;
  readonly transport: Transport;
  readonly time: Time;
  readonly random: Random;
  /** The key of `tokens`, as secrets. */
  readonly secrets: Secrets;
  readonly accountId: AccountId;
  readonly cardId: CardId;
  readonly clock: () => Micros;
  /** Errors that nobody expected. */
  readonly unexpected: readonly unknown[];
  /** What the journal holds, all bytes of it as text. */
  journalText(): Promise<string>;
}

export interface OverMemoryOptions {
  readonly configuration?: Partial<CardProcessingConfiguration>;
  readonly overdraftLimit?: bigint;
  readonly mode?: 'direct' | 'bytes';
  /** Of calls; stands still where it is left out. */
  readonly time?: Time;
  /** Waited for before each append. */
  readonly beforeAppend?: () => Promise<void>;
}

export async function gatewayOverMemory({
  configuration,
  overdraftLimit = 100_000n,
  mode = 'bytes',
  time = { now: () => 0, every: () => () => undefined },
  beforeAppend,
}: OverMemoryOptions = {}): Promise<OverMemory> {
  const clock = () => MAY_FIRST;
  const journal = new MemoryJournal(new MemoryStore({ journalId: 'jrnl1', positionStep: 3n }));
  if (beforeAppend !== undefined) {
    const append = journal.append.bind(journal);
    journal.append = async (...event) => {
      await beforeAppend();
      return append(...event);
    };
  }
  const records = new MemoryRecords();
  const unexpected: unknown[] = [];
  const random: Random = (bytes) => new Uint8Array(bytes).fill(1);
  const transport = inProcessTransport({
    mode,
    time,
    random,
    report: (error) => unexpected.push(error),
  });
  const ports = { journal, clock, records, cacheWeight: 100_000, pause: () => Promise.resolve() };
  transport.answer(ledgerContract, new Ledger(ports, new AccountStreams(ports)));
  const ledger = transport.client(ledgerContract);
  const cardViews = new MemoryViews();
  transport.answer(cardsContract, new Cards(ledger, records, cardViews, { waitUntil: async () => {} }));
  const cards = transport.client(cardsContract);
  const secret = { version: 1, bytes: new Uint8Array(32).fill(9) };
  const secrets: Secrets = { current: () => secret, version: (_, version) => (version === 1 ? secret : undefined) };
  const tokens = new CardTokens([{ version: 1, key: secret.bytes }]);
  const context = new CallScope({
    deadline: Number.POSITIVE_INFINITY,
    correlationId: 'spec',
    actor: 'service:gateway',
  });
  const bookDate = bookDateIn('Europe/London');
  const gateway = new Gateway({
    ledger,
    cards,
    clock,
    bookDate,
    tokens,
    configuration: { ...defaultCardProcessing, ...configuration },
  });

  const accountId = deriveId('acc', MAY_FIRST, 'acc', 'spec/1') as AccountId;
  const at = { effectiveAt: MAY_FIRST, localDate: bookDate(MAY_FIRST) };
  const open = {
    type: 'OpenAccount' as const,
    accountId,
    owners: ['user_1'],
    currency: 'GBP' as CurrencyCode,
    product: 'current',
    overdraftLimit,
    externalReference: null,
    personal: null,
  };
  await ledger.execute(
    { accountId, caller: 'spec', commands: [{ ...at, key: 'open', causedAt: 0n, command: open }] },
    context,
  );
  const { cardId } = await cards.issue(
    {
      ...at,
      caller: 'spec',
      key: 'card',
      accountId,
      token: tokens.tokenOf(NUMBER),
      masked: '************4444',
      expiry: null,
      holder: null,
      active: true,
      controls: ALL_ON,
      limits: NO_LIMITS,
    },
    context,
  );
  const journalText = async () => {
    const events = await journal.readAll({ after: 0n, limit: 10_000 });
    return events
      .map(
        (event) =>
          `${event.stream} ${Buffer.from(event.metadata).toString('latin1')} ${Buffer.from(event.payload).toString('latin1')}`,
      )
      .join('\n');
  };
  return {
    gateway,
    journal,
    ledger,
    cards,
    cardViews,
    tokens,
    context,
    transport,
    time,
    random,
    secrets,
    accountId,
    cardId,
    clock,
    unexpected,
    journalText,
  };
}
