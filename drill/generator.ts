// Which command comes next, by seeded chance over what the book knows.
import type { Book } from './book.js';
import type { Command } from './commands.js';
import type { Customer } from './customers.js';
import type { Random } from './random.js';

const AMOUNT_MOST = 5_000;
const REFUND_MOST = 12_000;
/** One account meets many commands at once. */
const SHARE_OF_HOT_ACCOUNT = 0.3;

export class Generator {
  private made = 0;

  /** @param name begins every key, and is another in every run over one folder */
  constructor(
    private readonly name: string,
    private readonly book: Book,
  ) {}

  next(random: Random): Command {
    const key = `${this.name}-${++this.made}`;
    const chance = random.next();
    if (chance < 0.2) return this.clearing(key, random) ?? this.authorisation(key, random);
    if (chance < 0.3) return this.reversal(key, random) ?? this.authorisation(key, random);
    if (chance < 0.4)
      return { key, kind: 'refund', customer: this.customer(random), amount: random.integer(1, REFUND_MOST) };
    if (chance < 0.55) return this.transfer(key, random);
    return this.authorisation(key, random);
  }

  private authorisation(key: string, random: Random): Command {
    return { key, kind: 'authorise', customer: this.customer(random), amount: random.integer(1, AMOUNT_MOST) };
  }

  private clearing(key: string, random: Random): Command | undefined {
    const authorisation = this.book.takeOpen(random.next());
    if (authorisation === undefined) return undefined;
    // As authorised, less, or more: a clearing is never refused.
    const amount =
      random.next() < 0.5
        ? Math.max(1, authorisation.authorised)
        : random.integer(1, Math.max(1, Math.ceil(authorisation.authorised * 1.3)));
    return { key, kind: 'clear', authorisation, amount, final: random.next() < 0.7 };
  }

  private reversal(key: string, random: Random): Command | undefined {
    const authorisation = this.book.takeOpen(random.next());
    if (authorisation === undefined) return undefined;
    const partial = authorisation.authorised > 1 && random.next() < 0.4;
    return {
      key,
      kind: 'reverse',
      authorisation,
      replacement: partial ? random.integer(1, authorisation.authorised - 1) : null,
    };
  }

  private transfer(key: string, random: Random): Command {
    const source = this.customer(random);
    const others = this.book.customers.filter((customer) => customer !== source);
    return {
      key,
      kind: 'transfer',
      source,
      destination: random.pick(others) ?? source,
      amount: random.integer(1, AMOUNT_MOST),
    };
  }

  private customer(random: Random): Customer {
    const [hot] = this.book.customers;
    const found = random.next() < SHARE_OF_HOT_ACCOUNT ? hot : random.pick(this.book.customers);
    if (found === undefined) throw new Error('the drill has no customers');
    return found;
  }
}
