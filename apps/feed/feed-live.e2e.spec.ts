// Readers that listen to a feed, and come and go.
import { request as askFor, type IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clear } from '@tallystick/ledger-core/account/commands.suite';
import { context } from '../ledger/ledger-over-memory.suite.js';
import type { ServerSent } from './event-reader.suite.js';
import { account, FeedService, mine, others, token } from './feed-service.suite.js';

let service: FeedService;

beforeEach(async () => {
  service = await FeedService.start();
});

afterEach(async () => {
  await service.stop();
  expect(service.reported).toEqual([]);
});

describe('a live reader', () => {
  it('is told of each change as it happens, of this account alone', async () => {
    const reader = service.listen(mine);
    await reader.opened;
    await service.pay(others);
    const paid = await service.pay();
    await reader.has(1);
    await service.of.ledger.given(account, clear(paid, 8n, 'k'));
    const [first, second] = await reader.has(2);
    expect([first?.event, first?.data.amount, second?.data.amount]).toEqual(['item', -10, -8]);
    expect(second?.data.id).toBe(first?.data.id);
    expect(second?.id).toBe(await service.head());
  });

  it('loses and doubles nothing, however often it comes back', async () => {
    const got: ServerSent[] = [];
    let last: Record<string, string> = {};
    const since = (await service.get(`/feed/items?${mine}`)).body.cursor;
    for (let round = 0; round < 6; round++) {
      // Last-Event-ID wins over the cursor of the address, which is as old as the reader's first page.
      const reader = service.listen(`${mine}&since=${since}`, last);
      await reader.opened;
      for (let n = 0; n < 5; n++) await service.pay();
      got.push(...(await reader.has(round === 0 ? 5 : 7)));
      reader.close();
      await reader.ended;
      last = { 'last-event-id': reader.lastId };
      for (let n = 0; n < 2; n++) await service.pay();
    }
    const final = service.listen(mine, last);
    got.push(...(await final.has(2)));
    const ids = got.map(({ data }) => data.id);
    expect(new Set(ids).size).toBe(ids.length);
    const listed = (await service.of.list(account)).filter(({ kind }) => kind === 'card').map(({ id }) => id);
    expect([...ids].sort()).toEqual([...listed].sort());
    expect(ids).toHaveLength(42);
  });

  it('resumes from a heartbeat, which moves its cursor on', async () => {
    const reader = service.listen(mine);
    await reader.opened;
    service.time.advance(15_000);
    await reader.hasComments(1);
    expect(reader.lastId).toBe(await service.head());
    expect(await reader.has(0)).toEqual([]);
  });

  it('is heard again after nobody listened', async () => {
    for (let round = 0; round < 3; round++) {
      const reader = service.listen(mine);
      await reader.opened;
      await service.pay();
      await reader.has(1);
      reader.close();
      await reader.ended;
      while (service.time.running() > 0) await setImmediate();
    }
  });

  it('that does not read is cut off', async () => {
    const basic = { title: 't', body: 'b'.repeat(4_096), imageUrl: 'i', url: null };
    const item = { ...basic, backgroundColor: null, titleColor: null, bodyColor: null };
    for (let n = 0; n < 2_000; n++)
      await service.of.generator.post({ accountId: account, caller: 'spec', key: `${n}`, item }, context);
    await service.of.fill();
    const headers = { authorization: `Bearer ${token}`, 'last-event-id': 'jrnl1.0' };
    const request = askFor(`${service.url}/feed/live?${mine}`, { headers, agent: false });
    request.on('error', () => undefined).end();
    const response = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
    response.pause();
    while (service.time.running() > 0) {
      service.time.advance(15_000);
      await setImmediate();
    }
    request.destroy();
  });

  it('is let go when the service stops, and leaves nothing running', async () => {
    const readersThen = [service.listen(mine), service.listen(mine)];
    await Promise.all(readersThen.map(({ opened }) => opened));
    await service.stop();
    await Promise.all(readersThen.map(({ ended }) => ended));
    expect(service.time.running()).toBe(0);
  });
});
