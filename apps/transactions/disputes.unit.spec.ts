// What a dispute is in the customer's list.
import { describe, expect, it } from '@jest/globals';
import {
  authorise,
  clear,
  closeDispute,
  dispute,
  provisionalCredit,
  refund,
} from '@tallystick/ledger-core/account/commands.suite';
import { rowsAfter } from './customer-views.suite.js';

describe('money of a dispute', () => {
  const disputed = [authorise('1', 100n), clear('1', 100n), dispute('1', 40n, 'd'), provisionalCredit('d')];

  it('is a row of its own that names the transaction, whose amount stays', async () => {
    const [credit, original] = await rowsAfter(...disputed);
    expect(original).toMatchObject({ amount: -100n, status: 'SETTLED', kind: 'card' });
    expect(credit).toMatchObject({ amount: 40n, kind: 'dispute', description: 'd', related: original?.id });
  });

  it('that is taken back by a refund, or paid back, is another row', async () => {
    const rows = await rowsAfter(...disputed, refund('1', 30n), closeDispute('d', 'LOST'));
    const shown = rows.map(({ kind, amount }) => [kind, amount]);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['dispute', -10n],
        ['dispute', -30n],
        ['refund', 30n],
        ['dispute', 40n],
        ['card', -100n],
      ]),
    );
    expect(shown).toHaveLength(5);
  });

  it('that was never credited makes no row', async () => {
    const rows = await rowsAfter(...disputed.slice(0, 3), closeDispute('d', 'LOST'));
    expect(rows).toMatchObject([{ kind: 'card' }]);
  });
});
