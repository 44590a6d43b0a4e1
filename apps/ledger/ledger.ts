// What the ledger does with each call of its contract.
import type { CallContext, HandlersOf, ledgerContract, RequestOf, ResponseOf } from '@tallystick/contracts';
import {
  type AccountState,
  balancesOf,
  chart,
  clearingPostings,
  enquiryDecline,
  journalEntry,
  type Micros,
  mirrored,
} from '@tallystick/ledger-core';
import type { AccountStreams, StreamsPorts } from './account-streams.js';
import { type Envelope, minting, type Outcome } from './envelope.js';
import { retryable } from './retryable.js';
import { appendOnce, readBatch } from './single-event-streams.js';

type Handlers = HandlersOf<typeof ledgerContract>;
type Methods = (typeof ledgerContract)['methods'];
type Execute = RequestOf<Methods['execute']>;

interface Circumstances {
  readonly caller: string;
  readonly key: string;
  readonly effectiveAt: Micros;
  readonly localDate: Execute['commands'][number]['localDate'];
  readonly causedAt: Micros;
}

export class Ledger implements Handlers {
  constructor(
    private readonly ports: StreamsPorts,
    private readonly streams: AccountStreams,
  ) {}

  execute = retryable(async (request: Execute, context: CallContext) => ({
    outcomes: await this.run(request, context),
  }));

  executeAll: Handlers['executeAll'] = async ({ requests }, context) => ({
    responses: await Promise.all(requests.map((request) => this.execute(request, context))),
  });

  executeUnknownCard: Handlers['executeUnknownCard'] = retryable(async (request, context) => {
    const commandId = `${request.caller}/unknown-card-${request.token}/${request.key}`;
    const outcomes = await this.streams.executeUnknownCard(
      request.token,
      envelope(request.command, request, commandId, context),
      context,
    );
    return { outcomes };
  });

  suspendClearing: Handlers['suspendClearing'] = retryable(async (request, context) => {
    const { clearingKey, scheme, amount, currency, reconciliation, refund, reason, description } = request;
    const commandId = `clearing/${scheme}/${clearingKey}`;
    const mint = minting(request.effectiveAt, commandId);
    const legs = clearingPostings(chart.suspense, chart.schemeSettlement(scheme), { amount, currency }, reconciliation);
    const entry = journalEntry(mint('entry'), refund ? mirrored(legs) : legs);
    const appended = await appendOnce(this.ports.journal, {
      stream: `entry-${scheme}-${clearingKey}`,
      event: { type: 'EntryPosted', kind: 'suspense', description, reference: clearingKey, exception: reason, entry },
      commandId,
      content: [
        scheme,
        clearingKey,
        amount,
        currency,
        reconciliation?.amount,
        reconciliation?.currency,
        refund,
        reason,
      ].join('\n'),
      effectiveAt: request.effectiveAt,
      localDate: request.localDate,
      recordedAt: this.ports.clock(),
      source: request.caller,
      actor: context.actor,
      correlationId: context.correlationId,
    });
    if (appended.kind === 'other-content') return { outcomes: [{ kind: 'rejected', rejection: 'ClearingKeyReused' }] };
    const answer = {
      type: 'EntryPosted' as const,
      decision: 'recorded' as const,
      reason,
      responseCode: '00',
      transactionId: null,
      amount,
      balances: null,
    };
    return {
      outcomes: [{ kind: 'answered', answer, position: appended.position, repeated: appended.kind === 'repeated' }],
    };
  });

  completeBatch: Handlers['completeBatch'] = retryable(async (request, context) => {
    const { kind, file, identity, contentFingerprint, rows, accepted, declined, effectiveAt, localDate } = request;
    const appended = await appendOnce(this.ports.journal, {
      stream: `batch-${kind}-${identity}`,
      event: { type: 'BatchCompleted', kind, file, identity, contentFingerprint, rows, accepted, declined },
      commandId: `batch/${kind}/${identity}`,
      content: [kind, file, identity, contentFingerprint, rows].join('\n'),
      effectiveAt,
      localDate,
      recordedAt: this.ports.clock(),
      source: 'import',
      actor: context.actor,
      correlationId: context.correlationId,
    });
    return { recorded: appended.kind === 'new' };
  });

  batch: Handlers['batch'] = retryable(async ({ kind, identity }) => {
    const found = await readBatch(this.ports.journal, `batch-${kind}-${identity}`);
    if (found === undefined) return { found: null };
    const { file, contentFingerprint, rows, accepted, declined } = found;
    return { found: { file, contentFingerprint, rows, accepted, declined } };
  });

  account: Handlers['account'] = retryable(({ accountId }) => this.streams.read(accountId, found));

  enquire: Handlers['enquire'] = retryable(({ accountId, ...enquiry }) =>
    this.streams.read(accountId, (state) => ({
      reason: enquiryDecline(state, enquiry) ?? null,
      currency: state.currency,
      balances: balancesOf(state),
    })),
  );

  journal: Handlers['journal'] = retryable(async () => {
    const { journal } = this.ports;
    return { id: journal.id, head: await journal.head() };
  });

  settled: Handlers['settled'] = retryable(async ({ accountId }, context) => {
    await this.streams.settled(accountId, context);
    return { head: await this.ports.journal.head() };
  });

  private run(request: Execute, context: CallContext): Promise<Outcome[]> {
    const { accountId, caller, commands } = request;
    const envelopes = commands.map((c) =>
      envelope(c.command, { ...c, caller }, `${caller}/${accountId}/${c.key}`, context),
    );
    return this.streams.execute(accountId, envelopes, context);
  }
}

function found(state: AccountState): ResponseOf<Methods['account']> {
  if (state.status === 'NONE') return { found: null };
  const { status, currency, product, owners, externalReference } = state;
  return { found: { status, currency, product, owners: [...owners], externalReference, balances: balancesOf(state) } };
}

function envelope<Command>(
  command: Command,
  at: Circumstances,
  commandId: string,
  context: CallContext,
): Envelope<Command> {
  return {
    command,
    commandId,
    effectiveAt: at.effectiveAt,
    localDate: at.localDate,
    causedAt: at.causedAt,
    source: at.caller,
    actor: context.actor,
    correlationId: context.correlationId,
    causationId: context.causationId ?? null,
    traceparent: context.traceparent ?? null,
  };
}
