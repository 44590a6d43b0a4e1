// Tells the ledger one entry of the outbox.
import type { CallContext, ClientOf, cardsContract, ledgerContract } from '@tallystick/contracts';
import { rejections } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import type { Delivery } from './outbox.js';
import type { Execute, LateEntry, OutboxEntry, Outcome } from './outbox-entry.js';

export interface DeliveryPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly cards: ClientOf<typeof cardsContract>;
  /** Of one try. */
  readonly context: () => CallContext;
  readonly report: (error: unknown) => void;
}

const LATER: Delivery = { kind: 'later' };

export function deliveryTo(ports: DeliveryPorts): (entry: OutboxEntry) => Promise<Delivery> {
  return async (entry) => {
    try {
      const context = ports.context();
      const outcome =
        entry.kind === 'late'
          ? await executeLate(ports, entry, context)
          : await executed(ports, entry.request, context);
      if (outcome === undefined) return LATER;
      if (outcome.kind === 'answered') return { kind: 'stored', outcome };
      const { retryable } = rejections[outcome.rejection];
      return retryable ? LATER : { kind: 'refused', why: outcome.rejection };
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      // Tried again all the same: nobody else will tell the ledger.
      if (!error.retryable) ports.report(error);
      return LATER;
    }
  };
}

async function executed({ ledger }: DeliveryPorts, request: Execute, context: CallContext) {
  const { outcomes } = await ledger.execute(request, context);
  return outcomes[0];
}

/** Whose the card is is found out only now: at the deadline it may have been the very thing that nobody answered. */
async function executeLate(
  ports: DeliveryPorts,
  { tokens, request }: LateEntry,
  context: CallContext,
): Promise<Outcome | undefined> {
  const { cards, ledger } = ports;
  const [asked] = request.commands;
  const [newest] = tokens;
  if (asked === undefined || newest === undefined || asked.command.type !== 'ReverseAuthorisation') return undefined;
  for (const token of tokens) {
    const { place } = await cards.resolve({ token, cardId: null }, context);
    if (place === null) continue;
    const command = { ...asked.command, cardId: place.cardId };
    return executed(ports, { ...request, accountId: place.accountId, commands: [{ ...asked, command }] }, context);
  }
  const { caller } = request;
  const { outcomes } = await ledger.executeUnknownCard(
    { ...asked, command: asked.command, token: newest, caller },
    context,
  );
  return outcomes[0];
}
