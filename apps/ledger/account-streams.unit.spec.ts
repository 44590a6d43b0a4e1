import { serialize } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import { type AccountId, type CardToken, COMMAND_KEYS_KEPT, FOLD_VERSION } from '@tallystick/ledger-core';
import {
  account,
  advise,
  authorise,
  fund,
  funded,
  issue,
  open,
  refund,
  reverse,
} from '@tallystick/ledger-core/account/commands.suite';
import { textOf } from '@tallystick/ledger-core/account/specification.suite';
import {
  answerOf,
  context,
  contextFor,
  DAY,
  type LedgerUnderTest,
  MAY_FIRST,
  SECOND,
  sent,
  World,
} from './ledger-over-memory.suite.js';

const SNAPSHOTS = `account-snapshots-${FOLD_VERSION}`;
const accountOf = (n: number) => `acc_${n}` as AccountId;

/** Accounts with a card and 1000 each. */
async function accounts(ledger: LedgerUnderTest, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await ledger.given(accountOf(n), open({ accountId: accountOf(n) }), issue(), fund(1000n));
}

const stateOf = (ledger: LedgerUnderTest) => ledger.streams.read(account, textOf);

describe('a ledger with room for a few accounts', () => {
  it('lets go of those not used for longest, and knows them all the same', async () => {
    const world = new World();
    const ledger = world.ledger({ cacheWeight: 40 });
    await accounts(ledger, 20);
    const reads = ledger.journal.reads;
    await ledger.do(accountOf(19), authorise('1', 1n));
    expect(ledger.journal.reads).toBe(reads);
    for (let n = 0; n < 20; n++) {
      const outcome = await ledger.do(accountOf(n), authorise('2', 999n));
      expect(answerOf(outcome)).toMatchObject({ decision: 'approved' });
    }
    expect(ledger.journal.reads).toBeGreaterThan(reads + 15);
  });

  it('keeps its promise while many accounts are asked at once, and again', async () => {
    const world = new World();
    const ledger = world.ledger({ cacheWeight: 40 });
    await accounts(ledger, 20);
    for (let round = 0; round < 5; round++) {
      const asked = Array.from({ length: 100 }, (_, n) =>
        ledger.do(accountOf(n % 20), authorise(`${round}-${n}`, 10n)),
      );
      for (const outcome of await Promise.all(asked)) expect(answerOf(outcome).decision).toBe('approved');
    }
    for (let n = 0; n < 20; n++) expect(await ledger.balances(accountOf(n))).toMatchObject({ held: 250n });
    // Room is still what it was: the account used last is not read again.
    await ledger.do(accountOf(3), authorise('a', 1n));
    const { reads } = ledger.journal;
    await ledger.do(accountOf(3), authorise('b', 1n));
    expect(ledger.journal.reads).toBe(reads);
  });

  it('shows nobody what is not stored yet', async () => {
    const world = new World();
    const ledger = world.ledger();
    await ledger.given(account, ...funded(1000n));
    let seen: unknown;
    ledger.journal.before = async () => {
      seen = await ledger.balances(account);
    };
    await ledger.do(account, authorise('1', 100n));
    expect(seen).toMatchObject({ held: 0n });
    expect(await ledger.balances(account)).toMatchObject({ held: 100n });
  });

  it('shows what another ledger stored', async () => {
    const world = new World();
    const ledger = world.ledger();
    await ledger.given(account, ...funded(1000n));
    await world.ledger().given(account, authorise('1', 100n));
    expect(await ledger.balances(account)).toMatchObject({ held: 100n });
    expect(await ledger.balances('acc_none' as AccountId)).toBeUndefined();
  });
});

describe('an account with a long history', () => {
  async function busy(world: World): Promise<LedgerUnderTest> {
    const ledger = world.ledger();
    await ledger.given(account, ...funded(100_000n));
    for (let from = 0; from < 1_200; from += 400)
      await Promise.all(Array.from({ length: 400 }, (_, n) => ledger.do(account, authorise(`${from + n}`, 1n))));
    return ledger;
  }

  it('is loaded from a snapshot as it is from its events', async () => {
    const world = new World();
    const ledger = await busy(world);
    const fromScratch = await stateOf(world.ledger());
    expect(fromScratch).toBe(await stateOf(ledger));
    expect(await ledger.records.keys(SNAPSHOTS, { limit: 9 })).toEqual([account]);
    await ledger.given(account, authorise('after', 5n), reverse('1'));
    const later = world.ledger();
    expect(await stateOf(later)).toBe(await stateOf(ledger));
    expect(later.journal.reads).toBe(1);
    expect(answerOf(await later.do(account, authorise('more', 7n)))).toMatchObject({ decision: 'approved' });
  });

  it('leaves a snapshot when the ledger stops', async () => {
    const world = new World();
    const ledger = await busy(world);
    await ledger.streams.snapshotAll();
    expect(await ledger.records.keys(SNAPSHOTS, { limit: 9 })).toEqual([account]);
  });

  it('is never loaded from a snapshot of another fold', async () => {
    const world = new World();
    const ledger = await busy(world);
    await ledger.records.put('account-snapshots-account-1', account, serialize({ revision: 5_000, ledger: 1n }));
    expect(await stateOf(world.ledger())).toBe(await stateOf(ledger));
  });

  it('is loaded though its snapshot can not be kept', async () => {
    const world = new World();
    await busy(world);
    const other = world.ledger();
    other.records.put = () => Promise.reject(new Error('the disk is full'));
    expect(await other.balances(account)).toMatchObject({ held: 1200n });
  });
});

