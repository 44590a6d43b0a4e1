// What a reader waits for who must not miss what is under way.
import { describe, expect, it } from '@jest/globals';
import type { AccountId } from '@tallystick/ledger-core';
import { fund, open } from '@tallystick/ledger-core/account/commands.suite';
import { context, World } from './ledger-over-memory.suite.js';

const account = 'acc_1' as AccountId;

describe('a ledger whose journal is slow', () => {
  it('is settled about an account once what it was asked before is stored', async () => {
    const ledger = new World().ledger();
    await ledger.given(account, open());
    const { promise: stored, resolve: store } = Promise.withResolvers<void>();
    ledger.journal.before = () => stored;
    const first = ledger.do(account, fund(5n));
    const second = ledger.do(account, fund(7n, 'again'));
    let isSettled = false;
    const settled = ledger.client.settled({ accountId: account }, context).then(({ head }) => {
      isSettled = true;
      return head;
    });
    const { head: before } = await ledger.client.settled({ accountId: 'acc_2' as AccountId }, context);
    expect(isSettled).toBe(false);
    store();
    const head = await settled;
    expect(head).toBeGreaterThan(before);
    expect(head).toBe(await ledger.journal.head());
    expect(await Promise.all([first, second])).toMatchObject([{ kind: 'answered' }, { kind: 'answered' }]);
  });

  it('reads nothing about an account that nobody asks anything of', async () => {
    const world = new World();
    await world.ledger().given(account, open(), fund(5n));
    const other = world.ledger();
    expect(await other.client.settled({ accountId: account }, context)).toEqual({ head: await other.journal.head() });
    expect(other.journal.reads).toBe(0);
  });
});
