// Whoever asks: each action until it is answered, and what was answered against what is stored.
import { hash } from 'node:crypto';
import type { ledgerContract, ResponseOf } from '@tallystick/contracts';
import { type AccountCommand, type AccountId, contentOf, type LedgerEvent } from '@tallystick/ledger-core';
import type { CallContext } from '@tallystick/transport';
import type { Action } from './actions.js';
import type { LedgerInstance, LedgerNetwork } from './ledgers.js';
import type { Machine } from './machine.js';
import { type Invariants, textOf } from './model/invariants.js';
import type { NaiveAccount, Stored } from './model/naive-account.js';
import type { NaiveBank } from './model/naive-bank.js';
import { checkDecision, mayRefuse } from './model/naive-decisions.js';

type Outcome = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'][number];

interface Sent {
  readonly accountId: string | null;
  readonly commandId: string;
  readonly command: AccountCommand;
  /** What of its account and of this command was stored when it was asked. */
  readonly moments: number;
  readonly done: boolean;
}

interface Effect {
  readonly stored: Stored;
  answer: string | undefined;
}

const RETRY_AFTER = 5_000;
const EXACTLY_ONCE = 'an acknowledged command has exactly one effect';

/** Events that may come with the one that a command is answered from. */
const FOLLOWS: ReadonlySet<LedgerEvent['type']> = new Set([
  'CardIssued',
  'CardPaymentReversed',
  'DisputeReduced',
  'ProvisionalCreditPosted',
  'ScheduledPaymentTaken',
  'ScheduledPaymentCancelled',
]);

export class Outside {
  /** By command id: what came of it. */
  private readonly effects = new Map<string, Effect>();
  /** By command id: what was asked under it, one content or several. */
  private readonly asked = new Map<string, AccountCommand[]>();
  readonly commands = new Map<string, number>();
  /** Asked and not answered yet. */
  waiting = 0;

  constructor(
    private readonly machine: Machine,
    private readonly network: LedgerNetwork,
    private readonly invariants: Invariants,
    private readonly bank: () => NaiveBank,
    private readonly instanceOf: (accountId: AccountId | null) => number,
    private readonly context: CallContext,
  ) {}

  /** Asks when its time comes, and again until there is an answer. */
  plan(action: Action): void {
    this.waiting++;
    for (const [commandId, command] of commandsOf(action)) {
      const known = this.asked.get(commandId);
      if (known === undefined) this.asked.set(commandId, [command]);
      else known.push(command);
    }
    this.machine.scheduler.after(action.at, () => {
      if (action.astray) this.machine.faults.count('stale-instance');
      if (action.fault !== undefined) this.machine.faults.count(action.fault);
      this.attempt(action, 0, this.sent(action));
    });
  }

  /** The model's question about an event that is stored now: what was it decided from? */
  decided(stored: Stored, account: NaiveAccount | undefined, index: number): void {
    const { commandId } = stored.metadata;
    const { type } = stored.event;
    if (index > 0) {
      this.invariants.holds(EXACTLY_ONCE, FOLLOWS.has(type), () => [commandId, 'one event', `another, ${type}`]);
      return;
    }
    const before = this.effects.get(commandId);
    this.invariants.holds(EXACTLY_ONCE, before === undefined, () => [
      commandId,
      `one, at ${before?.stored.position}`,
      `another, at ${stored.position}`,
    ]);
    this.effects.set(commandId, { stored, answer: undefined });
    const command = this.commandOf(stored);
    if (command !== undefined && account !== undefined) checkDecision(this.invariants, account, command, stored);
  }

  private commandOf({ metadata }: Stored): AccountCommand | undefined {
    const asked = this.asked.get(metadata.commandId);
    if (asked === undefined) return undefined;
    return asked.length === 1 ? asked[0] : asked.find((command) => hashOf(command) === metadata.contentHash);
  }

  private sent(action: Action): Sent[] {
    return commandsOf(action).map(([commandId, command, accountId]) => {
      this.commands.set(command.type, (this.commands.get(command.type) ?? 0) + 1);
      const moments = accountId === null ? 0 : (this.bank().accounts.get(accountId)?.moments.length ?? 0);
      return { accountId, commandId, command, moments, done: this.effects.has(commandId) };
    });
  }

