// Authorisations: approve, decline, pay at once, increment (lifecycles, section 1).
import type { Minor, TransactionId } from '../brands.js';
import { chart } from '../chart.js';
import { type DeclineReason, declines } from '../declines.js';
import type { CardTransaction } from '../generated/events.js';
import { min } from '../money.js';
import { journalEntry, move } from '../posting.js';
import type { AuthoriseCard, CardUse, CommandContext, IncrementAuthorisation } from './commands.js';
import { availableOf, balancesAfter, type Decision, decided, entryOf, reject, repeatOr } from './decision.js';
import {
  cashOf,
  doneBefore,
  expiryOf,
  findTransaction,
  incrementOf,
  malformed,
  newBlock,
  OPEN,
  waitingReversal,
  withAuthorised,
} from './holds.js';
import { declineReason } from './ladder.js';
import type { AccountState, TransactionState } from './state.js';

export function authoriseCard(state: AccountState, command: AuthoriseCard, context: CommandContext): Decision {
  const wrong = malformed(state, command);
  if (wrong !== undefined) return reject(wrong);
  const known = findTransaction(state, {
    cardId: command.cardId,
    transactionId: null,
    originalKeys: command.keys,
  });
  if (known?.authorisationSeen) {
    // What the scheme decided for us stands, whatever it asks afterwards.
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
  const { localDate: today } = context;
  const reason = declineReason({ state, command, limitDate: today, today, alreadyReversed, authorisedBefore: 0n });
  const block = origin.known?.block ?? newBlock(command, context);
  const repeated = origin.known === undefined ? doneBefore(state, block.transactionId, context) : undefined;
  if (repeated !== undefined) return repeated;
  const partial =
    reason === 'insufficient_funds' &&
    command.type === 'AuthoriseCard' &&
    partialAllowed(command) &&
    availableOf(state) > 0n;
  if (reason !== undefined && !partial) {
    const status = origin.known?.block.status ?? 'DECLINED';
    return declined(state, command, { ...block, status, expiresAt: null }, reason, false);
  }
  const approved = partial ? availableOf(state) : command.amount;
  const replacement = waiting?.replacement ?? null;
  return postsAtOnce(command)
    ? paid(state, command, context, block, { amount: approved, partial, replacement })
    : held(state, command, context, block, { amount: approved, partial, replacement, linkedTo: origin.linkedTo });
}

function partialAllowed(command: AuthoriseCard): boolean {
  return command.partialAllowed && command.kind === 'PURCHASE' && command.cashAmount === 0n;
}

/** A single message that asks nothing of the account has nothing to post; the money of a credit comes with its presentment. */
function postsAtOnce(command: AuthoriseCard | IncrementAuthorisation): boolean {
  return (
    command.type === 'AuthoriseCard' &&
    command.singleMessage &&
    command.kind !== 'CREDIT' &&
    command.kind !== 'STATUS_INQUIRY'
  );
}

interface Approval {
  readonly amount: Minor;
  readonly partial: boolean;
  /** Of a partial reversal that came first. */
  readonly replacement: Minor | null;
}

function held(
  state: AccountState,
  command: AuthoriseCard | IncrementAuthorisation,
  context: CommandContext,
  block: CardTransaction,
  approval: Approval & { readonly linkedTo: TransactionId | null },
): Decision {
  const { amount, partial, replacement } = approval;
  const moneyIn = command.type === 'AuthoriseCard' && command.kind === 'CREDIT';
  const inquiry = command.type === 'AuthoriseCard' && command.kind === 'STATUS_INQUIRY';
  const authorised = moneyIn ? 0n : replacement === null ? amount : min(replacement, amount);
  const transaction = withAuthorised(
    { ...block, status: inquiry ? 'SETTLED' : block.status, expiresAt: expiryOf(command, context) },
    authorised,
  );
  const { scheme, kind, channel, merchant, local } = command;
  return decided({
    type: 'AuthorisationApproved',
    transaction,
    scheme,
    kind,
    channel,
    requested: command.amount,
    approved: amount,
    cashAmount: cashOf(command),
    responseCode: partial ? '10' : '00',
    merchant,
    local,
    linkedTransactionId: approval.linkedTo,
    balances: balancesAfter(state, { held: transaction.remaining - block.remaining }),
  });
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
    balances: balancesAfter(state, {}),
  });
}

