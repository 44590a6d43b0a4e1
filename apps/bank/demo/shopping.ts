// Sends card life through the card gateway's own door, as a network would: what is authorised is cleared, refunded or let go of later.
import type { Happening, Money, Purchase } from './card-life.js';
import type { Errand } from './errands.js';

export interface ShoppingPorts {
  /** Of the bank. */
  readonly url: string;
  readonly cardId: string;
  readonly currency: string;
  /** How much sooner than in life a shop presents: 1 in the past, thousands while somebody watches. */
  readonly haste: number;
  /** Begins every idempotency key. */
  readonly keys: string;
}

interface Answer {
  readonly decision: string;
  readonly authorisation_id: string | null;
}

const HOUR_MS = 3_600_000;

export class Shopping {
  private sent = 0;

  constructor(private readonly ports: ShoppingPorts) {}

  /** The errand of a purchase; the clearing and the refund follow where it is approved. */
  errand(purchase: Purchase): Errand {
    const key = `${this.ports.keys}-${this.sent++}`;
    return { at: purchase.at, run: () => this.buy(purchase, key) };
  }

  /** Presents what an earlier run of the demo left open. */
  settle(transactionId: string, amount: number, description: string, at: number): Errand {
    const body = { at: iso(at), amount: this.money(amount), merchant: { name: description } };
    return { at, run: () => this.present(transactionId, `settle-${transactionId}`, body) };
  }

  private async buy(purchase: Purchase, key: string): Promise<readonly Errand[]> {
    const { at, shop, channel, amount, local, single, cleared, refunded } = purchase;
    const used = { merchant: shop, ...(local === null ? {} : { local_amount: local }) };
    const answer = await this.post('authorisations', key, {
      at: iso(at),
      amount: this.money(amount),
      channel,
      ...(channel === 'atm' ? { kind: 'cash' } : {}),
      ...(single ? { single_message: true } : {}),
      ...used,
    });
    const { authorisation_id: id } = answer;
    if (answer.decision !== 'approved' || id === null || single) return [];
    const later = (after: number) => at + after / this.ports.haste;
    if (cleared === null) return [{ at: later(3 * HOUR_MS), run: () => this.letGo(id, key, later(3 * HOUR_MS)) }];
    const follow = [this.follow('clearings', id, key, later(cleared.after), cleared.amount, used)];
    if (refunded !== null) follow.push(this.follow('refunds', id, key, later(refunded.after), refunded.amount, used));
    return follow;
  }

  private follow(
    kind: 'clearings' | 'refunds',
    id: string,
    key: string,
    at: number,
    amount: number,
    used: object,
  ): Errand {
    const body = { at: iso(at), amount: this.money(amount), ...used };
    return kind === 'clearings'
      ? { at, run: () => this.present(id, key, body) }
      : {
          at,
          run: () => this.ended(`authorisations/${id}/refunds`, `${key}-refund`, { ...body, refund_key: `${key}-r` }),
        };
  }

  private present(id: string, key: string, body: object): Promise<readonly Errand[]> {
    return this.ended(`authorisations/${id}/clearings`, `${key}-clearing`, { ...body, clearing_key: `${key}-c` });
  }

  private letGo(id: string, key: string, at: number): Promise<readonly Errand[]> {
    return this.ended(`authorisations/${id}/reversals`, `${key}-reversal`, { at: iso(at) });
  }

  private async ended(path: string, key: string, body: object): Promise<readonly Errand[]> {
    await this.post(path, key, body);
    return [];
  }

  private async post(path: string, key: string, body: object): Promise<Answer> {
    const response = await fetch(`${this.ports.url}/gateway/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ card: { id: this.ports.cardId }, ...body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    // The gateway's own answer: its shape is docs/http-gateway.md's.
    return JSON.parse(text) as Answer;
  }

  private money(amount: number): Money {
    return { amount, currency: this.ports.currency };
  }
}

export function isPurchase(happening: Happening): happening is Purchase {
  return happening.kind === 'purchase';
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
