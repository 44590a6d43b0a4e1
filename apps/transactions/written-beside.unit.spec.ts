// What customers' programs write beside transactions: metadata, attachments and receipts.
import { describe, expect, it } from '@jest/globals';
import type { AccountId, AttachmentId, TransactionId } from '@tallystick/ledger-core';
import { account } from '@tallystick/ledger-core/account/commands.suite';
import { checkAsync } from '@tallystick/ledger-core/account/replayable.suite';
import fc from 'fast-check';
import type { Fault } from '../ledger/faulty-journal.suite.js';
import { context, SECOND } from '../ledger/ledger-over-memory.suite.js';
import { CLIENTS, Desk, differences, USERS } from './desk.suite.js';
import { Transactions } from './transactions.js';

const nothing = { accountId: 'acc_none' as AccountId, transactionId: 'tx_0000none' as TransactionId };

const which = fc.nat({ max: 5 });
const act = fc.oneof(
  fc.record({
    do: fc.constant('annotate' as const),
    which,
    client: fc.constantFrom(...CLIENTS),
    changes: fc.dictionary(fc.constantFrom('a', 'b', 'notes'), fc.constantFrom('', 'x', 'y'), { maxKeys: 3 }),
  }),
  fc.record({
    do: fc.constantFrom('attach' as const, 'detach' as const),
    which,
    user: fc.constantFrom(...USERS),
    file: fc.nat({ max: 2 }),
  }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** What the service should say, kept as simply as can be. */
class Expected {
  readonly metadata = new Map<string, Map<string, string>>();
  readonly files = new Set<string>();
  readonly ids = new Map<string, AttachmentId>();

  async take(step: Act, desk: Desk): Promise<void> {
    const transactionId = desk.at(step.which);
    if (step.do === 'annotate') {
      const place = `${transactionId} ${step.client}`;
      const texts = this.metadata.get(place) ?? new Map();
      this.metadata.set(place, texts);
      for (const [key, value] of Object.entries(step.changes)) {
        if (value === '') texts.delete(key);
        else texts.set(key, value);
      }
      const done = await desk.annotate(step.changes, { transactionId, ...desk.writer(step.client) });
      expect(done.kind === 'annotated' && (await desk.opened(done.written))).toEqual(Object.fromEntries(texts));
      return;
    }
    const file = `${transactionId} ${step.user} https://x.example/${step.file}`;
    const writer = desk.writer(CLIENTS[0], step.user);
    const id = this.ids.get(file);
    if (step.do === 'attach') {
      this.files.add(file);
      const done = await desk.register(`https://x.example/${step.file}`, { transactionId, ...writer });
      if (done.kind === 'rejected') throw new Error(done.rejection);
      expect(id ?? done.attachmentId).toBe(done.attachmentId);
      this.ids.set(file, done.attachmentId);
    } else if (id !== undefined) {
      const done = await desk.deregister(id, writer);
      expect(done.kind).toBe(this.files.delete(file) ? 'deregistered' : 'rejected');
    }
  }
}

describe('after any sequence of writings', () => {
  it('each client sees its own, all see the attachments, and the views are the same rebuilt', async () => {
    await checkAsync(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), fc.integer({ min: 1, max: 9 }), async (acts, batch) => {
        const desk = await new Desk().begin();
        const expected = new Expected();
        for (const step of acts) {
          desk.of.world.now += SECOND;
          await expected.take(step, desk);
        }
        for (const client of [...CLIENTS, null])
          for (const row of await desk.page(client, 4)) {
            const texts = expected.metadata.get(`${row.id} ${client}`) ?? new Map();
            expect(await desk.opened(row.written)).toEqual(Object.fromEntries(texts));
            const files = await Promise.all(
              row.attachments.map(async ({ personal, userId }) => {
                const { file_url } = await desk.opened(personal);
                return `${row.id} ${userId} ${file_url}`;
              }),
            );
            expect(files.sort()).toEqual([...expected.files].filter((file) => file.startsWith(row.id)).sort());
          }
        for (const size of [1, batch, 100_000])
          expect(await differences(desk.of.views, await desk.of.rebuilt(size))).toEqual([]);
      }),
      40,
    );
  });
});

describe('two services over one journal', () => {
  it('keep what both write at the same moment', async () => {
    const desk = await new Desk().begin();
    const { journal } = desk.of.ledger;
    // While the first is between its decision and its append, another one writes, and writes again.
    journal.before = async () => {
      const other = desk.of.world.ledger().journal;
      const service = desk.of.service(undefined, other);
      for (const value of ['1', '2']) {
        const of = { accountId: account, transactionId: desk.at(0), ...desk.writer() };
        await service.annotate({ ...of, changes: [{ key: 'theirs', value }] }, context);
      }
    };
    expect(await desk.annotate({ mine: '1' })).toMatchObject({ kind: 'annotated' });
    expect(await desk.written(CLIENTS[0])).toEqual({ mine: '1', theirs: '2' });
  });
});

