import { describe, expect, it } from '@jest/globals';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountId } from '@tallystick/ledger-core';
import { account, authorise, clear, funded } from '@tallystick/ledger-core/account/commands.suite';
import { World } from './ledger-over-memory.suite.js';
import { ParkedStates } from './parked-states.js';

describe('parked states', () => {
  it('are given back once, as they were', () => {
    const parked = new ParkedStates<string, object>(1_000);
    const state = { map: new Map([['a', 1n]]), set: new Set(['x']) };
    parked.park('one', state);
    expect(parked.take('one')).toEqual(state);
    expect(parked.take('one')).toBeUndefined();
  });

  it('are let go of, the longest parked first, where they are too many bytes', () => {
    const parked = new ParkedStates<number, string>(1_000);
    for (let n = 0; n < 20; n++) parked.park(n, 'x'.repeat(90));
    expect(Array.from({ length: 20 }, (_, n) => parked.take(n)).filter((state) => state !== undefined)).toHaveLength(
      10,
    );
    expect(parked.take(0)).toBeUndefined();
  });
});

describe('accounts that do not fit the cache', () => {
  const others = ['acc_b', 'acc_c', 'acc_d'].map((id) => id as AccountId);

  it('go on from where they were parked, and catch up with what another ledger did meanwhile', async () => {
    const world = new World();
    const one = world.ledger({ cacheWeight: 1 });
    const other = world.ledger({ cacheWeight: 1 });
    const all = [account, ...others];
    for (const accountId of all)
      await one.given(accountId, ...funded(1_000n).map((each) => ofAccount(each, accountId)));
    for (let round = 0; round < 5; round++) {
      for (const [n, accountId] of all.entries()) {
        const ledger = (round + n) % 2 === 0 ? one : other;
        await ledger.given(accountId, authorise(`${round}`, 10n), clear(`${round}`, 10n));
      }
    }
    for (const accountId of all)
      for (const ledger of [one, other])
        expect(await ledger.balances(accountId)).toMatchObject({ ledger: 950n, held: 0n });
    const events = await new MemoryJournal(world.store).readAll({ after: 0n, limit: 1_000 });
    expect(events).toHaveLength(all.length * (3 + 10));
  });
});

function ofAccount<Command extends object>(command: Command, accountId: AccountId): Command {
  return 'accountId' in command ? { ...command, accountId } : command;
}
