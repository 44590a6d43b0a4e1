import { describe, expect, it } from '@jest/globals';
import { decodeMetadata } from '@tallystick/events';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountId, MerchantId } from '@tallystick/ledger-core';
import { type Fault, FaultyJournal } from '../ledger/faulty-journal.suite.js';
import { bookDate, context, SECOND } from '../ledger/ledger-over-memory.suite.js';
import { Driven, EnrichedWorld, named } from '../transaction-enrichment/enriched-world.suite.js';
import { Catalogue } from './catalogue.js';
import { Merchants } from './merchants.js';
import { registryRules } from './registry/registry.js';

const ann = 'acc_ann' as AccountId;
const LEEDS = {
  address: null,
  city: 'Leeds',
  region: null,
  country: 'GBR',
  postcode: null,
  latitude: 53_800_000,
  longitude: -1_550_000,
};

/** Merchants over a journal that breaks on request. */
function merchantsOver(of: EnrichedWorld) {
  const journal = new FaultyJournal(new MemoryJournal(of.world.store));
  const merchants = new Merchants({
    catalogue: new Catalogue('test', registryRules),
    journal,
    views: of.views,
    freshness: { waitUntil: () => of.fill() },
    clock: () => of.world.now,
    bookDate,
  });
  return { journal, merchants };
}

function asking(merchantId: MerchantId, key: string, name: string | null = null) {
  return { merchantId, caller: 'staff', key, name, category: null, location: null, reason: 'it says so' };
}

async function corrections(of: EnrichedWorld) {
  return (await of.world.events()).filter(({ event }) => event.type === 'MerchantCorrected');
}

describe('a merchant of the registry', () => {
  it('is corrected: what is left open stays as it is', async () => {
    const of = new EnrichedWorld();
    await of.fill();
    const aldi = await of.merchantIdOf('ALDI');
    const first = await of.correct(aldi, { name: 'Aldi Süd' });
    expect(first).toMatchObject({
      kind: 'corrected',
      merchant: { merchantId: aldi, name: 'Aldi Süd', category: 'groceries', location: null },
    });
    of.world.now -= SECOND;
    const second = await of.correct(aldi, { location: LEEDS });
    if (second.kind !== 'corrected') throw new Error(second.rejection);
    expect(second.merchant).toMatchObject({ name: 'Aldi Süd', location: LEEDS, correction: second.position });
    const { found } = await of.merchants.get({ merchantId: aldi, minPosition: second.position }, context);
    expect(found).toEqual(second.merchant);
    const stored = await corrections(of);
    expect(stored.map(({ stream, recordedAt }) => [stream, recordedAt])).toEqual([
      [`merchant-${aldi}`, of.world.now + SECOND],
      [`merchant-${aldi}`, of.world.now + SECOND],
    ]);
    expect(stored[1]?.event).toMatchObject({ reason: 'a customer wrote', correctedBy: 'service:spec' });
  });

  it('is resolved with its correction once the views have passed it, and as before until then', async () => {
    const of = new EnrichedWorld();
    await of.fill();
    const aldi = await of.merchantIdOf('ALDI');
    const corrected = await of.correct(aldi, { category: 'shopping', location: LEEDS });
    if (corrected.kind !== 'corrected') throw new Error(corrected.rejection);
    const descriptors = [named('ALDI 12 YORK'), named('4423'), named('MOON')];
    const resolve = async (minPosition: bigint) =>
      (await of.merchants.resolve({ minPosition, descriptors }, context)).matches;
    expect((await resolve(0n))[0]).toMatchObject({ category: 'groceries', correction: null });
    const matches = await resolve(corrected.position);
    expect(matches[0]).toMatchObject({
      name: 'Aldi',
      category: 'shopping',
      location: LEEDS,
      correction: corrected.position,
      rule: 'prefix:aldi seed:uk-purchase-cards-2014-2016; category correction',
    });
    expect(matches.map(({ merchantId }) => merchantId === null)).toEqual([false, true, false]);
    expect((await resolve(0n))[0]).toMatchObject({ category: 'shopping' });
  });
});

