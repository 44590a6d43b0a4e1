// What closes a hold or takes back a single message: reversals, and the clock (lifecycles, section 1).
import type { Minor } from '../brands.js';
import { chart } from '../chart.js';
import type { AuthorisationReversed, CardTransaction } from '../generated/events.js';
import { max, min } from '../money.js';
import { move } from '../posting.js';
import type { CommandContext, ExpireAuthorisation, ReverseAuthorisation } from './commands.js';
import { balancesAfter, type Decision, decided, entryOf, exceptionOf, isAmount, NOTHING, reject } from './decision.js';
import { reducedDisputes } from './disputes.js';
import { closedStatus, findTransaction, incrementOf, OPEN, withAuthorised } from './holds.js';
import { type AccountState, type IncrementState, keyString, type TransactionState } from './state.js';

/** Always answered 00; a rejection only where the command itself makes no sense. */
export function reverseAuthorisation(
  state: AccountState,
  command: ReverseAuthorisation,
  context: CommandContext,
): Decision {
  const replacement = command.replacement === 0n ? null : command.replacement;
  if (replacement !== null && !isAmount(replacement)) return reject('InvalidAmount');
  const known = findTransaction(state, command);
  if (known === undefined && command.transactionId !== null) return reject('UnknownTransaction');
  if (known === undefined || !known.approved) return recordReversal(state, command, known, replacement);
  if (known.single) return reversePayment(state, context, known, replacement);
  const { block } = known;
  if (block.status !== OPEN) return NOTHING;
  if (replacement !== null) {
    if (replacement >= block.authorised) return NOTHING;
    return reversed(state, command, block, withAuthorised(block, replacement), { replacement });
  }
  const increment = incrementOf(known, command.cardId, command.originalKeys);
  if (increment !== undefined) return reverseIncrement(state, command, known, increment);
  const authorised = block.authorised - block.remaining;
  const closed: CardTransaction = { ...block, authorised, remaining: 0n, status: closedStatus(block, 'REVERSED') };
  return reversed(state, command, block, closed, {});
}

/**
 * A partial reversal after the increment stated the new total: the increment is taken from what there was before it, so
 * that both end in the same hold in either order.
 */
function reverseIncrement(
  state: AccountState,
  command: ReverseAuthorisation,
  known: TransactionState,
  increment: IncrementState,
): Decision {
  if (increment.reversed || increment.amount === 0n) return NOTHING;
  const { block } = known;
  const authorised = increment.covered
    ? min(block.authorised, known.unreduced - increment.amount)
    : block.authorised - increment.amount;
  const after = withAuthorised(block, max(0n, authorised));
  return reversed(state, command, block, after, { reversedKeys: command.originalKeys });
}

function reversed(
  state: AccountState,
  command: ReverseAuthorisation,
  before: CardTransaction,
  after: CardTransaction,
  how: Partial<Pick<AuthorisationReversed, 'replacement' | 'reversedKeys'>>,
): Decision {
  const released = before.remaining - after.remaining;
  return decided({
    type: 'AuthorisationReversed',
    transaction: after,
    amount: before.authorised - after.authorised,
    replacement: how.replacement ?? null,
    reversedKeys: how.reversedKeys ?? null,
    reason: command.reason,
    released,
    balances: balancesAfter(state, { held: -released }),
  });
}

/** No approval has come yet: remembered by its keys. A full reversal wins over a partial one, a lower total over a higher. */
function recordReversal(
  state: AccountState,
  command: ReverseAuthorisation,
  known: TransactionState | undefined,
  replacement: Minor | null,
): Decision {
  const keys = command.originalKeys ?? known?.block.keys ?? null;
  // A presentment without keys: no approval can ever be found to belong to it.
  if (keys === null) return known === undefined ? reject('UnknownTransaction') : NOTHING;
  const before = state.waitingReversals.get(keyString(command.cardId, keys));
  const covered =
    before !== undefined &&
    (before.replacement === null || (replacement !== null && before.replacement <= replacement));
  if (covered) return NOTHING;
  return decided({ type: 'ReversalRecorded', keys, cardId: command.cardId, replacement, reason: command.reason });
}

/** Only what was not reversed yet: a second reversal finds nothing, and two partial ones end at the lower total. */
function reversePayment(
  state: AccountState,
  context: CommandContext,
  known: TransactionState,
  replacement: Minor | null,
): Decision {
  const { block } = known;
  const amount = block.authorised - known.paymentReversed - (replacement ?? 0n);
  if (amount <= 0n) return NOTHING;
  const after: CardTransaction = { ...block, clearingReversed: block.clearingReversed + amount };
  const customer = chart.customer(state.accountId);
  const reversed = {
    type: 'CardPaymentReversed' as const,
    transaction: { ...after, status: closedStatus(after, 'REVERSED') },
    amount,
    replacement,
    exception: exceptionOf(state),
    entry: entryOf(context, move(chart.schemeSettlement(known.scheme), customer, amount, state.currency)),
    balances: balancesAfter(state, { ledger: amount }),
  };
  return decided(reversed, ...reducedDisputes(state, after, amount, null, context));
}

/** The clock. A clearing that was appended first wins: what it closed is not open any more. */
export function expireAuthorisation(
  state: AccountState,
  command: ExpireAuthorisation,
  context: CommandContext,
): Decision {
  const known = state.transactions.get(command.transactionId);
  if (known === undefined) return reject('UnknownTransaction');
  const { block } = known;
  if (block.status !== OPEN) return NOTHING;
  if (block.expiresAt === null || context.recordedAt < block.expiresAt)
    return block.remaining === 0n ? NOTHING : reject('HoldNotDue');
  return decided({
    type: 'AuthorisationExpired',
    transaction: { ...block, remaining: 0n, status: closedStatus(block, 'EXPIRED') },
    released: block.remaining,
    balances: balancesAfter(state, { held: -block.remaining }),
  });
}
