// The bank's HTTP: staff's for accounts, cards and balances, the gateway's for what does not come over the wire.
import { Pool } from 'undici';

export interface HttpAnswer {
  readonly status: number;
  /** An empty object where it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Balances {
  readonly ledger: bigint;
  readonly held: bigint;
  readonly available: bigint;
}

/** The bank does not answer as docs/card-network.md needs it: there is nothing to play with. */
export class BankFailure extends Error {
  override readonly name = 'BankFailure';
}

const JSON_BODY = { 'content-type': 'application/json' };
const OCTETS = { 'content-type': 'application/octet-stream' };
const CONNECTIONS = 16;
const PATIENCE_MS = 15_000;
const TRIES = 20;
const PAUSE_MS = 200;

export class BankHttp {
  readonly #pool: Pool;
  #fence: string | undefined;
  #fences = 0;

  /** @param run begins every idempotency key that no other run may have */
  constructor(
    private readonly url: string,
    private readonly staffToken: string,
    readonly run: string,
  ) {
    this.#pool = new Pool(new URL(url).origin, { connections: CONNECTIONS, headersTimeout: PATIENCE_MS });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** @param key the same one gives the same account again @returns the id of an account with one active card @throws BankFailure */
  async open(cardNumber: string, overdraft: bigint, key: string): Promise<string> {
    const body = { currency: 'GBP', overdraft_limit: Number(overdraft) };
    const accountId = String((await this.#write('/staff/accounts', body, `${key}-account`)).account_id);
    await this.#write(`/staff/accounts/${accountId}/cards`, { number: cardNumber, active: true }, `${key}-card`);
    return accountId;
  }

  /**
   * Answers on the wire have no position to read at. A write has one, and it lies behind all that was answered before.
   * @returns for X-Min-Ledger-Position @throws BankFailure
   */
  async position(): Promise<string> {
    this.#fence ??= String((await this.#write('/staff/accounts', { currency: 'GBP' }, `${this.run}-fence`)).account_id);
    const change = { change: 'set_overdraft_limit', overdraft_limit: ++this.#fences };
    const path = `/staff/accounts/${this.#fence}/changes`;
    return String((await this.#write(path, change, `${this.run}-fence-${this.#fences}`)).position);
  }

  /** As of a position or later. @throws BankFailure */
  async balances(accountId: string, position: string): Promise<Balances> {
    const path = `/staff/accounts/${accountId}/balance`;
    const { status, body } = await this.#again(path, { 'x-min-ledger-position': position });
    const { ledger, held, available } = body;
    if (status !== 200 || typeof ledger !== 'number' || typeof held !== 'number' || typeof available !== 'number')
      throw new BankFailure(`GET ${path} was answered with ${status} ${JSON.stringify(body)}`);
    return { ledger: BigInt(ledger), held: BigInt(held), available: BigInt(available) };
  }

  /** @returns the answer, whatever it says, but never one that another try may change @throws BankFailure where none comes */
  post(path: string, body: object, key: string): Promise<HttpAnswer> {
    return this.#again(path, { ...JSON_BODY, 'idempotency-key': key }, JSON.stringify(body));
  }

  /** What has its own identity inside, so that it needs no key. @throws BankFailure as post */
  upload(path: string, file: string): Promise<HttpAnswer> {
    return this.#again(path, OCTETS, file);
  }

  async #write(path: string, body: object, key: string): Promise<HttpAnswer['body']> {
    const answer = await this.post(path, body, key);
    if (answer.status === 200) return answer.body;
    throw new BankFailure(`POST ${path} was answered with ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  async #again(path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<HttpAnswer> {
    let last = '';
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        const answer = await this.#once(path, headers, body);
        if (answer.status < 500) return answer;
        last = `${answer.status} ${JSON.stringify(answer.body)}`;
      } catch (error) {
        last = error instanceof Error ? error.message : String(error);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new BankFailure(`${this.url}${path}: ${last}`);
  }

  async #once(path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<HttpAnswer> {
    const answer = await this.#pool.request({
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, authorization: `Bearer ${this.staffToken}` },
      body: body ?? null,
    });
    const text = await answer.body.text();
    const isJson = String(answer.headers['content-type']).startsWith('application/json');
    const parsed: unknown = isJson ? JSON.parse(text) : {};
    return { status: answer.statusCode, body: isObject(parsed) ? parsed : {} };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