describe('a repeat', () => {
  it.each([
    ['an approval', authorise('1', 100n)],
    ['a partial approval', authorise('1', 1100n, { partialAllowed: true })],
    ['a single message', authorise('1', 100n, { singleMessage: true })],
    ['a decline', authorise('1', 1100n)],
    ['an advice', advise('1', 100n)],
    ['an advised decline', advise('1', 100n, { responseCode: '05' })],
    ['a refund', refund('1', 100n)],
    ['an early reversal', reverse('1')],
  ])('of %s is answered in every field as the first, by any ledger, until its key is forgotten', async (_, command) => {
    const world = new World();
    const ledger = world.ledger();
    await ledger.given(account, ...funded(1000n));
    const first = await ledger.do(account, command, { key: 'k' });
    await ledger.given(account, fund(5n, 'later'), authorise('later', 1n));
    world.now += COMMAND_KEYS_KEPT;
    for (const each of [ledger, world.ledger()])
      expect(await each.do(account, command, { key: 'k' })).toEqual({ ...first, repeated: true });
  });

  it('that is an authorisation after its advice hears what the scheme decided', async () => {
    const ledger = new World().ledger();
    await ledger.given(account, ...funded(1000n), advise('1', 90n), advise('2', 90n, { responseCode: '05' }));
    const late = await Promise.all([
      ledger.do(account, authorise('1', 100n)),
      ledger.do(account, authorise('2', 100n)),
    ]);
    expect(late).toMatchObject([
      { repeated: true, answer: { decision: 'approved', responseCode: '00', amount: 90n } },
      { repeated: true, answer: { decision: 'declined', responseCode: '05', amount: null } },
    ]);
    expect(await ledger.balances(account)).toMatchObject({ held: 90n });
  });
});

describe('a card that nobody issued', () => {
  const token = 'tok_unknown' as CardToken;
  const ask = (ledger: LedgerUnderTest, key: string, of = token) => {
    const at = sent(authorise('1', 100n), { key });
    const command = authorise('1', 100n);
    return ledger.client.executeUnknownCard({ ...at, command, token: of, caller: 'spec' }, context);
  };

  it('is declined and recorded, once per key, however many ask at once', async () => {
    const world = new World();
    const ledger = world.ledger();
    const all = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(ledger, `k${n % 30}`)));
    for (const { outcomes } of all)
      expect(outcomes).toMatchObject([{ answer: { decision: 'declined', reason: 'unknown_card' } }]);
    expect(await world.types(`unknown-card-${token}`)).toHaveLength(30);
    expect(ledger.journal.appends.length).toBeLessThan(5);
    expect(ledger.unexpected).toEqual([]);
  });

  it('has one answer from two ledgers', async () => {
    const world = new World();
    const [first, second] = [world.ledger(), world.ledger({ clock: () => MAY_FIRST + SECOND })];
    await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n % 2 === 0 ? first : second, `k${n >> 1}`)));
    expect(await world.types(`unknown-card-${token}`)).toHaveLength(10);
  });

  it('does not stay in memory for ever', async () => {
    const world = new World();
    const ledger = world.ledger();
    for (let n = 0; n < 3_000; n++) await ask(ledger, 'k', `tok_${n}` as CardToken);
    const { reads } = ledger.journal;
    await ask(ledger, 'k', 'tok_2999' as CardToken);
    const ofTheNewest = ledger.journal.reads - reads;
    await ask(ledger, 'k', 'tok_0' as CardToken);
    expect(ledger.journal.reads - reads - ofTheNewest).toBeGreaterThan(ofTheNewest);
  });
});

describe('a journal that does not answer', () => {
  it('is told to callers of every method as something to try again', async () => {
    const ledger = new World().ledger();
    await ledger.given(account, ...funded(1000n));
    await ledger.journal.close();
    const { client } = ledger;
    const calls = [
      client.execute({ accountId: account, caller: 'spec', commands: [sent(authorise('1', 1n))] }, context),
      client.executeAll(
        { requests: [{ accountId: account, caller: 'spec', commands: [sent(reverse('1'))] }] },
        context,
      ),
      client.account({ accountId: account }, context),
      client.batch({ kind: 'cards', identity: 'x' }, context),
      client.journal({}, contextFor('spec', 'spec')),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(ledger.unexpected).toEqual([]);
  });
});

describe('a file taken in', () => {
  const batch = {
    kind: 'cards',
    file: 'may.csv',
    identity: 'id',
    contentFingerprint: 'f',
    rows: 3,
    accepted: 2,
    declined: 1,
    effectiveAt: MAY_FIRST,
    localDate: sent(reverse('1')).localDate,
  };

  it('is recorded once, by whichever ledger, and where its first answer was lost', async () => {
    const world = new World();
    const [ledger, other] = [world.ledger(), world.ledger()];
    ledger.journal.faults.push('stored');
    await expect(ledger.client.completeBatch(batch, context)).rejects.toMatchObject({ retryable: true });
    world.now += DAY;
    expect(await other.client.completeBatch(batch, context)).toEqual({ recorded: false });
    expect(await ledger.client.completeBatch(batch, context)).toEqual({ recorded: false });
    expect(await world.types('batch-cards-id')).toHaveLength(1);
  });
});
