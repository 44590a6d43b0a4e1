import { describe, expect, it } from '@jest/globals';
import { decodeMetadata } from '@tallystick/events';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import { type AccountId, type CurrencyCode, chart, type TransferId } from '@tallystick/ledger-core';
import { fund, open, transfer } from '@tallystick/ledger-core/account/commands.suite';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import { bookDate, contextFor, DAY, type LedgerUnderTest, sent, World } from './ledger-over-memory.suite.js';
import { TransferProcess } from './transfer.process.js';

const GBP = 'GBP' as CurrencyCode;
const ann = 'acc_ann' as AccountId;
const bob = 'acc_bob' as AccountId;

async function openWith(ledger: LedgerUnderTest, accountId: AccountId, currency = GBP): Promise<void> {
  await ledger.given(accountId, open({ accountId, currency }));
}

async function twoAccounts() {
  const world = new World();
  const ledger = world.ledger();
  await openWith(ledger, ann);
  await openWith(ledger, bob);
  await ledger.given(ann, fund(1000n));
  return { world, ledger };
}

function sendTransfer(destinationAccountId: AccountId, amount: bigint, transferId: TransferId = transfer('1')) {
  return { type: 'SendTransfer' as const, transferId, destinationAccountId, amount, currency: GBP, personal: null };
}

class CrashingRecords extends MemoryRecords {
  constructor(
    store: MemoryRecordStore,
    private readonly before: () => unknown,
  ) {
    super(store);
  }

  override async put(collection: string, key: string, value: Uint8Array): Promise<void> {
    await this.before();
    await super.put(collection, key, value);
  }
}

interface How {
  /** Called before every write to the records and every command; what it throws is a crash. */
  readonly before?: () => unknown;
  readonly records?: MemoryRecordStore;
}

/** A process, in the hands of whoever drives it: everything since its checkpoint, in one delivery. */
class Driven {
  readonly process: TransferProcess;

  constructor(
    private readonly world: World,
    { client }: LedgerUnderTest,
    { before = () => undefined, records = world.recordStore }: How = {},
  ) {
    const execute: typeof client.execute = async (...of) => {
      await before();
      return client.execute(...of);
    };
    const dating = { clock: () => world.now, localDateOf: bookDate };
    this.process = new TransferProcess(
      { ...client, execute },
      new CrashingRecords(records, before),
      contextFor,
      dating,
    );
  }

  /** How many events came since the checkpoint. */
  async deliver(): Promise<number> {
    const after = await this.process.resumeAfter(0);
    const events = await new MemoryJournal(this.world.store).readAll({ after, limit: 100_000 });
    await this.process.apply({ partition: 0, events });
    return events.length;
  }
}

/** What is under way, by the postings. */
async function inTransit(world: World): Promise<bigint> {
  let sum = 0n;
  for (const { event } of await world.events()) {
    const postings = 'entry' in event && event.entry !== null ? event.entry.postings : [];
    for (const { account, side, amount } of postings)
      if (account === chart.transfersInTransit) sum += side === 'CREDIT' ? amount : -amount;
  }
  return sum;
}

