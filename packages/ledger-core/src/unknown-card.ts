// A card that nobody knows: what the scheme asked is recorded in a stream of its own, `unknown-card-<token>`, and no money is touched.

import type {
  AuthoriseCard,
  CardUse,
  CommandContext,
  IncrementAuthorisation,
  RecordAuthorisationAdvice,
  ReverseAuthorisation,
} from './account/commands.js';
import { type Decision, isAmount, NOTHING, reject, repeatOr } from './account/decision.js';
import type { AccountStreamEvent, EventFacts } from './account/evolve.js';
import { forgetCommands, isForgotten } from './account/forgetting.js';
import type { CommandRecord } from './account/state.js';
import type { CardId, CardToken, Micros } from './brands.js';
import { declines } from './declines.js';

export type UnknownCardCommand =
  | AuthoriseCard
  | IncrementAuthorisation
  | RecordAuthorisationAdvice
  | ReverseAuthorisation;

export interface UnknownCardState {
  revision: number;
  recordedAt: Micros;
  readonly commands: Map<string, CommandRecord>;
}

export function initialUnknownCard(): UnknownCardState {
  return { revision: -1, recordedAt: 0n, commands: new Map() };
}

export function evolveUnknownCard(state: UnknownCardState, _event: AccountStreamEvent, facts: EventFacts): void {
  state.revision = facts.revision;
  state.recordedAt = facts.recordedAt;
  const { contentHash, revision, recordedAt } = facts;
  const before = state.commands.get(facts.commandId);
  if (before !== undefined && !isForgotten(before, recordedAt)) return;
  state.commands.delete(facts.commandId);
  state.commands.set(facts.commandId, { contentHash, revision, recordedAt });
  forgetCommands(state.commands, recordedAt);
}

export function decideUnknownCard(
  state: UnknownCardState,
  command: UnknownCardCommand,
  context: CommandContext,
): Decision {
  const before = state.commands.get(context.commandId);
  if (before !== undefined && !isForgotten(before, context.recordedAt))
    return repeatOr('IdempotencyKeyReused', before, context);
  if (command.type === 'ReverseAuthorisation') {
    if (command.originalKeys === null) return command.transactionId === null ? NOTHING : reject('UnknownTransaction');
    const { originalKeys: keys, reason } = command;
    const replacement = command.replacement === 0n ? null : command.replacement;
    if (replacement !== null && !isAmount(replacement)) return reject('InvalidAmount');
    return { kind: 'events', events: [{ type: 'ReversalRecorded', keys, cardId: null, replacement, reason }] };
  }
  const inquiry = command.kind === 'STATUS_INQUIRY' && command.amount === 0n;
  if (!inquiry && !isAmount(command.amount)) return reject('InvalidAmount');
  return { kind: 'events', events: [declinedUnknown(command, context)] };
}

function declinedUnknown(command: CardUse, context: CommandContext): AccountStreamEvent {
  const { cardId, keys, scheme, kind, channel, amount, currency, merchant, local } = command;
  return {
    type: 'AuthorisationDeclined',
    transaction: {
      transactionId: context.mint('tx'),
      cardId,
      createdAt: context.effectiveAt,
      status: 'DECLINED',
      currency,
      authorised: 0n,
      remaining: 0n,
      cleared: 0n,
      clearingReversed: 0n,
      refunded: 0n,
      expiresAt: null,
      keys,
    },
    scheme,
    kind,
    channel,
    requested: amount,
    reason: 'unknown_card',
    responseCode: declines.unknown_card.responseCode,
    increment: false,
    merchant,
    local,
    balances: null,
  };
}

/** What stands for the card id in events about a card that nobody issued. */
export function unknownCardId(token: CardToken): CardId {
  return `unknown:${token}` as CardId;
}
