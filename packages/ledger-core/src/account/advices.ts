// Advices: what the scheme decided for us is recorded as it was, never decided again (lifecycles, section 1).
import type { Minor } from '../brands.js';
import type { CardTransaction } from '../generated/events.js';
import { min } from '../money.js';
import { declined } from './authorisations.js';
import type { CommandContext, RecordAuthorisationAdvice } from './commands.js';
import { balancesAfter, type Decision, decided, NOTHING, reject } from './decision.js';
import {
  cashOf,
  closedStatus,
  doneBefore,
  expiryOf,
  findTransaction,
  holdsNothing,
  incrementOf,
  malformed,
  newBlock,
  OPEN,
  waitingReversal,
  withAuthorised,
} from './holds.js';
import type { AccountState, TransactionState } from './state.js';

/** Advice codes that say the scheme approved for us (DE39). */
const ADVISED_APPROVALS: ReadonlySet<string> = new Set(['00', '08', '10', '85']);

export function recordAdvice(
  state: AccountState,
  command: RecordAuthorisationAdvice,
  context: CommandContext,
): Decision {
  const wrong = malformed(state, command);
  if (wrong !== undefined) return reject(wrong);
  if (!state.cards.has(command.cardId)) return reject('UnknownCard');
  const known = findTransaction(state, {
    cardId: command.cardId,
    transactionId: command.transactionId,
    originalKeys: command.keys,
  });
  if (known === undefined && command.transactionId !== null) return reject('UnknownTransaction');
  const began = known?.block ?? newBlock(command, context);
  const repeated = known === undefined ? doneBefore(state, began.transactionId, context) : undefined;
  if (repeated !== undefined) return repeated;
  if (!ADVISED_APPROVALS.has(command.responseCode)) {
    const block = known === undefined ? { ...began, status: 'DECLINED' as const } : began;
    return declined(state, command, block, 'stand_in', known !== undefined, command.responseCode);
  }
  if (known?.single) return NOTHING;
  return known?.approved ? adjusted(state, command, known) : advised(state, command, began, context);
}

/**
 * A hold in another currency cannot be held, a closed account should have none, and one that takes more than there is was decided without
 * us (lifecycles, section 5): someone must look at it.
 */
function exceptionOf(
  state: AccountState,
  command: RecordAuthorisationAdvice,
  { released, available }: { readonly released: Minor; readonly available: Minor },
): string | null {
  if (state.status === 'CLOSED') return 'account_closed';
  if (command.currency !== state.currency) return 'currency_mismatch';
  return released < 0n && available < 0n ? 'overdrawn' : null;
}

/** Nothing of it is held yet: it is new, a presentment came first, or we declined what the scheme then approved. */
function advised(
  state: AccountState,
  command: RecordAuthorisationAdvice,
  before: CardTransaction,
  context: CommandContext,
): Decision {
  const waiting = waitingReversal(state, command);
  const block: CardTransaction = {
    ...before,
    status: before.status === 'DECLINED' ? OPEN : before.status,
    keys: before.keys ?? command.keys,
    expiresAt: expiryOf(command, context),
  };
  const reversed = waiting !== undefined && waiting.replacement === null && block.status === OPEN;
  const transaction = withAuthorised(
    reversed ? { ...block, status: closedStatus(block, 'REVERSED') } : block,
    firstAuthorised(state, command, waiting?.replacement ?? null),
  );
  const { scheme, kind, channel, merchant, local, amount, responseCode } = command;
  const released = before.remaining - transaction.remaining;
  const balances = balancesAfter(state, { held: -released });
  return decided({
    type: 'AuthorisationAdvised',
    transaction,
    scheme,
    kind,
    channel,
    amount,
    cashAmount: cashOf(command),
    responseCode,
    merchant,
    local,
    exception: exceptionOf(state, command, { released, available: balances.available }),
    released,
    balances,
  });
}

function firstAuthorised(state: AccountState, command: RecordAuthorisationAdvice, replacement: Minor | null): Minor {
  if (command.currency !== state.currency || holdsNothing(command.kind)) return 0n;
  return replacement === null ? command.amount : min(replacement, command.amount);
}

/** The amount is set, never added (fuel: the estimate, then what was taken); quoting an increment's own keys, that increment's. */
function adjusted(state: AccountState, command: RecordAuthorisationAdvice, known: TransactionState): Decision {
  const { block } = known;
  const increment = incrementOf(known, command.cardId, command.keys);
  if (increment?.reversed) return NOTHING;
  const untouched = command.currency !== state.currency || holdsNothing(known.kind) || holdsNothing(command.kind);
  const others = increment === undefined ? 0n : block.authorised - increment.amount;
  const transaction = untouched ? block : withAuthorised(block, others + command.amount);
  const released = block.remaining - transaction.remaining;
  const balances = balancesAfter(state, { held: -released });
  return decided({
    type: 'AuthorisationAdjusted',
    transaction,
    amount: transaction.authorised,
    incrementKeys: increment === undefined ? null : command.keys,
    exception: exceptionOf(state, command, { released, available: balances.available }),
    released,
    balances,
  });
}
