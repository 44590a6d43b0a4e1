// The services of a cluster as the drill sends to them: each at its own address, which may be away just now.
import type { BankCluster } from '@tallystick/servers';
import { Agent, request } from 'undici';
import type { Outcome } from '../book.js';
import { type Command, requestOf } from '../commands.js';
import type { Destination } from '../sender.js';

/** Nobody knows whether the command was carried out; the same again, with its key, gets the true answer. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';

  constructor(
    what: string,
    /** Who gave no answer, and what it said instead. */
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`${what}: ${reason}`, cause === undefined ? undefined : { cause });
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Beyond the deadline that the services are given. */
const GRACE_MS = 2_000;
const READ_PATIENCE_MS = 15_000;

export class ClusterDestination implements Destination {
  private readonly agent = new Agent();

  /** @param patienceMs deadline of a command; a service's own where it is left out */
  constructor(
    private readonly cluster: BankCluster,
    private readonly staff: string,
    private readonly patienceMs?: number,
  ) {}

  /** The answer, or null for a refusal. @throws Unanswered */
  async ask(command: Command): Promise<Outcome | null> {
    const { service, path, body, needsStaff } = requestOf(command);
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': command.key,
      ...(needsStaff ? { authorization: this.staff } : {}),
      ...(this.patienceMs === undefined ? {} : { 'x-request-deadline': `+${this.patienceMs}` }),
    };
    const url = this.cluster.url(service) + path;
    const answer = await this.send(url, { method: 'POST', headers, body }, this.patienceMs).catch((cause: unknown) => {
      throw new Unanswered(command.key, `${service} can not be reached`, cause);
    });
    if (answer.status === 200) return JSON.parse(answer.body);
    if (answer.status >= 500 || answer.status === 429)
      throw new Unanswered(command.key, `${service} ${answer.status} ${JSON.parse(answer.body).code}`);
    return null;
  }

  /** @throws Unanswered */
  async read(path: string, minPosition: string): Promise<Answer> {
    const headers = {
      authorization: this.staff,
      'x-request-deadline': `+${READ_PATIENCE_MS}`,
      ...(minPosition === '' ? {} : { 'x-min-ledger-position': minPosition }),
    };
    const url = this.cluster.url('accounts') + path;
    return this.send(url, { method: 'GET', headers }, READ_PATIENCE_MS).catch((cause: unknown) => {
      throw new Unanswered(path, 'accounts can not be reached', cause);
    });
  }

  /** A change that the staff make. @throws where it is not answered with 200 */
  async change(path: string, key: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key, authorization: this.staff };
    const options = { method: 'POST' as const, headers, body: JSON.stringify(body) };
    const answer = await this.send(this.cluster.url('accounts') + path, options, READ_PATIENCE_MS);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body);
  }

  close(): void {
    void this.agent.destroy();
  }

  private async send(
    url: string,
    options: { readonly method: 'GET' | 'POST'; readonly headers: Record<string, string>; readonly body?: string },
    patienceMs = READ_PATIENCE_MS,
  ): Promise<Answer> {
    const limit = { headersTimeout: patienceMs + GRACE_MS, bodyTimeout: GRACE_MS };
    const { statusCode, body } = await request(url, { ...options, ...limit, dispatcher: this.agent });
    return { status: statusCode, body: await body.text() };
  }
}
