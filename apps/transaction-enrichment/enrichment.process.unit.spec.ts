import { describe, expect, it } from '@jest/globals';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountId, MerchantId } from '@tallystick/ledger-core';
import { authorise, clear, fund, increment, refund } from '@tallystick/ledger-core/account/commands.suite';
import type { Fault } from '../ledger/faulty-journal.suite.js';
import { SECOND } from '../ledger/ledger-over-memory.suite.js';
import { cardOf, Driven, EnrichedWorld, named } from './enriched-world.suite.js';

const ann = 'acc_ann' as AccountId;
const bob = 'acc_bob' as AccountId;

async function twoAccounts(): Promise<EnrichedWorld> {
  const of = new EnrichedWorld();
  await of.open(ann);
  await of.open(bob);
  return of;
}

async function transactionOf(of: EnrichedWorld, accountId: AccountId): Promise<string> {
  const ids = await of.ledger.streams.read(accountId, (state) => [...state.transactions.keys()]);
  const [id] = ids;
  if (id === undefined) throw new Error('no transaction');
  return id;
}

describe('a transaction that names a merchant', () => {
  it('is enriched once, with all that its event needs', async () => {
    const of = await twoAccounts();
    await of.payAndClear(ann, '1', 'TESCO STORES 6227 BIRMINGHAM GB');
    of.world.now += SECOND;
    await new Driven(of).run();
    const [{ event, metadata } = { event: undefined, metadata: undefined }, ...more] = await of.enriched();
    expect(more).toEqual([]);
    const [cause] = (await of.world.events()).filter((each) => each.event.type === 'AuthorisationApproved');
    const transactionId = await transactionOf(of, ann);
    expect(event).toEqual({
      type: 'TransactionEnriched',
      transactionId,
      originalTransactionId: null,
      merchantId: expect.stringMatching(/^merch_0000/),
      merchantName: 'Tesco',
      category: 'groceries',
      location: {
        address: null,
        city: 'Birmingham',
        region: null,
        country: 'GBR',
        postcode: null,
        latitude: null,
        longitude: null,
      },
      descriptor: 'tesco stores birmingham gb',
      catalogue: 'test',
      correction: null,
      rule: 'prefix:tesco seed:uk-purchase-cards-2014-2016; category registry',
      confidence: 95,
      causePosition: event?.causePosition,
    });
    expect(metadata).toMatchObject({
      stream: `enrichment-${ann}`,
      revision: 0n,
      accountId: ann,
      transactionId,
      commandId: `process.enrichment/${ann}/${event?.causePosition}-${transactionId}`,
      recordedAt: of.world.now,
      actor: 'service:spec',
      correlationId: 'spec',
    });
    expect(metadata?.effectiveAt).toBeLessThanOrEqual(cause?.recordedAt ?? 0n);
  });

  it('is enriched again where a clearing names another, in the same delivery or after a restart', async () => {
    const of = await twoAccounts();
    await of.pay(ann, '1', 'SQ *TEN LOCKS CAFE');
    await of.clear(ann, '1', 'GREGGS');
    await of.pay(ann, '2', 'ALDI');
    await new Driven(of).run();
    await of.clear(ann, '2', 'LIDL UK');
    await new Driven(of).run();
    const names = (await of.enriched()).map(({ event }) => event.merchantName);
    expect(names).toEqual(['Ten Locks Cafe', 'Greggs', 'Aldi', 'Lidl']);
    expect(of.asked.enrichmentsOf).toBe(1);
  });

  it('is not enriched again by a clearing of the same text, in the same life or after a restart', async () => {
    const of = await twoAccounts();
    await of.pay(ann, '1', 'ALDI');
    await of.pay(ann, '2', 'ALDI');
    const driven = new Driven(of);
    await driven.run();
    await of.clear(ann, '1', 'ALDI');
    await driven.run();
    expect(of.asked.enrichmentsOf).toBe(0);
    await of.clear(ann, '2', 'ALDI');
    await new Driven(of).run();
    expect(of.asked.enrichmentsOf).toBe(1);
    expect(await of.enriched()).toHaveLength(2);
  });

  it('is a decline, a refund of a transaction or a clearing without authorisation too', async () => {
    const of = await twoAccounts();
    const cardId = cardOf(ann);
    await of.ledger.do(ann, authorise('1', 9_000_000n, { cardId, merchant: named('ARGOS LTD') }));
    await of.ledger.given(ann, authorise('2', 100n, { cardId, merchant: named('IKEA') }));
    await of.ledger.do(ann, increment('2', '3', 9_000_000n, { cardId, merchant: named('IKEA') }));
    await of.ledger.given(
      ann,
      clear('2', 100n, 'c2', { cardId, merchant: named('IKEA') }),
      refund('2', 40n, 'r2', { cardId, merchant: named('IKEA') }),
      clear(null, 7n, 'c9', { cardId, merchant: named('4423') }),
      fund(5n, 'salary'),
    );
    await new Driven(of).run();
    const events = (await of.enriched()).map(({ event }) => event);
    expect(events.map(({ merchantName }) => merchantName)).toEqual(['Argos', 'Ikea', 'Ikea', '4423']);
    expect(events[2]?.originalTransactionId).toBe(events[1]?.transactionId);
    expect(events[3]).toMatchObject({ merchantId: null, category: 'general', descriptor: '', confidence: 0 });
    expect(of.asked).toMatchObject({ resolve: 1, enrichmentsOf: 0 });
  });
});

