// Authorisations: approve, decline, increment, advise, reverse, expire (lifecycles, section 1).
import type { Minor, TransactionId } from '../brands.js';
import { chart } from '../chart.js';
import { type DeclineReason, declines } from '../declines.js';
import type { AuthorisationReversed, CardTransaction, TransactionStatus } from '../generated/events.js';
import { max, min } from '../money.js';
import { journalEntry, move } from '../posting.js';
import type {
  AuthoriseCard,
  CardUse,
  CommandContext,
  ExpireAuthorisation,
  IncrementAuthorisation,
  RecordAuthorisationAdvice,
  ReverseAuthorisation,
} from './commands.js';
import {
  availableOf,
  balancesAfter,
  type Decision,
  decided,
  entryOf,
  isAmount,
  NOTHING,
  reject,
  repeatOr,
} from './decision.js';
import { declineReason } from './ladder.js';
import { type AccountState, keyString, type TransactionState } from './state.js';

/** Advice codes that say the scheme approved for us (DE39). */
const ADVISED_APPROVALS: ReadonlySet<string> = new Set(['00', '08', '10', '85']);

const OPEN: TransactionStatus = 'PENDING';

export function findTransaction(
  state: AccountState,
  by: {
    readonly cardId: CardUse['cardId'];
    readonly transactionId: TransactionId | null;
    readonly originalKeys: CardUse['keys'];
  },
): TransactionState | undefined {
  if (by.transactionId !== null) return state.transactions.get(by.transactionId);
  if (by.originalKeys === null) return undefined;
  const transactionId = state.byKeys.get(keyString(by.cardId, by.originalKeys));
  return transactionId === undefined ? undefined : state.transactions.get(transactionId);
}

/** What is left of a hold: nothing once closed, else what is authorised and not cleared. */
export function remainingHold(authorised: Minor, cleared: Minor, open: boolean): Minor {
  return open ? max(0n, authorised - cleared) : 0n;
}

/** What a closed transaction is called: settled where money moved, else by what closed it. */
export function closedStatus(block: CardTransaction, closedBy: 'REVERSED' | 'EXPIRED' | 'SETTLED'): TransactionStatus {
  return block.cleared - block.clearingReversed > 0n ? 'SETTLED' : closedBy;
}

export function newBlock(
  state: AccountState,
  command: CardUse,
  context: CommandContext,
  transactionId: TransactionId,
): CardTransaction {
  return {
    transactionId,
    cardId: command.cardId,
    createdAt: context.effectiveAt,
    status: OPEN,
    currency: command.currency,
    authorised: 0n,
    remaining: 0n,
    cleared: 0n,
    clearingReversed: 0n,
    refunded: 0n,
    expiresAt: command.holdFor === null ? null : context.recordedAt + command.holdFor,
    keys: command.keys,
  };
}

function waitingReversal(state: AccountState, command: CardUse) {
  return command.keys === null ? undefined : state.waitingReversals.get(keyString(command.cardId, command.keys));
}

/** Authorised amount set, hold by the formula. */
function withAuthorised(block: CardTransaction, authorised: Minor): CardTransaction {
  return { ...block, authorised, remaining: remainingHold(authorised, block.cleared, block.status === OPEN) };
}

export function authoriseCard(state: AccountState, command: AuthoriseCard, context: CommandContext): Decision {
  const inquiry = command.kind === 'STATUS_INQUIRY';
  if (inquiry ? command.amount !== 0n : !isAmount(command.amount)) return reject('InvalidAmount');
  const known =
    command.keys === null
      ? undefined
      : findTransaction(state, { cardId: command.cardId, transactionId: null, originalKeys: command.keys });
  if (known?.authorisationSeen) {
    if (known.advised) return { kind: 'repeat', revision: known.firstRevision };
    return repeatOr('SchemeKeysReused', { revision: known.firstRevision, contentHash: known.contentHash }, context);
  }
  return decideAuthorisation(state, command, context, { known, linkedTo: null });
}

interface Origin {
  /** The transaction that a presentment began before its authorisation came. */
  readonly known: TransactionState | undefined;
  readonly linkedTo: TransactionId | null;
}