  private attempt(action: Action, attempt: number, sent: readonly Sent[]): void {
    const instance = (this.instanceOf(accountOf(action)) + attempt + (action.astray ? 1 : 0)) % 2;
    this.network
      .call(instance, `action ${action.index}`, (ledger) => ask(ledger, action, this.context))
      .then(
        (outcomes) => {
          this.waiting--;
          this.acknowledge(sent, outcomes);
        },
        // Unknown: the same again, with the same key.
        () => this.machine.scheduler.after(RETRY_AFTER * (attempt + 1), () => this.attempt(action, attempt + 1, sent)),
      )
      .catch((error: unknown) => this.machine.scheduler.fail(error));
  }

  private acknowledge(sent: readonly Sent[], outcomes: readonly Outcome[]): void {
    for (const [i, outcome] of outcomes.entries()) {
      const asked = sent[i];
      if (asked === undefined) continue;
      if (outcome.kind === 'rejected') this.rejected(asked, outcome.rejection);
      else this.answered(asked, outcome);
    }
  }

  private rejected({ accountId, commandId, command, moments, done }: Sent, rejection: string): void {
    const effect = this.effects.get(commandId);
    const same = effect !== undefined && hashOf(command) === effect.stored.metadata.contentHash;
    if (rejection === 'IdempotencyKeyReused') {
      this.invariants.holds('a key is refused only with other content', effect !== undefined && !same, () => [
        commandId,
        'the first answer',
        rejection,
      ]);
      return;
    }
    this.invariants.holds('a repeat gets the first answer', !(done && same), () => [
      commandId,
      `the answer of ${effect?.stored.event.type}`,
      rejection,
    ]);
    const account = accountId === null ? undefined : this.bank().accounts.get(accountId);
    if (account === undefined) return;
    const may = mayRefuse(account, command, rejection, moments);
    if (may !== undefined)
      this.invariants.holds('decisions are right', may, () => [
        `${command.type} of ${accountId} (${commandId})`,
        'no rejection',
        rejection,
      ]);
  }

  private answered(
    { commandId, command }: Sent,
    { answer, position, repeated }: Extract<Outcome, { kind: 'answered' }>,
  ): void {
    if (answer.type === null) return;
    const effect = this.effects.get(commandId);
    if (effect === undefined) {
      // Found by an id or by the scheme's keys: done before under another key.
      this.invariants.holds('nothing acknowledged is lost', repeated, () => [
        commandId,
        `a stored ${answer.type}`,
        'no event of this command',
      ]);
      return;
    }
    const { event, metadata } = effect.stored;
    if (this.asked.get(commandId)?.length !== 1)
      this.invariants.holds(
        'other content under the same key is refused',
        hashOf(command) === metadata.contentHash,
        () => [commandId, 'IdempotencyKeyReused', `${answer.type} for ${textOf(command)}`],
      );
    const balances = 'balances' in event ? event.balances : null;
    const right =
      answer.type === event.type && textOf(answer.balances) === textOf(balances) && position >= effect.stored.position;
    this.invariants.holds('an answer comes from the stored event', right, () => [
      commandId,
      { type: event.type, balances },
      answer,
    ]);
    const text = textOf(answer);
    this.invariants.holds('a repeat gets the first answer', (effect.answer ?? text) === text, () => [
      commandId,
      effect.answer,
      text,
    ]);
    effect.answer = text;
  }
}

function hashOf(command: AccountCommand): string {
  return hash('sha256', contentOf(command), 'base64url');
}

function commandsOf({ asked }: Action): [commandId: string, command: AccountCommand, accountId: string | null][] {
  const { to, request } = asked;
  if (to === 'account')
    return request.commands.map(({ key, command }) => [
      `${request.caller}/${request.accountId}/${key}`,
      command,
      request.accountId,
    ]);
  if (to !== 'unknown-card') return [];
  return [[`${request.caller}/unknown-card-${request.token}/${request.key}`, request.command, null]];
}

/** Whose account it speaks of, or null for none. */
export function accountOf({ asked }: Action): AccountId | null {
  return asked.to === 'account' ? asked.request.accountId : null;
}

async function ask({ handlers }: LedgerInstance, { asked }: Action, context: CallContext): Promise<readonly Outcome[]> {
  switch (asked.to) {
    case 'account':
      return (await handlers.execute(asked.request, context)).outcomes;
    case 'unknown-card':
      return (await handlers.executeUnknownCard(asked.request, context)).outcomes;
    case 'suspense':
      return (await handlers.suspendClearing(asked.request, context)).outcomes;
    case 'batch':
      await handlers.completeBatch(asked.request, context);
      return [];
  }
}