describe('a journal that fails in the middle', () => {
  it.each<[Fault, string]>([
    ['lost', 'annotated'],
    ['stored', 'annotated'],
  ])('and the event was %s: it is there once, and answered', async (fault, kind) => {
    const desk = await new Desk().begin();
    desk.of.ledger.journal.faults.push(fault);
    expect(await desk.annotate({ a: '1' })).toMatchObject({ kind });
    desk.of.ledger.journal.faults.push(fault);
    const registered = await desk.register('https://x.example/1');
    if (registered.kind === 'rejected') throw new Error(registered.rejection);
    desk.of.ledger.journal.faults.push(fault);
    expect(await desk.deregister(registered.attachmentId)).toMatchObject({ kind: 'deregistered' });
    desk.of.ledger.journal.faults.push(fault);
    expect(await desk.store('{}')).toMatchObject({ kind: 'stored' });
    desk.of.ledger.journal.faults.push(fault);
    const gone = await desk.service.deleteReceipt({ ...desk.writer(), externalId: 'order' }, context);
    expect(gone).toMatchObject({ kind: 'deleted' });
    const written = (await desk.events()).slice(-5);
    expect(written).toEqual([
      'TransactionAnnotated',
      'AttachmentRegistered',
      'AttachmentDeregistered',
      'ReceiptStored',
      'ReceiptDeleted',
    ]);
  });

  it('and can not be written at all: the caller may try again, with the same key', async () => {
    const desk = await new Desk().begin();
    const events = (await desk.events()).length;
    const writer = desk.writer();
    desk.of.ledger.journal.faults.push('refused');
    await expect(desk.annotate({ a: '1' }, writer)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(await desk.events()).toHaveLength(events);
    expect(await desk.annotate({ a: '1' }, writer)).toMatchObject({ kind: 'annotated' });
    // The answer was lost on its way.
    expect(await desk.annotate({ a: '1' }, writer)).toMatchObject({ kind: 'annotated' });
    expect(await desk.events()).toHaveLength(events + 1);
  });
});

describe('the same command again', () => {
  it('has the same answer where it took something away', async () => {
    const desk = await new Desk().begin();
    const registered = await desk.register('https://x.example/1');
    if (registered.kind === 'rejected') throw new Error(registered.rejection);
    const writer = desk.writer();
    const gone = await desk.deregister(registered.attachmentId, writer);
    expect(await desk.deregister(registered.attachmentId, writer)).toEqual(gone);
    expect(await desk.deregister(registered.attachmentId)).toEqual({
      kind: 'rejected',
      rejection: 'UnknownAttachment',
    });
    await desk.store('{}');
    const taking = { ...desk.writer(), externalId: 'order' };
    const taken = await desk.service.deleteReceipt(taking, context);
    expect(await desk.service.deleteReceipt(taking, context)).toEqual(taken);
    const other = { ...desk.writer(), externalId: 'order' };
    const refused = { kind: 'rejected', rejection: 'UnknownReceipt' };
    expect(await desk.service.deleteReceipt(other, context)).toEqual(refused);
  });
});

describe('what is no transaction of the account', () => {
  it('has nothing written beside it', async () => {
    const desk = await new Desk().begin();
    const unknown = { kind: 'rejected', rejection: 'UnknownTransaction' };
    for (const where of [{ accountId: nothing.accountId }, { transactionId: nothing.transactionId }]) {
      expect(await desk.annotate({ a: '1' }, where)).toEqual(unknown);
      expect(await desk.register('https://x.example/1', where)).toEqual(unknown);
      expect(await desk.store('{}', where)).toEqual(unknown);
    }
  });
});

describe('what was written of a customer who was erased', () => {
  it('can not be read, and nothing of it is in the clear anywhere', async () => {
    const desk = await new Desk().begin();
    await desk.annotate({ notes: 'a secret note' });
    await desk.register('https://x.example/secret');
    await desk.store('{"secret":1}');
    const events = await desk.of.world.events();
    for (const { event } of events.slice(-3)) {
      const { personal = null } = event as { readonly personal?: Uint8Array | null }; // of three that have it
      expect(personal).not.toBeNull();
      expect(Buffer.from(personal ?? []).toString('latin1')).not.toContain('secret');
      expect(JSON.stringify({ ...event, personal: null })).not.toContain('secret');
    }
    await desk.of.keys.destroy(account);
    expect(await desk.written(CLIENTS[0])).toEqual({ text: 'erased' });
    const erased = { kind: 'rejected', rejection: 'CustomerErased' };
    expect(await desk.annotate({ a: '1' })).toEqual(erased);
    expect(await desk.register('https://x.example/2')).toEqual(erased);
    expect(await desk.store('{}')).toEqual(erased);
    expect(await differences(desk.of.views, await desk.of.rebuilt(3))).toEqual([]);
  });
});

describe('a page of a hundred', () => {
  it('is read with two reads more for each month that it has rows of, whatever is written beside them', async () => {
    const desk = await new Desk().begin(100, 0n);
    for (const id of desk.ids) {
      await desk.annotate({ a: '1' }, { transactionId: id });
      await desk.annotate({ a: '2' }, { transactionId: id, ...desk.writer(CLIENTS[1]) });
    }
    await desk.register('https://x.example/1');
    await desk.of.fill();
    const reads: string[] = [];
    const { views } = desk.of;
    const counted = new Transactions(
      {
        get: (table, key) => views.get(table, key),
        slice: (table, options) => {
          reads.push(table.name);
          return views.slice(table, options);
        },
        scan: (table) => views.scan(table),
        progress: (consumer, partition) => views.progress(consumer, partition),
      },
      { waitUntil: async () => {} },
    );
    const range = { since: null, after: null, before: null, limit: 100, minPosition: 0n };
    const { transactions } = await counted.page({ accountId: account, clientId: CLIENTS[0], ...range }, context);
    expect(transactions).toHaveLength(100);
    expect(transactions.every(({ written }) => written !== null)).toBe(true);
    expect(reads.filter((name) => name === 'annotations' || name === 'attachments')).toHaveLength(2);
  });
});
