// Decides in the ledger's stead where a message certainly never reached it (lifecycles, section 5; docs/stand-in.md).
import type { BookDate, CallContext } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import type { AuthoriseCard, Micros, TransactionId } from '@tallystick/ledger-core';
import { CallFailed, sentAfterAll } from '@tallystick/transport';
import { Counter, type Registry } from 'prom-client';
import { Recent } from '../recent.js';
import type { StandInConfiguration } from './configuration.js';
import { isOfStandIn, standInDecision } from './decision.js';
import type { Outbox } from './outbox.js';
import { type AdviceEntry, adviceId, type Execute, fingerprintOf, type Outcome, reversalId } from './outbox-entry.js';
import type { Snapshots } from './snapshots.js';
import type { StandInUsage } from './usage.js';

export interface StandInPorts {
  readonly configuration: StandInConfiguration;
  readonly outbox: Outbox;
  readonly snapshots: Snapshots;
  readonly usage: StandInUsage;
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  readonly metrics: Registry;
}

type Asked = Execute['commands'][number];
interface Authorisation {
  readonly id: string;
  readonly request: Execute;
  readonly key: string;
  readonly command: AuthoriseCard;
}

const REMEMBERED = 100_000;
const RECORDED: Outcome = outcomeOf('recorded', null, '00', null);

export class StandIn {
  /** Of those the ledger may know: nobody else decides them any more. */
  readonly #perhapsSent = new Recent<string, true>(REMEMBERED);
  readonly #deciding = new Map<string, Promise<Outcome | undefined>>();
  readonly #decisions: Counter;