describe('a process that fails', () => {
  const names = ['ALDI', 'IKEA', 'GREGGS', 'TESCO STORES 1', 'MOON AND SPOON', 'ARGOS'];

  async function paidOften(): Promise<EnrichedWorld> {
    const of = await twoAccounts();
    for (const [i, name] of names.entries()) await of.payAndClear(i % 2 === 0 ? ann : bob, `${i}`, name);
    return of;
  }

  it.each(Array.from({ length: 5 }, (_, n) => n))('at its append %d enriches everything once', async (nth) => {
    for (const fault of ['lost', 'stored', 'refused'] satisfies Fault[]) {
      const of = await paidOften();
      const failing = new Driven(of);
      // Several in a row: more than the process tries by itself.
      for (let i = 0; i < nth; i++) failing.journal.faults.push(fault);
      await failing.run(3).catch(() => undefined);
      await new Driven(of).run(2);
      const events = (await of.enriched()).map(({ event }) => event);
      expect(events).toHaveLength(names.length);
      expect(new Set(events.map(({ transactionId }) => transactionId)).size).toBe(names.length);
    }
  });

  it('killed before or after any append enriches everything once', async () => {
    for (let kill = 0; kill < 8; kill++) {
      for (const fault of ['lost', 'stored'] satisfies Fault[]) {
        const of = await paidOften();
        const killed = new Driven(of);
        let left = kill;
        const append = killed.journal.append.bind(killed.journal);
        killed.journal.append = async (...args) => {
          if (left < 0) throw new Error('dead');
          if (left-- > 0) return append(...args);
          if (fault === 'stored') await append(...args);
          throw new Error('kill -9');
        };
        await killed.run(3).catch(() => undefined);
        await new Driven(of).run();
        expect(await of.enriched()).toHaveLength(names.length);
      }
    }
  });

  it('beside another that does the same enriches everything once', async () => {
    const of = await paidOften();
    const [one, other] = [new Driven(of), new Driven(of)];
    one.journal.before = () => other.run();
    await Promise.all([one.run(), other.run()]);
    expect(await of.enriched()).toHaveLength(names.length);
  });

  it('enriches everything once however often and in whatever batches it is delivered', async () => {
    const of = await paidOften();
    const events = await new MemoryJournal(of.world.store).readAll({ after: 0n, limit: 1_000 });
    for (const batch of [1, 4, 1_000]) {
      const { process } = new Driven(of);
      for (let i = 0; i < events.length; i += batch)
        await process.apply({ partition: 0, events: events.slice(i, i + batch) });
    }
    expect(await of.enriched()).toHaveLength(names.length);
  });
});

