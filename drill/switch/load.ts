// The customers' load: each customer's program asks on and on, whatever the switch does meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../random.js';
import { type Answer, type Asked, Caller } from './caller.js';
import type { Customer, Staff } from './customers.js';
import type { ANSWERING } from './second-stack.js';

export type Answering = (typeof ANSWERING)[number];

export interface LoadPorts {
  /** Base URL of the public door. */
  readonly edgeUrl: string;
  readonly staff: Staff;
  readonly customers: readonly Customer[];
  readonly seed: number;
}

/** What has been asked: of which service, by the id that the switch goes by, how often. */
export type Tally = ReadonlyMap<Answering, ReadonlyMap<string, number>>;

const FINDINGS_MAX = 20;
/** The drill is about the switch, not about how much one machine can take. */
const PAUSE_MS = 20;

export class Load {
  /** The first of them. */
  readonly findings: string[] = [];
  /** Of all. */
  wrong = 0;
  answered = 0;
  slowestMs = 0;
  private readonly callers: readonly Caller[];
  private tally = new Map<Answering, Map<string, number>>();
  private ending = true;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: LoadPorts) {
    const { customers, staff, seed } = ports;
    this.callers = customers.map((customer, n) => {
      const found = (finding: string) => this.found(finding);
      const own = { random: Random.of(seed, n), prefix: `drill-${seed}-${n}`, found };
      return new Caller({ customer, staff, ask: (asked) => this.ask(asked), ...own });
    });
  }

  /** All callers go on. */
  begin(): void {
    this.ending = false;
    this.running = Promise.all(this.callers.map((caller) => this.goOn(caller)));
  }

  /** Resolves once nothing is under way. */
  async pause(): Promise<void> {
    this.ending = true;
    await this.running;
  }

  /** While it is paused: every account and customer is looked at once, one after the other. */
  async lookAtAll(): Promise<void> {
    for (const [n, caller] of this.callers.entries()) {
      await caller.accounts();
      for (const account of this.ports.customers[n]?.accounts ?? []) await caller.lookAt(account);
    }
  }

  /** What has been asked since it was called last. */
  taken(): Tally {
    const { tally } = this;
    this.tally = new Map();
    return tally;
  }

  private async goOn(caller: Caller): Promise<void> {
    while (!this.ending) {
      await caller.next().catch((error: unknown) => this.found(String(error)));
      await pause(PAUSE_MS);
    }
  }

  private async ask({ method, path, id, token, body, position }: Asked): Promise<Answer> {
    this.count(serviceOf(path), id);
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (position !== undefined) headers['x-min-ledger-position'] = position;
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const begun = performance.now();
    const response = await fetch(this.ports.edgeUrl + path, init);
    const text = await response.text();
    this.answered++;
    this.slowestMs = Math.max(this.slowestMs, performance.now() - begun);
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: response.status,
      body: isJson ? JSON.parse(text) : { text },
      position: response.headers.get('x-ledger-position') ?? undefined,
    };
  }

  private count(service: Answering, id: string): void {
    const counts = this.tally.get(service) ?? new Map<string, number>();
    counts.set(id, (counts.get(id) ?? 0) + 1);
    this.tally.set(service, counts);
  }

  private found(finding: string): void {
    this.wrong++;
    if (this.findings.length < FINDINGS_MAX) this.findings.push(finding);
  }
}

function serviceOf(path: string): Answering {
  if (path.startsWith('/cards')) return 'card-api';
  if (path.startsWith('/webhooks')) return 'webhook-api';
  return path.startsWith('/feed/') ? 'feed' : 'api';
}
