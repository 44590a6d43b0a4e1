// Sends commands and keeps what was answered. A command is under way until it has its answer, however often it is sent.

import type { Bank } from '../bench/bank.js';
import { Connections } from '../bench/http/connection.js';
import type { Book, Outcome } from './book.js';
import { type Command, requestOf } from './commands.js';
import type { Random } from './random.js';

export interface Acknowledged {
  readonly command: Command;
  readonly outcome: Outcome;
}

/** What an answer said, but for the position: a repeat may be answered with a later one. */
export function contentOf(outcome: Outcome): string {
  const { position: _, ...content } = { position: '', ...outcome };
  return JSON.stringify(content);
}

export class Sender {
  readonly underWay = new Map<string, Command>();
  readonly acknowledged: Acknowledged[] = [];
  readonly refused = new Set<string>();
  /** The newest position that an answer named; of tokens of one journal the longer, then the greater, is later. */
  newest = '';

  constructor(private readonly book: Book) {}

  /** Sends the command and books its answer. @throws where there is none */
  async send(command: Command, to: Destination): Promise<void> {
    this.underWay.set(command.key, command);
    const outcome = await to.ask(command);
    this.underWay.delete(command.key);
    this.book.apply(command, outcome);
    if (outcome === null) {
      this.refused.add(command.key);
      return;
    }
    this.acknowledged.push({ command, outcome });
    const position = 'position' in outcome && typeof outcome.position === 'string' ? outcome.position : '';
    if (position.length > this.newest.length || (position.length === this.newest.length && position > this.newest))
      this.newest = position;
  }
}

export interface Destination {
  /** The answer, or null for a refusal. @throws where the outcome is unknown */
  ask(command: Command): Promise<Outcome | null>;
  /** @param path one of the staff's accounts */
  read(path: string, minPosition: string): Promise<{ readonly status: number; readonly body: string }>;
  close(): void;
}

/** Commands that were acknowledged, so many of them by chance, are sent again. @returns a sentence for each that is answered otherwise */
export async function repeatSome(random: Random, sender: Sender, to: Destination, times: number): Promise<string[]> {
  const findings: string[] = [];
  const again = async () => {
    const known = random.pick(sender.acknowledged);
    if (known === undefined) return;
    const outcome = await to.ask(known.command);
    const [first, now] = [contentOf(known.outcome), outcome === null ? 'a refusal' : contentOf(outcome)];
    if (first !== now) findings.push(`${known.command.key}: answered ${first}, and after the kill ${now}`);
  };
  await Promise.all(Array.from({ length: times }, again));
  return findings;
}

/** The embedded bank, which is one address. */
export class BankDestination implements Destination {
  private constructor(
    private readonly connections: Connections,
    private readonly staff: string,
  ) {}

  static async open(bank: Bank, connections: number): Promise<BankDestination> {
    return new BankDestination(await Connections.open(bank.url, connections), bank.staffAuthorisation());
  }

  async ask(command: Command): Promise<Outcome | null> {
    const { path, body, needsStaff } = requestOf(command);
    const head = [`Idempotency-Key: ${command.key}`, ...(needsStaff ? [`Authorization: ${this.staff}`] : [])];
    const answer = await this.connections.send(`POST ${path}`, head, body);
    if (answer.status >= 500) throw new Error(`${command.key}: ${answer.status} ${answer.body}`);
    return answer.status === 200 ? JSON.parse(answer.body) : null;
  }

  async read(path: string, minPosition: string): Promise<{ readonly status: number; readonly body: string }> {
    const head = [
      `Authorization: ${this.staff}`,
      ...(minPosition === '' ? [] : [`X-Min-Ledger-Position: ${minPosition}`]),
    ];
    return this.connections.send(`GET ${path}`, head);
  }

  close(): void {
    this.connections.close();
  }
}
