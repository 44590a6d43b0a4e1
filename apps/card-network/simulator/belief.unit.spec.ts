// Small stories and the balances after them, by the lifecycles' table, worked out by hand.
import { describe, expect, it } from '@jest/globals';
import { CardBelief } from './belief.js';

const OVERDRAFT = 100_000n;

const STORIES: readonly [string, (card: CardBelief) => void, { ledger: bigint; held: bigint }][] = [
  ['nothing', () => {}, { ledger: 0n, held: 0n }],
  ['an approval', (card) => card.transaction().approved(1_250n), { ledger: 0n, held: 1_250n }],
  [
    'an approval and an increment',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.incremented(300n);
    },
    { ledger: 0n, held: 1_300n },
  ],
  [
    'an increment that is taken back',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.incremented(300n);
      hold.reversedTo(hold.authorised - 300n);
    },
    { ledger: 0n, held: 1_000n },
  ],
  [
    'an estimate, then an advice of more',
    (card) => {
      const hold = card.transaction();
      hold.approved(100n);
      hold.advised(4_200n);
    },
    { ledger: 0n, held: 4_200n },
  ],
  [
    'a reversal in whole, and an advice after it',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.reversed();
      hold.advised(700n);
    },
    { ledger: 0n, held: 0n },
  ],
  [
    'a reversal to less, then one to more, which has no effect',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.reversedTo(400n);
      hold.reversedTo(600n);
    },
    { ledger: 0n, held: 400n },
  ],
  [
    'a clearing of less releases the rest',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.cleared(800n);
    },
    { ledger: -800n, held: 0n },
  ],
  [
    'a clearing of more',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.cleared(1_200n);
    },
    { ledger: -1_200n, held: 0n },
  ],
  [
    'two of three presentments, the last one first',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.clearedPart(300n, { number: 3, count: 3 });
      hold.clearedPart(200n, { number: 1, count: 3 });
    },
    { ledger: -500n, held: 500n },
  ],
  [
    'all three of them',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      for (const number of [3, 1, 2]) hold.clearedPart(200n, { number, count: 3 });
    },
    { ledger: -600n, held: 0n },
  ],
  [
    'a part cleared, then a reversal to less than the rest needs',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.clearedPart(600n, { number: 1, count: 2 });
      hold.reversedTo(500n);
    },
    { ledger: -600n, held: 0n },
  ],
  [
    'a clearing after the reversal is forced',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.reversed();
      hold.cleared(1_000n);
    },
    { ledger: -1_000n, held: 0n },
  ],
  [
    'a clearing that is taken back opens no hold again',
    (card) => {
      const hold = card.transaction();
      hold.approved(1_000n);
      hold.cleared(1_000n);
      hold.clearingReversed(400n);
    },
    { ledger: -600n, held: 0n },
  ],
  ['a refund', (card) => card.credited(300n), { ledger: 300n, held: 0n }],
  ['cash', (card) => void card.payment(5_000n), { ledger: -5_000n, held: 0n }],
  [
    'cash of which notes stayed in the machine, told twice',
    (card) => {
      const payment = card.payment(5_000n);
      payment.reversedTo(4_000n);
      payment.reversedTo(0n);
    },
    { ledger: -4_000n, held: 0n },
  ],
];

describe('what the network believes of a card', () => {
  it.each(STORIES)('after %s', (_, story, { ledger, held }) => {
    const card = new CardBelief(OVERDRAFT);
    story(card);
    expect(card).toMatchObject({ ledger, held, available: ledger - held + OVERDRAFT });
  });

  it('adds up over transactions, from what the bank had before', () => {
    const card = new CardBelief(OVERDRAFT, { ledger: -50n, held: 20n });
    card.transaction().approved(1_000n);
    card.transaction().cleared(300n);
    card.credited(70n);
    expect(card).toMatchObject({ ledger: -280n, held: 1_020n, available: 98_700n });
  });
});
