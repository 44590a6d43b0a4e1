import { describe, expect, it } from '@jest/globals';
import { accountsContract, type ClientOf, cardProcessingContract, type RequestOf } from '@tallystick/contracts';
import type { CardToken, CurrencyCode, LocalDate } from '@tallystick/ledger-core';
import { MemoryViews } from '@tallystick/views/memory/index';
import { bookDate, context, DAY, type LedgerUnderTest, MAY_FIRST, World } from '../ledger/ledger-over-memory.suite.js';
import { Accounts } from './accounts.js';
import { usersOver } from './users-over-memory.suite.js';

const GBP = 'GBP' as CurrencyCode;
type Line = RequestOf<(typeof accountsContract)['methods']['importLines']>['lines'][number];

/** One process of the accounts service; tokens are the references in capitals. */
function accountsOf(ledger: LedgerUnderTest): ClientOf<typeof accountsContract> {
  const cardProcessing: ClientOf<typeof cardProcessingContract> = {
    ...ledger.transport.client(cardProcessingContract),
    tokenise: async ({ cards }) => ({
      tokens: cards.map((reference) => ({ token: reference.toUpperCase() as CardToken, reference })),
    }),
  };
  const accounts = new Accounts(
    ledger.client,
    cardProcessing,
    new MemoryViews(),
    ledger.records,
    usersOver(ledger).users,
  );
  ledger.transport.answer(accountsContract, accounts);
  return ledger.transport.client(accountsContract);
}

function opening(key = 'k') {
  const at = { caller: 'spec', key, effectiveAt: MAY_FIRST, localDate: bookDate(MAY_FIRST) };
  return { ...at, owners: ['user_1'], currency: GBP, product: 'current', overdraftLimit: 0n, externalReference: null };
}

function line(id: string, account: string, amount: bigint, how: Partial<Line> = {}): Line {
  const date = '2026-04-30' as LocalDate;
  return { id, account, date, amount, currency: GBP, description: id, statedBalance: null, ...how };
}

describe('opening an account', () => {
  it('gives the same account to the same key and time, and opens it once', async () => {
    const world = new World();
    const first = await accountsOf(world.ledger()).open(opening(), context);
    world.now += DAY;
    const second = await accountsOf(world.ledger()).open(opening(), context);
    expect(second).toEqual({ ...first, outcomes: [{ ...first.outcomes[0], repeated: true }] });
    expect(await world.types(`account-${first.accountId}`)).toEqual(['AccountOpened']);
    expect((await accountsOf(world.ledger()).open(opening('other'), context)).accountId).not.toBe(first.accountId);
  });

  it('refuses the same key with other content', async () => {
    const accounts = accountsOf(new World().ledger());
    await accounts.open(opening(), context);
    const { outcomes } = await accounts.open({ ...opening(), product: 'savings' }, context);
    expect(outcomes).toEqual([{ kind: 'rejected', rejection: 'IdempotencyKeyReused' }]);
  });
});

describe("another bank's lines", () => {
  const lines = [line('1', 'main', 100n), line('2', 'other', 7n), line('3', 'main', -30n, { statedBalance: 70n })];

  async function opened(world: World): Promise<string[]> {
    return (await world.events()).filter(({ event }) => event.type === 'AccountOpened').map(({ stream }) => stream);
  }

  it('go to one account per reference and currency, in their order', async () => {
    const world = new World();
    const euros = line('4', 'main', 5n, { currency: 'EUR' as CurrencyCode });
    const answer = await accountsOf(world.ledger()).importLines({ lines: [...lines, euros] }, context);
    expect(answer).toEqual({ repeated: 0, differences: [], refused: [] });
    const streams = await opened(world);
    expect(streams).toHaveLength(3);
    const types = await world.types(streams[0] ?? '');
    expect(types).toEqual(['AccountOpened', 'StatementLinePosted', 'StatementLinePosted']);
  });

  it('are posted once, by whichever process, whichever line comes first', async () => {
    const world = new World();
    await accountsOf(world.ledger()).importLines({ lines: lines.slice(0, 2) }, context);
    world.now += DAY;
    const again = accountsOf(world.ledger());
    expect(await again.importLines({ lines: lines.slice(2) }, context)).toMatchObject({ repeated: 0 });
    expect(await again.importLines({ lines }, context)).toMatchObject({ repeated: 3, differences: [], refused: [] });
    expect(await opened(world)).toHaveLength(2);
  });

  it('are posted after a crash before their account was opened', async () => {
    const world = new World();
    const ledger = world.ledger();
    ledger.journal.faults.push('refused');
    await expect(accountsOf(ledger).importLines({ lines }, context)).rejects.toMatchObject({ retryable: true });
    const answer = await accountsOf(world.ledger()).importLines({ lines: lines.slice(2) }, context);
    expect(answer.refused).toEqual([]);
    expect(answer.differences).toMatchObject([{ id: '3', account: 'main', stated: 70n, ours: -30n }]);
  });

  it('are told where their stated balance is another, each time, and nothing is hidden', async () => {
    const world = new World();
    const wrong = [line('1', 'main', 100n, { statedBalance: 99n }), line('2', 'main', 1n, { statedBalance: 101n })];
    const accounts = accountsOf(world.ledger());
    const differences = [{ id: '1', account: 'main', stated: 99n, ours: 100n, currency: GBP }];
    expect(await accounts.importLines({ lines: wrong }, context)).toMatchObject({ repeated: 0, differences });
    expect(await accounts.importLines({ lines: wrong }, context)).toMatchObject({ repeated: 2, differences });
  });

  it('are refused one by one where they can not be posted', async () => {
    const world = new World();
    const bad = line('2', 'main', 2n ** 62n);
    const reused = line('1', 'main', 101n);
    const { refused } = await accountsOf(world.ledger()).importLines({ lines: [...lines, bad, reused] }, context);
    expect(refused.map(({ id, code }) => [id, code])).toEqual([
      ['2', 'bad_request.bad_param.amount'],
      ['1', 'conflict.idempotency_key_reused'],
    ]);
  });
});
