// What the books must say, kept the naive way: a sum per customer and a record per authorisation, changed by each answer once.
import type { Command } from './commands.js';
import type { Authorisation, Customer } from './customers.js';

/** An answer's fields that the book goes by. */
export interface Outcome {
  readonly decision?: string;
  readonly authorisation_id?: string;
  readonly available?: number;
}

/** Money in minor units; everything here stays far below 2^53. */
export class Book {
  /** What no command is under way for; a command takes its authorisation out, its answer puts it back while it is open. */
  private readonly idle: Authorisation[] = [];
  private readonly all: Authorisation[] = [];
  readonly findings: string[] = [];

  constructor(readonly customers: readonly Customer[]) {}

  /** @param at from 0 up to, and without, 1 */
  takeOpen(at: number): Authorisation | undefined {
    const index = Math.floor(at * this.idle.length);
    const taken = this.idle[index];
    const last = this.idle.pop();
    if (taken !== undefined && last !== undefined && last !== taken) this.idle[index] = last;
    return taken;
  }

  /** @param outcome null where the command was refused, and so did nothing */
  apply(command: Command, outcome: Outcome | null): void {
    switch (command.kind) {
      case 'authorise':
        return this.authorised(command, outcome);
      case 'transfer':
        if (outcome === null) return;
        command.source.ledger -= command.amount;
        command.destination.ledger += command.amount;
        return;
      case 'refund':
        if (this.recorded(command, outcome)) command.customer.ledger += command.amount;
        return;
      case 'clear':
        if (this.recorded(command, outcome)) clear(command.authorisation, command.amount, command.final);
        return this.release(command.authorisation);
      case 'reverse': {
        const { authorisation, replacement } = command;
        if (this.recorded(command, outcome)) {
          authorisation.authorised = replacement ?? 0;
          authorisation.closed = replacement === null;
        }
        return this.release(authorisation);
      }
    }
  }

  heldOf(customer: Customer): number {
    let held = 0;
    for (const authorisation of this.all) if (authorisation.customer === customer) held += remaining(authorisation);
    return held;
  }

  private authorised(command: Command & { readonly kind: 'authorise' }, outcome: Outcome | null): void {
    if (outcome?.decision === 'declined') return;
    if (outcome?.decision !== 'approved' || outcome.authorisation_id === undefined) {
      this.findings.push(`${command.key}: an authorisation was answered ${JSON.stringify(outcome)}`);
      return;
    }
    if ((outcome.available ?? 0) < 0)
      this.findings.push(`${command.key}: approved, and yet ${outcome.available} was available after it`);
    const authorisation = {
      id: outcome.authorisation_id,
      customer: command.customer,
      authorised: command.amount,
      cleared: 0,
      closed: false,
    };
    this.all.push(authorisation);
    this.idle.push(authorisation);
  }

  /** What the scheme has done is never refused. */
  private recorded({ kind, key }: Command, outcome: Outcome | null): boolean {
    const recorded = outcome?.decision === 'recorded' || outcome?.decision === 'approved';
    if (!recorded) this.findings.push(`${key}: a ${kind} was answered ${JSON.stringify(outcome)}`);
    return recorded;
  }

  private release(authorisation: Authorisation): void {
    if (!authorisation.closed && remaining(authorisation) > 0) this.idle.push(authorisation);
  }
}

function clear(authorisation: Authorisation, amount: number, final: boolean): void {
  authorisation.cleared += amount;
  authorisation.customer.ledger -= amount;
  authorisation.closed ||= final;
}

/** lifecycles.md: 0 once closed, else max(0, authorised - cleared). */
export function remaining({ authorised, cleared, closed }: Authorisation): number {
  return closed ? 0 : Math.max(0, authorised - cleared);
}
