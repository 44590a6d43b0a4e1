import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountId, TransactionId } from '@tallystick/ledger-core';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import type { Delivery } from './delivery.js';
import { DeliveryLog, LOG_DAYS, LOG_ENTRIES_MAX } from './delivery-log.js';
import { Retention } from './retention.js';
import { until } from './webhooks-over-memory.suite.js';

const DAY_MS = 86_400_000;
const known = { id: 'webhook_known' };

let store: MemoryRecordStore;
let log: DeliveryLog;
let time: ManualTime;
let retention: Retention;

beforeEach(() => {
  store = new MemoryRecordStore();
  log = new DeliveryLog(new MemoryRecords(store));
  time = new ManualTime();
  const registrations = { find: async (id: string) => (id === known.id ? registrationOf(id) : undefined) };
  const report = (error: unknown) => {
    throw error;
  };
  retention = new Retention({ log, registrations, time, report });
});

function registrationOf(id: string) {
  const of = { accountId: 'acc_1' as AccountId, clientId: 'c', userId: 'u', url: 'https://hooks.example/' };
  return { id, ...of, types: [], secret: '', position: '0' };
}

async function insert(webhookId: string, from: number, to: number, state: Delivery['state'], atMs = time.now()) {
  const of = { accountId: 'acc_1' as AccountId, transactionId: 'tx_1' as TransactionId };
  for (let n = from; n <= to; n++)
    await log.insert({
      ...of,
      id: `whd_${n}`,
      webhookId,
      type: 'transaction.created',
      position: String(n),
      atMs,
      state,
      tries: 1,
      attempts: [],
      dueMs: atMs,
      holder: 'one',
      heldUntilMs: atMs,
    });
}

async function left(webhookId: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { value } of log.after(webhookId, null)) ids.push(value.id);
  return ids;
}

describe('the log of a webhook', () => {
  it('keeps the newest of what has ended, and whatever waits', async () => {
    await insert(known.id, 1, 5, 'waiting');
    await insert(known.id, 6, LOG_ENTRIES_MAX + 50, 'delivered');
    await log.prune(known.id, time.now());
    const ids = await left(known.id);
    expect(ids).toHaveLength(5 + LOG_ENTRIES_MAX);
    expect(ids.slice(0, 6)).toEqual(['whd_1', 'whd_2', 'whd_3', 'whd_4', 'whd_5', 'whd_51']);
  });

  it('lets go of what is old', async () => {
    await insert(known.id, 1, 3, 'failed', time.now() - LOG_DAYS * DAY_MS - 1);
    await insert(known.id, 4, 6, 'failed', time.now() - LOG_DAYS * DAY_MS);
    await log.prune(known.id, time.now());
    expect(await left(known.id)).toEqual(['whd_4', 'whd_5', 'whd_6']);
  });

  it('is looked after every hundredth delivery', async () => {
    await insert(known.id, 1, LOG_ENTRIES_MAX + 10, 'delivered');
    for (let n = 0; n < 99; n++) retention.note(known.id);
    expect(await left(known.id)).toHaveLength(LOG_ENTRIES_MAX + 10);
    retention.note(known.id);
    await until('it is pruned', async () => (await left(known.id)).length === LOG_ENTRIES_MAX);
    await retention.stop();
  });

  it('is looked after every hour, and goes where its webhook is gone', async () => {
    await insert('webhook_gone', 1, 150, 'waiting');
    await insert(known.id, 1, 150, 'delivered');
    await insert('webhook_z', 1, 1, 'delivered');
    retention.start();
    time.advance(LOG_DAYS * DAY_MS - 1);
    await until('those that are gone have none', async () => (await left('webhook_z')).length === 0);
    expect(await left('webhook_gone')).toEqual([]);
    expect(await left(known.id)).toHaveLength(150);
    time.advance(3_600_000);
    await until('they are old', async () => (await left(known.id)).length === 0);
    await retention.stop();
  });
});
