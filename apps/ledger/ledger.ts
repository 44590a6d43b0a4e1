// What the ledger does with each call of its contract.
import type { CallContext, HandlersOf, ledgerContract, RequestOf } from '@tallystick/contracts';
import { chart, clearingPostings, journalEntry, type Micros, mirrored } from '@tallystick/ledger-core';
import { type AccountStreams, type StreamsPorts } from './account-streams.js';
import { appendOnce, readBatch } from './single-event-streams.js';
import { type Envelope, minting, type Outcome } from './stream-writer.js';

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

  execute = async (request: Execute, context: CallContext) => ({ outcomes: await this.run(request, context) });

  executeAll: Handlers['executeAll'] = async ({ requests }, context) => ({
    responses: await Promise.all(requests.map((request) => this.execute(request, context))),
  });

  executeUnknownCard: Handlers['executeUnknownCard'] = async (request, context) => {
    const commandId = `${request.caller}/unknown-card-${request.token}/${request.key}`;
    const outcomes = await this.streams.executeUnknownCard(
      request.token,
      envelope(request.command, request, commandId, context),
    );
    return { outcomes };
  };

  suspendClearing: Handlers['suspendClearing'] = async (request, context) => {
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
  };

  completeBatch: Handlers['completeBatch'] = async (request, context) => {
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
  };

  batch: Handlers['batch'] = async ({ kind, identity }) => {
    const found = await readBatch(this.ports.journal, `batch-${kind}-${identity}`);
    if (found === undefined) return { found: null };
    const { file, contentFingerprint, rows, accepted, declined } = found;
    return { found: { file, contentFingerprint, rows, accepted, declined } };
  };

  account: Handlers['account'] = async ({ accountId }) => {
    const state = await this.streams.read(accountId);
    if (state.status === 'NONE') return { found: null };
    const { status, currency, product, owners, externalReference, ledger, held, pots } = state;
    const balances = { ledger, held, available: ledger - held + state.overdraftLimit, pots };
    return { found: { status, currency, product, owners: [...owners], externalReference, balances } };
  };

  journal: Handlers['journal'] = async () => ({ id: this.ports.journal.id, head: await this.ports.journal.head() });

  private run(request: Execute, context: CallContext): Promise<Outcome[]> {
    const { accountId, caller, commands } = request;
    const envelopes = commands.map((c) =>
      envelope(c.command, { ...c, caller }, `${caller}/${accountId}/${c.key}`, context),
    );
    return this.streams.execute(accountId, envelopes);
  }
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
