// Registrations, outbox and log on an engine's records: the same on each.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountId, TransactionId } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import type { Delivery } from './delivery.js';
import { DeliveryLog } from './delivery-log.js';
import { Outbox, type Waiting } from './outbox.js';
import { Registrations, WEBHOOKS_MAX } from './registrations.js';

/** A store of an engine, empty, for one test. */
export interface StoreUnderTest {
  readonly records: Records;
  dispose(): Promise<void>;
}

const accountId = 'acc_1' as AccountId;

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of list) found.push(each);
  return found;
}

function delivery(webhookId: string, position: bigint): Delivery {
  return {
    id: `whd_${position}`,
    webhookId,
    accountId,
    transactionId: 'tx_1' as TransactionId,
    type: 'transaction.created',
    position: String(position),
    atMs: 1,
    state: 'waiting',
    tries: 0,
    attempts: [],
    dueMs: 1,
    holder: 'one',
    heldUntilMs: 1,
  };
}

export function webhookRecordsSuite(engine: string, create: () => Promise<StoreUnderTest>): void {
  let store: StoreUnderTest;

  beforeEach(async () => {
    store = await create();
  });
  afterEach(() => store.dispose());

  describe(`the outbox (${engine})`, () => {
    it('gives what waits for a webhook by when it is due, and the first of each webhook', async () => {
      const outbox = new Outbox(store.records);
      const waiting = (webhookId: string, dueMs: number, position: bigint): Waiting => ({
        ...{ partition: 3, webhookId, dueMs, position },
      });
      const times = Array.from({ length: 100 }, (_, n) => 1_700_000_000_000 + ((n * 37) % 100) * 1_000);
      for (const [n, dueMs] of times.entries()) await outbox.add(waiting('webhook_b', dueMs, BigInt(n)));
      await outbox.add(waiting('webhook_a', 5, 1n));
      await outbox.add(waiting('webhook_c', 7, 1n));
      await outbox.add({ ...waiting('webhook_d', 7, 1n), partition: 4 });
      const sorted = times.toSorted((left, right) => left - right);
      const of = async (fromMs: number) => (await all(outbox.of(3, 'webhook_b', fromMs))).map(({ dueMs }) => dueMs);
      expect(await of(0)).toEqual(sorted);
      expect(await of(sorted[40] ?? 0)).toEqual(sorted.slice(40));
      expect(await of(Number.POSITIVE_INFINITY)).toEqual([]);
      const first = { ...waiting('webhook_b', sorted[0] ?? 0, BigInt(times.indexOf(sorted[0] ?? 0))) };
      const firsts = [waiting('webhook_a', 5, 1n), first, waiting('webhook_c', 7, 1n)];
      expect(await all(outbox.webhooks(3))).toEqual(firsts);
      await outbox.remove(first);
      expect(await of(0)).toEqual(sorted.slice(1));
      await outbox.remove(waiting('webhook_a', 5, 1n));
      expect((await all(outbox.webhooks(3))).map(({ webhookId }) => webhookId)).toEqual(['webhook_b', 'webhook_c']);
    });
  });

  describe(`the log (${engine})`, () => {
    it('is in the order of the events, each once', async () => {
      const log = new DeliveryLog(store.records);
      for (const position of [9n, 10n, 100n, 2n ** 40n, 9n]) await log.insert(delivery('webhook_a', position));
      await log.insert(delivery('webhook_b', 1n));
      const positionsAfter = async (position: bigint | null) =>
        (await all(log.after('webhook_a', position))).map(({ value }) => BigInt(value.position));
      expect(await positionsAfter(null)).toEqual([9n, 10n, 100n, 2n ** 40n]);
      expect(await positionsAfter(10n)).toEqual([100n, 2n ** 40n]);
      await log.removeAll('webhook_a');
      expect(await positionsAfter(null)).toEqual([]);
      expect(await all(log.webhooks())).toEqual(['webhook_b']);
    });

    it('gives a delivery to one of those who claim it at once', async () => {
      const log = new DeliveryLog(store.records);
      await log.insert(delivery('webhook_a', 1n));
      const found = await log.get('webhook_a', 1n);
      if (found === undefined) throw new Error('it is not there');
      const claims = ['one', 'two', 'three'].map((holder) => log.replace(found, { ...found.value, holder }));
      expect((await Promise.all(claims)).filter((isOurs) => isOurs)).toHaveLength(1);
      expect((await log.get('webhook_a', 1n))?.version).toBe(2);
    });
  });

  describe(`registrations (${engine})`, () => {
    it('are as many as there may be, whoever asks at once, and one for the same key', async () => {
      const registrations = new Registrations(store.records, randomBytes);
      const of = { accountId, clientId: 'client', userId: 'user_1', url: 'https://hooks.example/', at: 1_000n };
      const ask = (key: string) => registrations.add({ ...of, key, types: ['transaction.created'], position: 7n });
      const asked = await Promise.all(Array.from({ length: 15 }, (_, n) => ask(`key-${n}`)));
      const added = asked.filter((each) => each !== undefined);
      expect(added).toHaveLength(WEBHOOKS_MAX);
      const [one] = added;
      const again = await ask(`key-${asked.indexOf(one)}`);
      expect(again).toEqual(one);
      expect(await registrations.find(one?.id ?? '')).toEqual(one);
      await registrations.remove(one?.id ?? '');
      expect(await registrations.find(one?.id ?? '')).toBeUndefined();
      expect(await registrations.of(accountId)).toHaveLength(WEBHOOKS_MAX - 1);
    });
  });
}