function decideAuthorisation(
  state: AccountState,
  command: AuthoriseCard | IncrementAuthorisation,
  context: CommandContext,
  origin: Origin,
): Decision {
  const waiting = waitingReversal(state, command);
  const alreadyReversed = waiting !== undefined && waiting.replacement === null;
  const reason = declineReason({ state, command, context, alreadyReversed, authorisedBefore: 0n });
  const block = origin.known?.block ?? newBlock(state, command, context, context.mint('tx'));
  const partial =
    reason === 'insufficient_funds' &&
    command.type === 'AuthoriseCard' &&
    partialAllowed(command) &&
    availableOf(state) > 0n;
  if (reason !== undefined && !partial)
    return declined(
      state,
      command,
      { ...block, status: origin.known?.block.status ?? 'DECLINED', expiresAt: null },
      reason,
      false,
    );
  const approved = partial ? availableOf(state) : command.amount;
  if (command.type === 'AuthoriseCard' && command.singleMessage)
    return paid(state, command, context, block, approved, partial, waiting?.replacement ?? null);
  const authorised =
    command.kind === 'CREDIT' ? 0n : waiting?.replacement != null ? min(waiting.replacement, approved) : approved;
  const open = withAuthorised(
    {
      ...block,
      status: command.kind === 'STATUS_INQUIRY' ? 'SETTLED' : block.status,
      expiresAt: expiryOf(command, context),
    },
    authorised,
  );
  const { scheme, kind, channel, merchant, local } = command;
  return decided({
    type: 'AuthorisationApproved',
    transaction: open,
    scheme,
    kind,
    channel,
    requested: command.amount,
    approved,
    cashAmount: command.cashAmount,
    responseCode: partial ? '10' : '00',
    merchant,
    local,
    linkedTransactionId: origin.linkedTo,
    balances: balancesAfter(state, { held: open.remaining - block.remaining }),
  });
}

function partialAllowed(command: AuthoriseCard): boolean {
  return command.partialAllowed && command.kind === 'PURCHASE' && command.cashAmount === 0n;
}

function expiryOf(command: CardUse, context: CommandContext) {
  return command.holdFor === null || command.kind === 'CREDIT' || command.kind === 'STATUS_INQUIRY'
    ? null
    : context.recordedAt + command.holdFor;
}

export function declined(
  state: AccountState,
  command: CardUse,
  transaction: CardTransaction,
  reason: DeclineReason | 'stand_in',
  increment: boolean,
  responseCode = reason === 'stand_in' ? '05' : declines[reason].responseCode,
): Decision {
  const { scheme, kind, channel, merchant, local } = command;
  const balances = balancesAfter(state, {});
  return decided({
    type: 'AuthorisationDeclined',
    transaction,
    scheme,
    kind,
    channel,
    requested: command.amount,
    reason,
    responseCode,
    increment,
    merchant,
    local,
    balances,
  });
}

/** 0200: posted at once. A partial reversal that came first is applied in the same append. */
function paid(
  state: AccountState,
  command: AuthoriseCard,
  context: CommandContext,
  block: CardTransaction,
  amount: Minor,
  partial: boolean,
  replacement: Minor | null,
): Decision {
  const { scheme, kind, channel, merchant, local, cashAmount } = command;
  const transaction: CardTransaction = {
    ...block,
    status: 'SETTLED',
    authorised: amount,
    remaining: 0n,
    cleared: amount,
    expiresAt: null,
  };
  const legs = move(chart.customer(state.accountId), chart.schemeSettlement(scheme), amount, command.currency);
  const posted = {
    type: 'CardPaymentPosted' as const,
    transaction,
    scheme,
    kind,
    channel,
    amount,
    cashAmount,
    responseCode: partial ? '10' : '00',
    merchant,
    local,
    entry: entryOf(context, legs),
    balances: balancesAfter(state, { ledger: -amount }),
  };
  if (replacement === null || replacement >= amount) return decided(posted);
  const back = amount - replacement;
  return decided(posted, {
    type: 'CardPaymentReversed',
    transaction: { ...transaction, clearingReversed: back },
    amount: back,
    replacement,
    entry: journalEntry(
      context.mint('entry', 1),
      move(chart.schemeSettlement(scheme), chart.customer(state.accountId), back, command.currency),
    ),
    balances: balancesAfter(state, { ledger: -replacement }),
  });
}