describe('a transfer that was sent', () => {
  it('is received, then completed', async () => {
    const { world, ledger } = await twoAccounts();
    await ledger.given(ann, sendTransfer(bob, 300n));
    expect(await inTransit(world)).toBe(300n);
    await new Driven(world, ledger).deliver();
    expect(await world.types(`account-${bob}`)).toEqual(['AccountOpened', 'TransferReceived']);
    expect((await world.types(`account-${ann}`)).slice(2)).toEqual(['TransferSent', 'TransferCompleted']);
    expect(await ledger.balances(bob)).toMatchObject({ ledger: 300n });
    expect(await inTransit(world)).toBe(0n);
    await ledger.given(ann, sendTransfer(bob, 700n, transfer('2')), {
      type: 'CancelTransfer',
      transferId: transfer('3'),
    });
    await new Driven(world, ledger).deliver();
    await ledger.given(ann, { type: 'CloseAccount' });
  });

  it('arrives as long after its value date as it was under way', async () => {
    const { world, ledger } = await twoAccounts();
    const effectiveAt = world.now - 40n * DAY;
    await ledger.do(ann, sendTransfer(bob, 300n), { effectiveAt });
    world.now += 2n * DAY;
    await new Driven(world, ledger).deliver();
    const [received] = await ledger.journal.readStream(`account-${bob}`, { direction: 'backwards', limit: 1 });
    const { effectiveAt: arrivedAt, localDate } = decodeMetadata(received?.metadata ?? new Uint8Array());
    expect([arrivedAt, localDate]).toEqual([effectiveAt + 2n * DAY, bookDate(effectiveAt + 2n * DAY)]);
  });

  it.each([
    ['is closed', 'AccountClosed', (ledger: LedgerUnderTest) => ledger.given(bob, { type: 'CloseAccount' })],
    ['has another currency', 'CurrencyMismatch', () => undefined, 'acc_usd' as AccountId],
    ['does not exist', 'UnknownAccount', () => undefined, 'acc_nobody' as AccountId],
  ] as const)('comes back where the destination %s', async (_, reason, prepare, destination = bob) => {
    const { world, ledger } = await twoAccounts();
    await openWith(ledger, 'acc_usd' as AccountId, 'USD' as CurrencyCode);
    await prepare(ledger);
    await ledger.given(ann, sendTransfer(destination, 300n));
    await new Driven(world, ledger).deliver();
    const events = (await world.events()).filter(({ stream }) => stream === `account-${ann}`);
    expect(events.at(-1)?.event).toMatchObject({ type: 'TransferReturned', reason, amount: 300n });
    expect(await ledger.balances(ann)).toMatchObject({ ledger: 1000n });
    expect(await inTransit(world)).toBe(0n);
    const refused = (await world.events()).findLast(({ stream }) => stream === `account-${destination}`);
    expect(refused?.event).toMatchObject({ type: 'TransferRefused', reason, sourceAccountId: ann, amount: 300n });
  });

  it('is completed where a process of before, whose keys did not name the sender, died after it was received', async () => {
    const { world, ledger } = await twoAccounts();
    await ledger.given(ann, sendTransfer(bob, 300n));
    const { destinationAccountId, ...known } = sendTransfer(bob, 300n);
    const command = { ...known, type: 'ReceiveTransfer' as const, sourceAccountId: ann };
    const commands = [sent(command, { key: `receive-${command.transferId}` })];
    await ledger.client.execute(
      { accountId: destinationAccountId, caller: 'process.transfers', commands },
      contextFor('', ''),
    );
    await new Driven(world, ledger).deliver();
    expect(await world.types(`account-${bob}`)).toEqual(['AccountOpened', 'TransferReceived']);
    expect((await world.types(`account-${ann}`)).at(-1)).toBe('TransferCompleted');
    expect(await inTransit(world)).toBe(0n);
  });

  it('comes back where another of the same id reached the destination before', async () => {
    const { world, ledger } = await twoAccounts();
    const eve = 'acc_eve' as AccountId;
    await openWith(ledger, eve);
    await ledger.given(eve, fund(50n));
    await ledger.given(ann, sendTransfer(bob, 50n));
    await new Driven(world, ledger).deliver();
    await ledger.given(eve, sendTransfer(bob, 50n));
    await new Driven(world, ledger).deliver();
    expect(await ledger.balances(eve)).toMatchObject({ ledger: 50n });
    expect(await ledger.balances(bob)).toMatchObject({ ledger: 50n });
    expect((await world.types(`account-${bob}`)).at(-1)).toBe('TransferRefused');
    expect(await inTransit(world)).toBe(0n);
  });
});

