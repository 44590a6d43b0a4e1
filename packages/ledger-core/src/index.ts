export * from './account/answer.js';
export type * from './account/commands.js';
export { contentOf } from './account/content.js';
export { decide } from './account/decide.js';
export type { Decision } from './account/decision.js';
export * from './account/enquiry.js';
export {
  type AccountStreamEvent,
  COMMAND_KEYS_KEPT,
  type EventFacts,
  evolve,
  FOLD_VERSION,
  TRANSACTIONS_KEPT,
} from './account/evolve.js';
export { cardStateReason, cardUseReason } from './account/ladder.js';
export { occurrenceOf, type ScheduleTerms } from './account/schedules.js';
export {
  type AccountState,
  balancesOf,
  type CardState,
  initialState,
  type PotState,
  STAFF,
  spentOf,
  type TransactionState,
} from './account/state.js';
export * from './account/transaction-changes.js';
export * from './brands.js';
export * from './calendar.js';
export * from './chart.js';
export * from './declines.js';
export type * from './generated/events.js';
export * from './money.js';
export * from './posting.js';
export * from './rejections.js';
export * from './unknown-card.js';
