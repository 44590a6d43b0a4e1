// The bank's HTTP: the staff's for opening accounts and cards and reading balances, the gateway's for what does not come over the wire.
import type { ChangeSent, Given } from './scenario.js';

export interface Answer {
  readonly status: number;
  /** An empty object where it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Opened {
  readonly accountId: string;
  readonly cardId: string;
}

export interface Balances {
  readonly ledger: number;
  readonly held: number;
  readonly available: number;
}

/** The bank does not answer as docs/conformance.md needs it: no scenario can be played. */
export class BankFailure extends Error {
  override readonly name = 'BankFailure';
}

const ALL_CHANNELS = { online: true, contactless: true, atm: true, magstripe: true, blocked_categories: [] };
const PLENTY = 100_000;
const PATIENCE_MS = 15_000;

export class BankHttp {
  #keys = 0;
  #fence: Promise<string> | undefined;

  /** @param run what no other run has: it begins every idempotency key */
  constructor(
    private readonly url: string,
    private readonly staffToken: string,
    private readonly run: string,
  ) {}

  /** Opens what every scenario reads its balances by. @throws BankFailure where there is no such bank, or its staff are others */
  async ready(): Promise<void> {
    await this.#position();
  }

  /** @throws BankFailure where no answer comes */
  async post(path: string, body: unknown, key = this.#nextKey()): Promise<Answer> {
    return this.#ask(path, {
      method: 'POST',
      headers: { ...this.#headers(), 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
  }

  /** An account and a card of its own for one scenario. @throws BankFailure */
  async open(
    { currency = 'GBP', overdraft = PLENTY, card = {}, changes = [] }: Given,
    number: string,
  ): Promise<Opened> {
    const { active = true, expiry, limits, controls } = card;
    const account = await this.#write('/staff/accounts', { currency, overdraft_limit: overdraft });
    const accountId = String(account.account_id);
    const issued = await this.#write(`/staff/accounts/${accountId}/cards`, {
      number,
      active,
      ...(expiry === undefined ? {} : { expiry }),
    });
    const opened = { accountId, cardId: String(issued.card_id) };
    if (limits !== undefined) await this.changed(opened, { change: 'set_card_limits', limits });
    if (controls !== undefined)
      await this.changed(opened, { change: 'set_card_controls', controls: { ...ALL_CHANNELS, ...controls } });
    for (const change of changes) await this.changed(opened, { change });
    return opened;
  }

  /** @throws BankFailure where it is refused */
  async changed({ accountId, cardId }: Opened, change: ChangeSent & Readonly<Record<string, unknown>>): Promise<void> {
    await this.#write(`/staff/accounts/${accountId}/changes`, { ...change, card_id: cardId });
  }

  /** Whether its clock can be driven. @throws BankFailure where no answer comes */
  async hasClock(): Promise<boolean> {
    return (await this.#ask('/staff/clock', { headers: this.#headers() })).status === 200;
  }

  /** So much time passes; what falls due meanwhile is done when this resolves. @throws BankFailure */
  async advance(seconds: number): Promise<void> {
    await this.#write('/staff/clock', { advance_seconds: seconds });
  }

  /** As of everything that was answered before this was called. @throws BankFailure */
  async balances(accountId: string): Promise<Balances> {
    const { status, body } = await this.#ask(`/staff/accounts/${accountId}/balance`, {
      headers: { ...this.#headers(), 'x-min-ledger-position': await this.#position() },
    });
    const { ledger, held, available } = body;
    if (status !== 200 || typeof ledger !== 'number' || typeof held !== 'number' || typeof available !== 'number')
      throw new BankFailure(`the balance of ${accountId} was answered with ${status} ${JSON.stringify(body)}`);
    return { ledger, held, available };
  }

  /**
   * Answers on the wire have no position to read at. A write to an account that nothing else happens to has one, and it lies behind all that
   * was answered before.
   */
  async #position(): Promise<string> {
    this.#fence ??= this.#write('/staff/accounts', { currency: 'GBP' }).then((account) => String(account.account_id));
    const path = `/staff/accounts/${await this.#fence}/changes`;
    const { position } = await this.#write(path, { change: 'set_overdraft_limit', overdraft_limit: 0 });
    return String(position);
  }

  async #write(path: string, body: object): Promise<Answer['body']> {
    const answer = await this.post(path, body);
    if (answer.status === 200) return answer.body;
    throw new BankFailure(`POST ${path} was answered with ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    try {
      const response = await fetch(this.url + path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
      const text = await response.text();
      const body: unknown = response.headers.get('content-type')?.startsWith('application/json')
        ? JSON.parse(text)
        : {};
      return { status: response.status, body: isObject(body) ? body : {} };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new BankFailure(`${init.method ?? 'GET'} ${path}: ${cause}`);
    }
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.staffToken}` };
  }

  #nextKey(): string {
    return `${this.run}-${++this.#keys}`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
