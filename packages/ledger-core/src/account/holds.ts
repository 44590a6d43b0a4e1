// The one formula for holds (lifecycles, section 1), and how a message finds the transaction that it speaks of.
import type { CardId, Micros, Minor, TransactionId } from '../brands.js';
import type { CardTransaction, SchemeKeys, TransactionStatus } from '../generated/events.js';
import { AMOUNT_MAX, isCurrency, max } from '../money.js';
import type { RejectionName } from '../rejections.js';
import type {
  AuthoriseCard,
  CardUse,
  CommandContext,
  IncrementAuthorisation,
  RecordAuthorisationAdvice,
} from './commands.js';
import { type Decision, isAmount, repeatOr } from './decision.js';
import { type AccountState, type IncrementState, keyString, type TransactionState } from './state.js';

/** A transaction that waits for presentments; every other status but DECLINED is closed for good. */
export const OPEN: TransactionStatus = 'PENDING';

export function findTransaction(
  state: AccountState,
  by: {
    readonly cardId: CardId;
    readonly transactionId: TransactionId | null;
    readonly originalKeys: SchemeKeys | null;
  },
): TransactionState | undefined {
  if (by.transactionId !== null) return state.transactions.get(by.transactionId);
  if (by.originalKeys === null) return undefined;
  const transactionId = state.byKeys.get(keyString(by.cardId, by.originalKeys));
  return transactionId === undefined ? undefined : state.transactions.get(transactionId);
}

/** The increment whose own keys are quoted, or undefined where the keys are the first message's. */
export function incrementOf(
  known: TransactionState,
  cardId: CardId,
  keys: SchemeKeys | null,
): IncrementState | undefined {
  return known.increments === null || keys === null ? undefined : known.increments.get(keyString(cardId, keys));
}

/** The reversal that came before this message, by its own keys. */
export function waitingReversal(state: AccountState, command: CardUse) {
  // Hardly ever is there one: the key is not even put together then.
  if (command.keys === null || state.waitingReversals.size === 0) return undefined;
  return state.waitingReversals.get(keyString(command.cardId, command.keys));
}

/** What is left of a hold: nothing once closed, else what is authorised and not cleared. */
export function remainingHold(authorised: Minor, cleared: Minor, open: boolean): Minor {
  return open ? max(0n, authorised - cleared) : 0n;
}

/** Authorised amount set, hold by the formula. */
export function withAuthorised(block: CardTransaction, authorised: Minor): CardTransaction {
  return { ...block, authorised, remaining: remainingHold(authorised, block.cleared, block.status === OPEN) };
}

/** What a closed transaction is called: settled where money moved, else by what closed it. */
export function closedStatus(block: CardTransaction, closedBy: 'REVERSED' | 'EXPIRED' | 'SETTLED'): TransactionStatus {
  return block.cleared - block.clearingReversed > 0n ? 'SETTLED' : closedBy;
}

export function isClosed(status: TransactionStatus): boolean {
  return status !== OPEN && status !== 'DECLINED';
}

/** Money coming in and status inquiries never hold anything. */
export function holdsNothing(kind: CardUse['kind']): boolean {
  return kind === 'CREDIT' || kind === 'STATUS_INQUIRY';
}

/** All of a withdrawal is cash, whatever the message says of it. */
export function cashOf(command: CardUse): Minor {
  return command.kind === 'CASH' ? command.amount : command.cashAmount;
}

/**
 * From recordedAt, never from effectiveAt: a late message must not bring a hold that has expired already. An increment holds whatever
 * kind it calls itself, so it expires.
 */
export function expiryOf(
  command: AuthoriseCard | IncrementAuthorisation | RecordAuthorisationAdvice,
  context: CommandContext,
): Micros | null {
  const nothing = command.type !== 'IncrementAuthorisation' && holdsNothing(command.kind);
  return command.holdFor === null || nothing ? null : context.recordedAt + command.holdFor;
}

export function newBlock(
  command: Pick<AuthoriseCard, 'cardId' | 'currency' | 'keys'>,
  context: CommandContext,
): CardTransaction {
  return {
    transactionId: context.mint('tx'),
    cardId: command.cardId,
    createdAt: context.effectiveAt,
    status: OPEN,
    currency: command.currency,
    authorised: 0n,
    remaining: 0n,
    cleared: 0n,
    clearingReversed: 0n,
    refunded: 0n,
    expiresAt: null,
    keys: command.keys,
  };
}

/**
 * Ids come from the command, so an id that is taken says that the command was done before, though its key is forgotten.
 * Undefined where the id is free.
 */
export function doneBefore(
  state: AccountState,
  transactionId: TransactionId,
  context: CommandContext,
): Decision | undefined {
  const twin = state.transactions.get(transactionId);
  return twin && repeatOr('IdInUse', { revision: twin.firstRevision, contentHash: twin.contentHash }, context);
}

/** Why the amounts of an authorisation, an increment or an advice make no sense; undefined where they do. */
export function malformed(
  state: AccountState,
  command: AuthoriseCard | IncrementAuthorisation | RecordAuthorisationAdvice,
): RejectionName | undefined {
  const { amount, cashAmount, currency, local } = command;
  const inquiry = command.kind === 'STATUS_INQUIRY' && command.type !== 'IncrementAuthorisation';
  if (inquiry ? amount !== 0n : !isAmount(amount)) return 'InvalidAmount';
  if (cashAmount < 0n || cashAmount > amount) return 'InvalidAmount';
  if (currency !== state.currency && !isCurrency(currency)) return 'InvalidCurrency';
  if (local === null) return undefined;
  if (local.amount < 0n || local.amount > AMOUNT_MAX) return 'InvalidAmount';
  return isCurrency(local.currency) ? undefined : 'InvalidCurrency';
}