describe('a correction', () => {
  const accounts = Array.from({ length: 4 }, (_, n) => `acc_${n}` as AccountId);
  const each = 9;

  /** Months apart, of two merchants. */
  async function history(): Promise<{ of: EnrichedWorld; moon: MerchantId }> {
    const of = new EnrichedWorld();
    for (const accountId of accounts) await of.open(accountId);
    for (let n = 0; n < each; n++)
      for (const accountId of accounts) {
        await of.pay(accountId, `${n}`, n % 3 === 0 ? 'ALDI' : 'MOON AND SPOON');
        of.world.now += 1_000_000n * SECOND;
      }
    await new Driven(of).run();
    return { of, moon: await of.merchantIdOf('MOON AND SPOON') };
  }

  it("changes its merchant's transactions, each once, and nothing else", async () => {
    const { of, moon } = await history();
    const before = await of.enriched();
    const corrected = await of.correct(moon, { name: 'The Moon & Spoon', category: 'eating_out' });
    if (corrected.kind !== 'corrected') throw new Error(corrected.rejection);
    await new Driven(of).run();
    const added = (await of.enriched()).filter(({ position }) => position > corrected.position);
    const theirs = before.filter(({ event }) => event.merchantId === moon);
    expect(theirs).toHaveLength(24);
    expect(added.map(({ event }) => event.transactionId).sort()).toEqual(
      theirs.map(({ event }) => event.transactionId).sort(),
    );
    for (const { event, metadata } of added) {
      expect(event).toMatchObject({
        merchantId: moon,
        merchantName: 'The Moon & Spoon',
        category: 'eating_out',
        correction: corrected.position,
        causePosition: corrected.position,
        rule: 'derived; category correction',
      });
      expect(metadata.commandId).toContain(`/${corrected.position}-${event.transactionId}`);
    }
    await new Driven(of).run();
    expect(await of.enriched()).toHaveLength(before.length + added.length);
  });

  it('counts for what comes after it, and not for the transaction that has another merchant by now', async () => {
    const { of, moon } = await history();
    const first = accounts[0] ?? ann;
    await of.clear(first, '1', 'GREGGS');
    await of.correct(moon, { name: 'Moon' });
    await of.correct(moon, { category: 'eating_out' });
    await of.pay(first, '100', 'MOON AND SPOON');
    const driven = new Driven(of);
    await driven.run();
    const newest = [...(await of.newest()).values()];
    expect(newest.filter(({ merchantName }) => merchantName === 'Greggs')).toHaveLength(1);
    const moons = newest.filter(({ merchantId }) => merchantId === moon);
    expect(moons).toHaveLength(24);
    for (const event of moons) expect(event).toMatchObject({ merchantName: 'Moon', category: 'eating_out' });
    // Cleared with the same text, after the correction, by a process that knows nothing any more.
    await of.clear(first, '2', 'MOON AND SPOON');
    const count = (await of.enriched()).length;
    await new Driven(of).run();
    expect(await of.enriched()).toHaveLength(count);
  });

  it.each(['lost', 'stored'] as const)('killed at any append (%s) goes on without repeat or gap', async (fault) => {
    let isKilled = true;
    let kill = 0;
    for (; isKilled; kill++) {
      const { of, moon } = await history();
      const before = (await of.enriched()).length;
      await of.correct(moon, { name: 'Moon' });
      const killed = new Driven(of);
      let left = kill;
      const append = killed.journal.append.bind(killed.journal);
      killed.journal.append = async (...args) => {
        if (left-- > 0) return append(...args);
        if (left === -1 && fault === 'stored') await append(...args);
        throw new Error('kill -9');
      };
      isKilled = await killed.run().then(
        () => false,
        () => true,
      );
      await new Driven(of).run();
      const added = (await of.enriched()).slice(before);
      expect(added).toHaveLength(24);
      expect(new Set(added.map(({ event }) => event.transactionId)).size).toBe(24);
    }
    // More appends than accounts: pages of five cut the months of four.
    expect(kill).toBeGreaterThan(accounts.length + 1);
  });

  it('that is stopped while it waits is no failure, and is done at the next start', async () => {
    const { of, moon } = await history();
    const before = (await of.enriched()).length;
    await of.correct(moon, { name: 'Moon' });
    const stopped = new Driven(of);
    stopped.stopping.abort();
    await stopped.run();
    expect(await of.enriched()).toHaveLength(before);
    await new Driven(of).run();
    expect(await of.enriched()).toHaveLength(before + 24);
  });
});