export function incrementAuthorisation(
  state: AccountState,
  command: IncrementAuthorisation,
  context: CommandContext,
): Decision {
  if (!isAmount(command.amount)) return reject('InvalidAmount');
  const original = findTransaction(state, command);
  if (original === undefined && command.transactionId !== null) return reject('UnknownTransaction');
  if (command.keys !== null && state.byKeys.has(keyString(command.cardId, command.keys)))
    return reject('SchemeKeysReused');
  const open =
    original !== undefined &&
    original.authorisationSeen &&
    original.block.status === OPEN &&
    original.block.authorised > 0n;
  if (!open)
    return decideAuthorisation(state, command, context, {
      known: undefined,
      linkedTo: original?.block.transactionId ?? null,
    });
  const block = original.block;
  const reason = declineReason({ state, command, context, alreadyReversed: false, authorisedBefore: block.authorised });
  if (reason !== undefined) return declined(state, command, block, reason, true);
  const raised = withAuthorised({ ...block, expiresAt: expiryOf(command, context) }, block.authorised + command.amount);
  return decided({
    type: 'AuthorisationIncremented',
    transaction: raised,
    increment: command.amount,
    incrementKeys: command.keys,
    released: block.remaining - raised.remaining,
    balances: balancesAfter(state, { held: raised.remaining - block.remaining }),
  });
}

export function recordAdvice(
  state: AccountState,
  command: RecordAuthorisationAdvice,
  context: CommandContext,
): Decision {
  if (!isAmount(command.amount)) return reject('InvalidAmount');
  if (command.transactionId !== null && !state.transactions.has(command.transactionId))
    return reject('UnknownTransaction');
  const known = findTransaction(state, {
    cardId: command.cardId,
    transactionId: command.transactionId,
    originalKeys: command.keys,
  });
  if (!ADVISED_APPROVALS.has(command.responseCode)) {
    const block = known?.block ?? {
      ...newBlock(state, command, context, context.mint('tx')),
      status: 'DECLINED' as const,
      expiresAt: null,
    };
    return declined(state, command, block, 'stand_in', known !== undefined, command.responseCode);
  }
  const waiting = waitingReversal(state, command);
  // A hold in another currency cannot be held: it is recorded, and someone must look at it.
  const foreign = command.currency !== state.currency;
  const authorised = foreign
    ? 0n
    : waiting?.replacement != null
      ? min(waiting.replacement, command.amount)
      : command.amount;
  if (known !== undefined && known.block.status !== 'DECLINED')
    return adjusted(state, command, known, waiting, authorised);
  const block = known?.block ?? newBlock(state, command, context, context.mint('tx'));
  const reversed = waiting !== undefined && waiting.replacement === null;
  const transaction = withAuthorised(
    {
      ...block,
      status: reversed ? 'REVERSED' : OPEN,
      currency: command.currency,
      expiresAt: expiryOf(command, context),
    },
    authorised,
  );
  const { scheme, kind, channel, merchant, local, cashAmount, amount, responseCode } = command;
  return decided({
    type: 'AuthorisationAdvised',
    transaction,
    scheme,
    kind,
    channel,
    amount,
    cashAmount,
    responseCode,
    merchant,
    local,
    exception: state.status === 'CLOSED' ? 'account_closed' : foreign ? 'currency_mismatch' : null,
    released: -transaction.remaining,
    balances: balancesAfter(state, { held: transaction.remaining }),
  });
}

function adjusted(
  state: AccountState,
  command: RecordAuthorisationAdvice,
  known: TransactionState,
  waiting: { replacement: Minor | null } | undefined,
  authorised: Minor,
): Decision {
  if (known.single) return NOTHING;
  const { block } = known;
  const status =
    waiting !== undefined && waiting.replacement === null && block.status === OPEN
      ? closedStatus(block, 'REVERSED')
      : block.status;
  const transaction = withAuthorised({ ...block, status }, authorised);
  return decided({
    type: 'AuthorisationAdjusted',
    transaction,
    amount: authorised,
    released: block.remaining - transaction.remaining,
    balances: balancesAfter(state, { held: transaction.remaining - block.remaining }),
  });
}

