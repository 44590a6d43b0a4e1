// What was asked of the bank, and what it said. Each transfer is asked for several times at once, under one key.
import type { Connections } from '../../bench/http/connection.js';
import type { Random } from '../random.js';

export interface Asked {
  readonly key: string;
  readonly body: string;
  readonly copies: number;
}

const AMOUNT_MOST = 40_000;
export const COPIES_MOST = 3;
/** Of all transfers, to an account that was closed: these come back. */
const TO_CLOSED = 0.05;
const FINDINGS_MAX = 50;

export interface Places {
  readonly accounts: readonly string[];
  readonly closed: string;
}

export class Asking {
  readonly findings: string[] = [];
  /** Not answered yet, all copies. */
  readonly underWay = new Map<string, Asked>();
  /** Transfers by the key that they were asked for with. */
  readonly moved = new Map<string, string>();
  readonly refused = new Set<string>();
  private count = 0;

  constructor(
    private readonly places: Places,
    private readonly prefix: string,
  ) {}

  next(random: Random): Asked {
    const { accounts, closed } = this.places;
    const [source = '', other = ''] = random.shuffled(accounts);
    const destination = random.next() < TO_CLOSED ? closed : other;
    const amount = { amount: random.integer(1, AMOUNT_MOST), currency: 'GBP' };
    const body = JSON.stringify({ source_account_id: source, destination_account_id: destination, amount });
    return { key: `${this.prefix}-${this.count++}`, body, copies: random.integer(1, COPIES_MOST) };
  }

  /** All copies at once. @throws where the bank is gone; it is under way then */
  async send(asked: Asked, to: Connections, staff: string): Promise<void> {
    this.underWay.set(asked.key, asked);
    const head = [`Idempotency-Key: ${asked.key}`, `Authorization: ${staff}`];
    const copies = Array.from({ length: asked.copies }, () => to.send('POST /staff/transfers', head, asked.body));
    const answers = await Promise.allSettled(copies);
    for (const answer of answers) if (answer.status === 'fulfilled') this.hear(asked.key, answer.value);
    const lost = answers.find((answer) => answer.status === 'rejected');
    if (lost !== undefined) throw lost.reason;
    this.underWay.delete(asked.key);
  }

  private hear(key: string, { status, body }: { readonly status: number; readonly body: string }): void {
    if (status === 412 || status === 422) {
      // Nothing is stored of it: another copy may find the money there.
      this.refused.add(key);
      return;
    }
    if (status !== 200) return this.found(`${key}: ${status} ${body}`);
    const { id } = JSON.parse(body);
    const first = this.moved.get(key);
    if (first !== undefined && first !== id) this.found(`${key}: ${first}, and when it was asked again ${id}`);
    this.moved.set(key, id);
  }

  private found(finding: string): void {
    if (this.findings.length < FINDINGS_MAX) this.findings.push(finding);
  }
}