describe('a correction', () => {
  it('is one however often it is sent, and a conflict where its key has other content', async () => {
    const of = new EnrichedWorld();
    await of.fill();
    const { merchants } = merchantsOver(of);
    const aldi = await of.merchantIdOf('ALDI');
    const first = await merchants.correct(asking(aldi, 'a', 'A'), context);
    await merchants.correct(asking(aldi, 'b', 'B'), context);
    expect(await merchants.correct(asking(aldi, 'a', 'A'), context)).toEqual(first);
    expect(await merchants.correct(asking(aldi, 'a', 'C'), context)).toEqual({
      kind: 'rejected',
      rejection: 'IdempotencyKeyReused',
    });
    expect(await corrections(of)).toHaveLength(2);
  });

  it.each(['lost', 'stored', 'refused'] satisfies Fault[])(
    'whose append is %s is retryable, and made once',
    async (fault) => {
      const of = new EnrichedWorld();
      await of.fill();
      const { merchants, journal } = merchantsOver(of);
      const aldi = await of.merchantIdOf('ALDI');
      journal.faults.push(fault);
      await expect(merchants.correct(asking(aldi, 'a', 'A'), context)).rejects.toMatchObject({ code: 'unavailable' });
      expect(await merchants.correct(asking(aldi, 'a', 'A'), context)).toMatchObject({ kind: 'corrected' });
      expect(await corrections(of)).toHaveLength(1);
    },
  );

  it('that meets another is made on top of it', async () => {
    const of = new EnrichedWorld();
    await of.fill();
    const { merchants, journal } = merchantsOver(of);
    const aldi = await of.merchantIdOf('ALDI');
    journal.before = () => of.correct(aldi, { category: 'shopping' });
    expect(await merchants.correct(asking(aldi, 'a', 'A'), context)).toMatchObject({
      merchant: { name: 'A', category: 'shopping' },
    });
    const stream = await journal.readStream(`merchant-${aldi}`, { limit: 9 });
    expect(stream.map(({ metadata }) => decodeMetadata(metadata).revision)).toEqual([0n, 1n]);
  });
});

describe('a merchant that no registry knows', () => {
  it('is unknown until a transaction has it', async () => {
    const of = new EnrichedWorld();
    await of.open(ann);
    await of.fill();
    const moon = await of.merchantIdOf('MOON AND SPOON');
    expect(await of.correct(moon, { name: 'Moon' })).toEqual({ kind: 'rejected', rejection: 'UnknownMerchant' });
    expect(await of.merchants.get({ merchantId: moon, minPosition: 0n }, context)).toEqual({ found: null });
    await of.pay(ann, '1', 'MOON AND SPOON YORK');
    await new Driven(of).run();
    await of.fill();
    const { found } = await of.merchants.get({ merchantId: moon, minPosition: 0n }, context);
    expect(found).toMatchObject({
      name: 'Moon Spoon',
      category: 'general',
      location: { city: 'York' },
      correction: null,
    });
    expect(await of.correct(moon, { category: 'eating_out' })).toMatchObject({
      merchant: { name: 'Moon Spoon', category: 'eating_out' },
    });
  });
});

describe('the pages of a merchant', () => {
  it.each([1, 2, 3, 100])('of %d hold each of its transactions once, a month after the other', async (limit) => {
    const of = new EnrichedWorld();
    const accounts = ['acc_b', 'acc_a'] as AccountId[];
    for (const accountId of accounts) await of.open(accountId);
    for (let n = 0; n < 4; n++) {
      for (const accountId of accounts) await of.pay(accountId, `${n}`, n === 2 ? 'ALDI' : 'MOON');
      of.world.now += 1_500_000n * SECOND;
    }
    await new Driven(of).run();
    await of.fill();
    const moon = await of.merchantIdOf('MOON');
    const seen: string[] = [];
    type Asked = Parameters<typeof of.merchants.transactionsOf>[0];
    for (let after: Asked['after'] = null; ; ) {
      const page = await of.merchants.transactionsOf({ merchantId: moon, minPosition: 0n, after, limit }, context);
      seen.push(...page.transactions.map(({ accountId, transactionId }) => `${accountId} ${transactionId}`));
      after = page.next;
      if (after === null) break;
    }
    const expected = (await of.enriched()).filter(({ event }) => event.merchantId === moon);
    expect(new Set(seen).size).toBe(seen.length);
    expect([...seen].sort()).toEqual(
      expected.map(({ event, metadata }) => `${metadata.accountId} ${event.transactionId}`).sort(),
    );
  });
});
