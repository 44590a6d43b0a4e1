// What a state lets go of, so that it doesn't grow with the account's age. Maps iterate in order of insertion and recordedAt
// never goes backwards, so the oldest come first; a few are looked at per event, so that no event pays for a long silence.
import type { Micros } from '../brands.js';
import { type AccountState, isOpenDispute, keyString, type TransactionState } from './state.js';

const DAY: Micros = 86_400_000_000n;
/** Idempotency keys live this long by recordedAt. */
export const COMMAND_KEYS_KEPT: Micros = 30n * DAY;
/** The dispute horizon: closed transactions and their scheme keys live this long by recordedAt. */
export const TRANSACTIONS_KEPT: Micros = 540n * DAY;

const LOOKED_AT_PER_EVENT = 8;

interface Dated {
  readonly recordedAt: Micros;
}

/** Takes out what was recorded before `horizon`; what must stay goes to the back of the queue. */
function forget<K, V extends Dated>(
  map: Map<K, V>,
  horizon: Micros,
  mustStay?: (value: V) => boolean,
  gone?: (value: V) => void,
): void {
  let looked = 0;
  for (const [key, value] of map) {
    if (value.recordedAt >= horizon || ++looked > LOOKED_AT_PER_EVENT) return;
    map.delete(key);
    if (mustStay?.(value)) map.set(key, value);
    else gone?.(value);
  }
}

export function forgetCommands(commands: Map<string, Dated>, now: Micros): void {
  forget(commands, now - COMMAND_KEYS_KEPT);
}

/** Whether an idempotency key has passed its time though nothing has taken it out yet. */
export function isForgotten(record: Dated, now: Micros): boolean {
  return record.recordedAt + COMMAND_KEYS_KEPT < now;
}

/** Lets go of what is closed and past the dispute horizon: transactions, their keys, presentments, transfers and refusals of them, schedules. */
export function forgetClosed(state: AccountState, now: Micros): void {
  const horizon = now - TRANSACTIONS_KEPT;
  forget(
    state.transactions,
    horizon,
    (transaction) => transaction.block.remaining > 0n,
    (transaction) => forgetKeys(state, transaction),
  );
  forget(state.presentments, horizon);
  forget(state.waitingReversals, horizon);
  forget(state.disputes, horizon, ({ dispute }) => isOpenDispute(dispute));
  forget(state.transfers, horizon, (transfer) => transfer.status === 'SENT');
  forget(state.refusedTransfers, horizon);
  forget(state.payments, horizon, (payment) => payment.status === 'SENT');
  forget(state.schedules, horizon, ({ schedule }) => schedule.status === 'ACTIVE');
}

function forgetKeys(state: AccountState, transaction: TransactionState): void {
  const { cardId, keys } = transaction.block;
  if (keys !== null) state.byKeys.delete(keyString(cardId, keys));
  for (const key of transaction.increments?.keys() ?? []) state.byKeys.delete(key);
}