  constructor(private readonly ports: StandInPorts) {
    this.#decisions = new Counter({
      name: 'stand_in_decisions_total',
      help: 'Authorisations that never reached the ledger, by what became of them; unanswered are those that nobody stood in for',
      labelNames: ['decision'],
      registers: [ports.metrics],
    });
  }

  /** The answer of one that we decided and the ledger does not know of yet. */
  outstanding(request: Execute): Outcome | undefined {
    const { outbox } = this.ports;
    if (outbox.isEmpty) return undefined;
    const asked = authorisationOf(request);
    const entry = asked && outbox.find(asked.id);
    return asked !== undefined && entry?.kind === 'advice' ? answerAgain(entry, asked) : undefined;
  }

  heard(request: Execute, outcome: Outcome | undefined): void {
    if (this.ports.configuration.enabled && outcome !== undefined) this.ports.snapshots.heard(request, outcome);
  }

  /**
   * Answers where the ledger certainly does not know of the request. Undefined where nobody stands in for it.
   * @throws CallFailed, as of one that may have been sent, where it may become known to the ledger all the same; an error that is no CallFailed
   */
  async instead(request: Execute, error: unknown, context: CallContext): Promise<Outcome | undefined> {
    if (!(error instanceof CallFailed)) throw error;
    const [asked] = request.commands;
    if (asked === undefined || request.commands.length > 1) return undefined;
    if (asked.command.type === 'ReverseAuthorisation') return error.sent ? undefined : this.#reversed(request, asked);
    const authorisation = authorisationOf(request);
    if (authorisation === undefined || !this.ports.configuration.enabled) return undefined;
    const { id } = authorisation;
    if (error.sent) {
      this.#perhapsSent.set(id, true);
      return undefined;
    }
    const underWay = this.#deciding.get(id);
    if (underWay !== undefined) return underWay;
    const deciding = this.#authorised(authorisation, error, context).finally(() => this.#deciding.delete(id));
    this.#deciding.set(id, deciding);
    return deciding;
  }

  async #reversed(request: Execute, { key }: Asked): Promise<Outcome | undefined> {
    const { outbox } = this.ports;
    if (!outbox.isDurable || outbox.isFull) return undefined;
    const added = await outbox.add({ kind: 'reversal', id: reversalId(request.accountId, key), request });
    // Whoever recorded it may be gone.
    if (added === 'there') await outbox.recorded(reversalId(request.accountId, key));
    return added === 'failed' ? undefined : RECORDED;
  }

  async #authorised(
    authorisation: Authorisation,
    error: CallFailed,
    context: CallContext,
  ): Promise<Outcome | undefined> {
    let decision = 'unanswered';
    try {
      const outcome = await this.#outcomeOf(authorisation, error, context);
      if (outcome?.kind === 'answered') decision = outcome.answer.decision;
      return outcome;
    } finally {
      this.#decisions.inc({ decision });
    }
  }

  async #outcomeOf(
    authorisation: Authorisation,
    error: CallFailed,
    context: CallContext,
  ): Promise<Outcome | undefined> {
    const { configuration, outbox, snapshots, usage, clock } = this.ports;
    const { id, request, key, command } = authorisation;
    const { accountId } = request;
    const before = snapshots.answered(accountId, key);
    if (before !== undefined) return before;
    if (!outbox.isDurable || outbox.isFull || this.#perhapsSent.has(id)) return undefined;
    if (!isOfStandIn(command, configuration)) return undefined;
    const snapshot = await snapshots.of(accountId, command.cardId, context);
    if (snapshot === undefined) return undefined;
    const decidedAt = clock();
    const ofCard = usage.ofCard(command.cardId, decidedAt);
    const today = this.ports.bookDate(decidedAt);
    const circumstances = { snapshot, today, undelivered: usage.undelivered(accountId), ofCard };
    const decided = standInDecision(command, circumstances, configuration);
    const entry = this.#adviceOf(authorisation, decidedAt, decided);
    // From here on nobody else is given the same money, though the record is still being written.
    if (decided.decision === 'approved')
      usage.add({ id, accountId, cardId: command.cardId, amount: command.amount, at: decidedAt });
    const added = await outbox.add(entry);
    if (added === 'recorded') return answerAgain(entry, authorisation);
    usage.cancelled(id);
    const other = added === 'failed' ? undefined : await outbox.recorded(id);
    if (other?.kind === 'advice') {
      usage.note(other);
      return answerAgain(other, authorisation);
    }
    this.#perhapsSent.set(id, true);
    throw sentAfterAll(error);
  }

  #adviceOf(
    { id, request, key: asked, command }: Authorisation,
    decidedAt: Micros,
    decided: Pick<AdviceEntry, 'decision' | 'reason' | 'responseCode'>,
  ): AdviceEntry {
    const { accountId, caller } = request;
    const { cardId, keys, scheme, kind, channel, amount, currency, cashAmount, merchant, local, holdFor } = command;
    const key = `stand-in.${asked}`;
    const advice = {
      type: 'RecordAuthorisationAdvice' as const,
      ...{ cardId, keys, scheme, kind, channel, amount, currency, cashAmount, merchant, local, holdFor },
      transactionId: null,
      responseCode: decided.responseCode,
    };
    const localDate = this.ports.bookDate(decidedAt);
    return {
      kind: 'advice',
      id,
      request: {
        accountId,
        caller,
        commands: [{ key, effectiveAt: decidedAt, localDate, causedAt: 0n, command: advice }],
      },
      ...decided,
      transactionId: deriveId('tx', decidedAt, 'tx', `${caller}/${accountId}/${key}`) as TransactionId,
      decidedAt,
      asked: fingerprintOf(command),
    };
  }
}

function authorisationOf(request: Execute): Authorisation | undefined {
  const [asked] = request.commands;
  if (asked?.command.type !== 'AuthoriseCard' || request.commands.length > 1) return undefined;
  const { key, command } = asked;
  return { id: adviceId(request.accountId, key), request, key, command };
}

function answerAgain(entry: AdviceEntry, { command }: Authorisation): Outcome {
  if (entry.asked !== fingerprintOf(command)) return { kind: 'rejected', rejection: 'IdempotencyKeyReused' };
  const { decision, reason, responseCode, transactionId } = entry;
  return outcomeOf(decision, reason, responseCode, transactionId, decision === 'approved' ? command.amount : null);
}

/** At position 0, which every reader has seen: the event is still to be written. */
function outcomeOf(
  decision: 'approved' | 'declined' | 'recorded',
  reason: string | null,
  responseCode: string,
  transactionId: TransactionId | null,
  amount: bigint | null = null,
): Outcome {
  const answer = { type: null, decision, reason, responseCode, transactionId, amount, balances: null };
  return { kind: 'answered', answer, position: 0n, repeated: false };
}
