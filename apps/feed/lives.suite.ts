// Random lives of two accounts with feeds: commands, transfers, enrichments and posted items, with dates that go back and forth.
import type { AccountCommand, AccountId, CardId, Micros, TransactionId } from '@tallystick/ledger-core';
import { expire, fund, issue, open, transfer } from '@tallystick/ledger-core/account/commands.suite';
import { GBP } from '@tallystick/ledger-core/account/specification.suite';
import { turn } from '@tallystick/ledger-core/account/turns.suite';
import fc from 'fast-check';
import { bookDate, context, contextFor, DAY, sent } from '../ledger/ledger-over-memory.suite.js';
import { TransferProcess } from '../ledger/transfer.process.js';
import type { FeedOverMemory } from './feed-over-memory.suite.js';

export const lifeIds = ['acc_0' as AccountId, 'acc_1' as AccountId] as const;

const enrichment = fc.record({
  which: fc.nat(30),
  category: fc.constantFrom('groceries', 'transport', 'general'),
  known: fc.boolean(),
});

/** A turn, how many days back or ahead its value date is, and what others say beside it. */
export const step = fc.record({
  turn,
  days: fc.integer({ min: -90, max: 30 }),
  enrichment: fc.option(enrichment, { nil: null }),
  posted: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: null, freq: 8 }),
});
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export class Lives {
  private readonly process: TransferProcess;
  private transfers = 0;
  private turns = 0;

  private constructor(private readonly of: FeedOverMemory) {
    this.process = new TransferProcess(of.ledger.client, of.ledger.records, contextFor, {
      clock: () => of.world.now,
      localDateOf: bookDate,
    });
  }

  static async begin(of: FeedOverMemory): Promise<Lives> {
    for (const [side, accountId] of lifeIds.entries()) {
      const cards = [0, 1].map((n) => issue({ cardId: cardOf(side, n) }));
      await of.ledger.given(accountId, open({ accountId, overdraftLimit: 100n }), ...cards, fund(1000n, 'first'));
    }
    return new Lives(of);
  }

  async take({ turn: { side, card, after, act }, days, enrichment, posted }: Step): Promise<void> {
    this.of.world.now += after;
    const accountId = lifeIds[side] ?? lifeIds[0];
    const cardId = cardOf(side, card);
    if (act.do === 'command')
      await this.do(accountId, 'cardId' in act.command ? { ...act.command, cardId } : act.command, days);
    else if (act.do === 'expire') await this.do(accountId, expire(await this.known(accountId, act.which)), days);
    else if (act.do === 'transfer') await this.do(accountId, this.send(side, act.amount), days);
    else if (act.do === 'advance') await this.advance();
    if (enrichment !== null) await this.enrich(accountId, enrichment);
    if (posted !== null) await this.post(accountId, posted);
  }

  private async do(accountId: AccountId, command: AccountCommand, days: number): Promise<void> {
    const effectiveAt: Micros = this.of.world.now + BigInt(days) * DAY;
    await this.of.ledger.sequence(accountId, [sent(command, { key: `turn-${this.turns++}`, effectiveAt })]);
  }

  private async known(accountId: AccountId, which: number): Promise<TransactionId> {
    const known = await this.of.ledger.streams.read(accountId, (state) => [...state.transactions.keys()]);
    return known[which % Math.max(1, known.length)] ?? ('tx_none' as TransactionId);
  }

  private send(side: number, amount: bigint): AccountCommand {
    const destinationAccountId = amount % 5n === 0n ? ('acc_none' as AccountId) : (lifeIds[1 - side] ?? lifeIds[0]);
    const transferId = transfer(`${this.transfers++}`);
    return { type: 'SendTransfer', transferId, destinationAccountId, amount, currency: GBP, personal: null };
  }

  private async advance(): Promise<void> {
    const after = await this.process.resumeAfter(0);
    await this.process.apply({ partition: 0, events: await this.of.journal.readAll({ after, limit: 100_000 }) });
  }

  /** Of a transaction, or of what is none of this account's. */
  private async enrich(
    accountId: AccountId,
    { which, category, known }: NonNullable<Step['enrichment']>,
  ): Promise<void> {
    const [one, other] = lifeIds;
    const transactionId = await this.known(known ? accountId : accountId === one ? other : one, which);
    if (transactionId !== 'tx_none') await this.of.enrich(accountId, transactionId, { category });
  }

  private async post(accountId: AccountId, key: string): Promise<void> {
    const item = { title: `title ${key}`, body: null, imageUrl: 'i', url: null };
    const colours = { backgroundColor: null, titleColor: null, bodyColor: null };
    await this.of.generator.post({ accountId, caller: 'spec', key, item: { ...item, ...colours } }, context);
  }
}

function cardOf(side: number, n: number): CardId {
  return `card_${side}_${n}` as CardId;
}
