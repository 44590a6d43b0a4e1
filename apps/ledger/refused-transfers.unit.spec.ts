import { describe, expect, it } from '@jest/globals';
import { type AccountId, COMMAND_KEYS_KEPT, FOLD_VERSION } from '@tallystick/ledger-core';
import { account, fund, open, transfer } from '@tallystick/ledger-core/account/commands.suite';
import { GBP, textOf } from '@tallystick/ledger-core/account/specification.suite';
import { answerOf, type LedgerUnderTest, SECOND, World } from './ledger-over-memory.suite.js';

const STREAM = `account-${account}`;
const receive = (n = '1') =>
  ({
    type: 'ReceiveTransfer',
    transferId: transfer(n),
    sourceAccountId: 'acc_sender' as AccountId,
    amount: 100n,
    currency: GBP,
    personal: null,
  }) as const;
const refusal = { type: 'TransferRefused', decision: 'declined', reason: 'UnknownAccount', responseCode: '14' };
const key = { key: 'k' };

/** Two ledgers: the second has seen that there is no account, and nothing since. */
async function oneStale() {
  const world = new World();
  const [fresh, stale] = [world.ledger(), world.ledger()];
  expect(await stale.do(account, fund(1n))).toMatchObject({ rejection: 'UnknownAccount' });
  return { world, fresh, stale };
}

/** The same question again, at another time, under the same key and another. */
async function answersOf(world: World, ledger: LedgerUnderTest) {
  world.now += SECOND;
  const again = await ledger.do(account, receive(), key);
  world.now += COMMAND_KEYS_KEPT + SECOND;
  return [again, await ledger.do(account, receive(), key), await ledger.do(account, receive())];
}

describe('a transfer that an unknown account refused', () => {
  it('is refused for ever, by every ledger, though the account is opened', async () => {
    const { world, fresh, stale } = await oneStale();
    const first = await fresh.do(account, receive(), key);
    expect(answerOf(first)).toMatchObject({ ...refusal, transactionId: null, amount: null, balances: null });
    expect(await fresh.balances(account)).toBeUndefined();
    await fresh.given(account, open());
    for (const ledger of [fresh, stale, world.ledger()])
      for (const again of await answersOf(world, ledger)) expect(again).toEqual({ ...first, repeated: true });
    expect(await world.types(STREAM)).toEqual(['TransferRefused', 'AccountOpened']);
  });

  it('is refused though another ledger opens the account from a stale state', async () => {
    const { world, fresh, stale } = await oneStale();
    await fresh.do(account, receive(), key);
    await stale.given(account, open());
    expect(await stale.do(account, open(), { key: 'opened again' })).toMatchObject({ repeated: true });
    for (const again of await answersOf(world, stale)) expect(answerOf(again)).toMatchObject(refusal);
    expect(await world.types(STREAM)).toEqual(['TransferRefused', 'AccountOpened']);
  });

  it('is not refused where the account is opened first, whatever a stale ledger knew', async () => {
    const { world, fresh, stale } = await oneStale();
    stale.journal.before = () => fresh.given(account, open());
    expect(answerOf(await stale.do(account, receive(), key))).toMatchObject({ type: 'TransferReceived' });
    for (const again of await answersOf(world, fresh)) expect(answerOf(again)).toMatchObject({ decision: 'recorded' });
    expect(await world.types(STREAM)).toEqual(['AccountOpened', 'TransferReceived']);
  });

  it('has one end where it is refused and the account opened at the same time', async () => {
    const { world, fresh, stale } = await oneStale();
    world.now += SECOND;
    const both = [stale.do(account, receive(), key), fresh.do(account, receive(), key), fresh.do(account, open())];
    const [one, other] = await Promise.all(both);
    expect(answerOf(one)).toEqual(answerOf(other));
    expect((await world.types(STREAM)).sort()).toHaveLength(2);
  });

  it('is refused from what is stored where the answer was lost', async () => {
    const { world, fresh } = await oneStale();
    fresh.journal.faults.push('stored');
    expect(answerOf(await fresh.do(account, receive(), key))).toMatchObject(refusal);
    expect(await world.types(STREAM)).toEqual(['TransferRefused']);
  });
});

describe('an account that refused many transfers before it was opened', () => {
  it('is loaded from a snapshot as it is from its events', async () => {
    const world = new World();
    const ledger = world.ledger();
    for (let n = 0; n < 1_100; n++) await ledger.do(account, receive(`${n}`));
    await ledger.streams.snapshotAll();
    await world.ledger().balances(account);
    expect(await ledger.records.keys(`account-snapshots-${FOLD_VERSION}`, { limit: 9 })).toEqual([account]);
    await ledger.given(account, open());
    const restarted = world.ledger();
    expect(await restarted.streams.read(account, textOf)).toBe(await ledger.streams.read(account, textOf));
    expect(answerOf(await restarted.do(account, receive('7')))).toMatchObject(refusal);
    expect(await restarted.balances(account)).toMatchObject({ ledger: 0n });
  });
});