export function reverseAuthorisation(
  state: AccountState,
  command: ReverseAuthorisation,
  context: CommandContext,
): Decision {
  const replacement = command.replacement === 0n ? null : command.replacement;
  if (replacement !== null && !isAmount(replacement)) return reject('InvalidAmount');
  const known = findTransaction(state, command);
  if (known === undefined && command.transactionId !== null) return reject('UnknownTransaction');
  if (known === undefined || !known.authorisationSeen) return recordReversal(state, command, known, replacement);
  if (known.single) return reversePayment(state, command, context, known, replacement);
  const { block } = known;
  if (block.status !== OPEN) return NOTHING;
  const ownKey = command.originalKeys === null ? undefined : keyString(command.cardId, command.originalKeys);
  const increment = ownKey === undefined ? undefined : known.increments?.get(ownKey);
  if (increment !== undefined) return reverseIncrement(state, command, block, increment);
  if (replacement === null) {
    return reversed(
      state,
      command,
      block,
      {
        ...block,
        authorised: block.authorised - block.remaining,
        remaining: 0n,
        status: closedStatus(block, 'REVERSED'),
      },
      null,
    );
  }
  if (replacement >= block.authorised) return NOTHING;
  return reversed(state, command, block, withAuthorised(block, replacement), replacement);
}

function reverseIncrement(
  state: AccountState,
  command: ReverseAuthorisation,
  block: CardTransaction,
  increment: Minor,
): Decision {
  if (increment === 0n) return NOTHING;
  return reversed(
    state,
    command,
    block,
    withAuthorised(block, max(0n, block.authorised - increment)),
    null,
    command.originalKeys,
  );
}

function reversed(
  state: AccountState,
  command: ReverseAuthorisation,
  before: CardTransaction,
  after: CardTransaction,
  replacement: Minor | null,
  reversedKeys: AuthorisationReversed['reversedKeys'] = null,
): Decision {
  const released = before.remaining - after.remaining;
  return decided({
    type: 'AuthorisationReversed',
    transaction: after,
    amount: before.authorised - after.authorised,
    replacement,
    reversedKeys,
    reason: command.reason,
    released,
    balances: balancesAfter(state, { held: -released }),
  });
}

/** The original has not come yet: remembered by its keys. A full reversal wins over a partial one. */
function recordReversal(
  state: AccountState,
  command: ReverseAuthorisation,
  known: TransactionState | undefined,
  replacement: Minor | null,
): Decision {
  const keys = command.originalKeys ?? known?.block.keys ?? null;
  if (keys === null) return reject('UnknownTransaction');
  const before = state.waitingReversals.get(keyString(command.cardId, keys));
  if (before !== undefined && (before.replacement === null || before.replacement === replacement)) return NOTHING;
  return decided({ type: 'ReversalRecorded', keys, cardId: command.cardId, replacement, reason: command.reason });
}

function reversePayment(
  state: AccountState,
  command: ReverseAuthorisation,
  context: CommandContext,
  known: TransactionState,
  replacement: Minor | null,
): Decision {
  const { block } = known;
  if (block.clearingReversed > 0n) return NOTHING;
  const amount = block.cleared - (replacement ?? 0n);
  if (amount <= 0n) return NOTHING;
  return decided({
    type: 'CardPaymentReversed',
    transaction: { ...block, clearingReversed: amount, status: replacement === null ? 'REVERSED' : 'SETTLED' },
    amount,
    replacement,
    entry: entryOf(
      context,
      move(chart.schemeSettlement(known.scheme), chart.customer(state.accountId), amount, block.currency),
    ),
    balances: balancesAfter(state, { ledger: amount }),
  });
}

export function expireAuthorisation(
  state: AccountState,
  command: ExpireAuthorisation,
  context: CommandContext,
): Decision {
  const known = state.transactions.get(command.transactionId);
  if (known === undefined) return reject('UnknownTransaction');
  const { block } = known;
  if (block.status !== OPEN || block.remaining === 0n) return NOTHING;
  if (block.expiresAt === null || context.recordedAt < block.expiresAt) return reject('HoldNotDue');
  return decided({
    type: 'AuthorisationExpired',
    transaction: { ...block, remaining: 0n, status: closedStatus(block, 'EXPIRED') },
    released: block.remaining,
    balances: balancesAfter(state, { held: -block.remaining }),
  });
}
