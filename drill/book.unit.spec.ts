import { describe, expect, it } from '@jest/globals';
import { Book } from './book.js';
import type { Customer } from './customers.js';
import { Random } from './random.js';

const customer = (): Customer => ({ id: 'acc_1', card: '5555000000000001', overdraft: 100, ledger: 0 });

function withAuthorisation(amount: number) {
  const owner = customer();
  const book = new Book([owner]);
  book.apply(
    { key: 'k-1', kind: 'authorise', customer: owner, amount },
    { decision: 'approved', authorisation_id: 'tx_1', available: 0 },
  );
  const authorisation = book.takeOpen(0);
  if (authorisation === undefined) throw new Error('nothing is open');
  return { owner, book, authorisation };
}

describe('a book with one approved authorisation', () => {
  it('holds its amount', () => {
    const { book, owner } = withAuthorisation(50);
    expect(book.heldOf(owner)).toBe(50);
    expect(book.findings).toEqual([]);
  });

  it('releases the hold and posts the amount when it is cleared', () => {
    const { book, owner, authorisation } = withAuthorisation(50);
    book.apply({ key: 'k-2', kind: 'clear', authorisation, amount: 60, final: true }, { decision: 'recorded' });
    expect([book.heldOf(owner), owner.ledger]).toEqual([0, -60]);
    expect(book.takeOpen(0)).toBeUndefined();
  });

  it('keeps what is left of the hold after a partial clearing and a partial reversal', () => {
    const { book, owner, authorisation } = withAuthorisation(50);
    book.apply({ key: 'k-2', kind: 'clear', authorisation, amount: 10, final: false }, { decision: 'recorded' });
    book.apply({ key: 'k-3', kind: 'reverse', authorisation, replacement: 30 }, { decision: 'recorded' });
    expect([book.heldOf(owner), owner.ledger]).toEqual([20, -10]);
  });

  it('finds fault with a clearing that was refused', () => {
    const { book, authorisation } = withAuthorisation(50);
    book.apply({ key: 'k-2', kind: 'clear', authorisation, amount: 50, final: true }, null);
    expect(book.findings).toHaveLength(1);
  });
});

describe('a book with a declined authorisation', () => {
  it('holds nothing', () => {
    const owner = customer();
    const book = new Book([owner]);
    book.apply({ key: 'k-1', kind: 'authorise', customer: owner, amount: 500 }, { decision: 'declined' });
    expect(book.heldOf(owner)).toBe(0);
  });

  it('finds fault with an approval that overdraws', () => {
    const owner = customer();
    const book = new Book([owner]);
    book.apply(
      { key: 'k-1', kind: 'authorise', customer: owner, amount: 500 },
      { decision: 'approved', authorisation_id: 'tx_1', available: -400 },
    );
    expect(book.findings).toHaveLength(1);
  });
});

describe('seeded chance', () => {
  it('is the same for the same seed and parts, and another for others', () => {
    const draws = (random: Random) => Array.from({ length: 5 }, () => random.integer(0, 1_000_000));
    expect(draws(Random.of(7, 1))).toEqual(draws(Random.of(7, 1)));
    expect(draws(Random.of(7, 1))).not.toEqual(draws(Random.of(7, 2)));
  });
});