/** 0200: posted at once. A partial reversal that came first is applied in the same append. */
function paid(
  state: AccountState,
  command: AuthoriseCard | IncrementAuthorisation,
  context: CommandContext,
  block: CardTransaction,
  { amount, partial, replacement }: Approval,
): Decision {
  const { scheme, kind, channel, merchant, local, currency } = command;
  const customer = chart.customer(state.accountId);
  const settlement = chart.schemeSettlement(scheme);
  const transaction: CardTransaction = {
    ...block,
    status: 'SETTLED',
    authorised: amount,
    remaining: 0n,
    cleared: block.cleared + amount,
    expiresAt: null,
  };
  const posted = {
    type: 'CardPaymentPosted' as const,
    transaction,
    scheme,
    kind,
    channel,
    amount,
    cashAmount: cashOf(command),
    responseCode: partial ? '10' : '00',
    merchant,
    local,
    entry: entryOf(context, move(customer, settlement, amount, currency)),
    balances: balancesAfter(state, { ledger: -amount, held: -block.remaining }),
  };
  if (replacement === null || replacement >= amount) return decided(posted);
  const back = amount - replacement;
  return decided(posted, {
    type: 'CardPaymentReversed',
    transaction: { ...transaction, clearingReversed: block.clearingReversed + back },
    amount: back,
    replacement,
    exception: null,
    entry: journalEntry(context.mint('entry', 1), move(settlement, customer, back, currency)),
    balances: balancesAfter(state, { ledger: -replacement, held: -block.remaining }),
  });
}

export function incrementAuthorisation(
  state: AccountState,
  command: IncrementAuthorisation,
  context: CommandContext,
): Decision {
  const wrong = malformed(state, command);
  if (wrong !== undefined) return reject(wrong);
  const original = findTransaction(state, command);
  if (original === undefined && command.transactionId !== null) return reject('UnknownTransaction');
  const repeated = repeatedIncrement(state, command, context);
  if (repeated !== undefined) return repeated;
  if (
    original === undefined ||
    !original.approved ||
    original.block.status !== OPEN ||
    original.block.authorised === 0n
  )
    return decideAuthorisation(state, command, context, {
      known: undefined,
      linkedTo: original?.block.transactionId ?? null,
    });
  const { block } = original;
  const waiting = waitingReversal(state, command);
  const reason = declineReason({
    state,
    command,
    // What an increment adds counts on the day of the authorisation, so that day's limits are asked.
    limitDate: original.limitDate,
    today: context.localDate,
    alreadyReversed: waiting !== undefined && waiting.replacement === null,
    authorisedBefore: block.authorised,
  });
  if (reason !== undefined) return declined(state, command, block, reason, true);
  const total = block.authorised + command.amount;
  const raised = withAuthorised(
    { ...block, expiresAt: expiryOf(command, context) },
    waiting?.replacement == null ? total : min(waiting.replacement, total),
  );
  return decided({
    type: 'AuthorisationIncremented',
    transaction: raised,
    increment: command.amount,
    incrementKeys: command.keys,
    released: block.remaining - raised.remaining,
    balances: balancesAfter(state, { held: raised.remaining - block.remaining }),
  });
}

/** The increment's own keys were seen before: the first answer, where the content is the same. */
function repeatedIncrement(
  state: AccountState,
  command: IncrementAuthorisation,
  context: CommandContext,
): Decision | undefined {
  const { cardId, keys } = command;
  const known = findTransaction(state, { cardId, transactionId: null, originalKeys: keys });
  if (known === undefined) return undefined;
  const before = incrementOf(known, cardId, keys) ?? {
    revision: known.firstRevision,
    contentHash: known.contentHash,
  };
  return repeatOr('SchemeKeysReused', before, context);
}