describe('a process that crashes', () => {
  // Each transfer takes two commands, and the checkpoint is a record.
  it.each(Array.from({ length: 8 }, (_, n) => n))('before its step %d moves all money once', async (step) => {
    const { world, ledger } = await twoAccounts();
    const nobody = 'acc_nobody' as AccountId;
    await ledger.given(
      ann,
      sendTransfer(bob, 100n, transfer('1')),
      sendTransfer(nobody, 20n, transfer('2')),
      sendTransfer(bob, 3n, transfer('3')),
    );
    let left = step;
    const before = () => {
      if (left-- <= 0) throw new Error('kill -9');
    };
    const crashing = new Driven(world, ledger, { before });
    await crashing.deliver().catch(() => undefined);
    // Opened meanwhile: what was refused before must not be received now.
    await openWith(ledger, nobody);
    const restarted = world.ledger();
    await new Driven(world, restarted).deliver();
    await new Driven(world, restarted).deliver();
    const [annHas, bobHas, nobodyHas] = await Promise.all([ann, bob, nobody].map((id) => restarted.balances(id)));
    expect(bobHas).toMatchObject({ ledger: 103n });
    expect((annHas?.ledger ?? 0n) + (nobodyHas?.ledger ?? 0n)).toBe(897n);
    expect(await inTransit(world)).toBe(0n);
    const types = await Promise.all([ann, bob, nobody].map((id) => world.types(`account-${id}`)));
    expect(types.flat().filter((type) => /Received$|Returned$/.test(type) && type !== 'PaymentReceived')).toHaveLength(
      3,
    );
  });

  it('moves all money once however often everything is delivered', async () => {
    const { world, ledger } = await twoAccounts();
    await ledger.given(ann, sendTransfer(bob, 100n), sendTransfer('acc_nobody' as AccountId, 20n, transfer('2')));
    const events = await new MemoryJournal(world.store).readAll({ after: 0n, limit: 100_000 });
    const nobody = 'acc_nobody' as AccountId;
    for (let n = 0; n < 3; n++) {
      // Each as if no checkpoint had ever been written.
      const { process } = new Driven(world, ledger, { records: new MemoryRecordStore() });
      await process.resumeAfter(n);
      await process.apply({ partition: n, events });
      await ledger.do(nobody, open({ accountId: nobody }), { key: 'open' });
      world.now += 31n * DAY;
    }
    expect(await ledger.balances(nobody)).toMatchObject({ ledger: 0n });
    expect(await ledger.balances(ann)).toMatchObject({ ledger: 900n });
    expect(await ledger.balances(bob)).toMatchObject({ ledger: 100n });
    expect(await inTransit(world)).toBe(0n);
  });

  it('does nothing about what its checkpoint has passed, though the destination has been opened meanwhile', async () => {
    const { world, ledger } = await twoAccounts();
    const nobody = 'acc_nobody' as AccountId;
    await ledger.given(ann, sendTransfer(nobody, 20n));
    const events = await new MemoryJournal(world.store).readAll({ after: 0n, limit: 100_000 });
    const { process } = new Driven(world, ledger);
    await process.resumeAfter(0);
    await process.apply({ partition: 0, events });
    await openWith(ledger, nobody);
    await process.apply({ partition: 0, events });
    expect(await ledger.balances(ann)).toMatchObject({ ledger: 1000n });
    expect(await ledger.balances(nobody)).toMatchObject({ ledger: 0n });
    expect(await inTransit(world)).toBe(0n);
  });

  it('stops rather than passing over a transfer that can neither arrive nor come back', async () => {
    const { world, ledger } = await twoAccounts();
    await ledger.given(ann, sendTransfer('acc_nobody' as AccountId, 20n));
    await ledger.given(ann, { type: 'CompleteTransfer', transferId: transfer('1') });
    await expect(new Driven(world, ledger).deliver()).rejects.toThrow('ReturnTransfer: TransferNotInFlight');
  });
});

describe('two processes that drive the same transfers', () => {
  it('return what was refused once, though one asks again when the account is there', async () => {
    const { world, ledger } = await twoAccounts();
    const nobody = 'acc_nobody' as AccountId;
    const other = world.ledger();
    // It has seen that there is no such account, and nothing since.
    expect(await other.do(nobody, fund(1n))).toMatchObject({ rejection: 'UnknownAccount' });
    await ledger.given(ann, sendTransfer(nobody, 20n));
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const late = new Driven(world, other, { before: () => held }).deliver();
    await new Driven(world, ledger).deliver();
    await openWith(ledger, nobody);
    world.now += DAY;
    goOn();
    await late;
    expect(await world.types(`account-${nobody}`)).toEqual(['TransferRefused', 'AccountOpened']);
    expect(await other.balances(nobody)).toMatchObject({ ledger: 0n });
    expect(await other.balances(ann)).toMatchObject({ ledger: 1000n });
    expect(await inTransit(world)).toBe(0n);
  });
});

describe('the checkpoint', () => {
  it('is where the last transfer was done', async () => {
    const { world, ledger } = await twoAccounts();
    await ledger.given(ann, sendTransfer(bob, 100n));
    const driven = new Driven(world, ledger);
    expect(await driven.deliver()).toBe(4);
    expect(await driven.deliver()).toBe(2);
    expect(await driven.deliver()).toBe(2);
    await ledger.given(ann, sendTransfer(bob, 1n, transfer('2')));
    expect(await new Driven(world, ledger).deliver()).toBe(3);
    expect(await new Driven(world, ledger).deliver()).toBe(2);
  });

  it('belongs to its partition', async () => {
    const { world, ledger } = await twoAccounts();
    await ledger.given(ann, sendTransfer(bob, 100n));
    const { process } = new Driven(world, ledger);
    const events = await new MemoryJournal(world.store).readAll({ after: 0n, limit: 100 });
    await process.resumeAfter(0);
    await process.resumeAfter(1);
    await process.apply({ partition: 0, events });
    await process.apply({ partition: 1, events: events.slice(0, 1) });
    expect(await process.resumeAfter(0)).toBe(events.at(-1)?.position);
    expect(await process.resumeAfter(1)).toBe(0n);
  });
});
