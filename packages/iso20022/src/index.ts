export * from './codec.js';
export * from './iso20022-error.js';
export {
  type CreditTransfer,
  type CreditTransferTransaction,
  type Message,
  type MessageOf,
  type Messages,
  messages,
  type PaymentReturn,
  type ReturnedTransaction,
  type StatusReport,
  type TransactionStatus,
} from './messages.js';
export type { Amount, ExponentOf, ValueOf } from './types.js';
export { DEPTH_MAX, MESSAGE_BYTES_MAX } from './xml.js';
