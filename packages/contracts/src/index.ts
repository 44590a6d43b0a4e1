export * from './accounts.js';
export * from './auth.js';
export * from './balance.js';
export * from './book-date.js';
export type { CallContext } from './call-context.js';
export * from './card-numbers.js';
export * from './card-processing.js';
export * from './cards.js';
export { codecOf, compileMessage, type MessageCodec, type MethodCodec } from './codec/compile.js';
export { ContractViolation } from './codec/contract-violation.js';
export { type JsonSchema, jsonSchemaOf } from './codec/json-schema.js';
export {
  type ClientOf,
  type Contract,
  defineContract,
  type HandlersOf,
  type Method,
  method,
  type RequestOf,
  type ResponseOf,
} from './contract.js';
export * from './feed.js';
export * from './feed-generator.js';
export * from './feed-tables.js';
export * from './finance.js';
export * from './idempotency-key.js';
export * from './ledger.js';
export * from './ledger-commands.js';
export * from './merchant.js';
export * from './payments.js';
export type { Plain } from './plain.js';
export * from './position-token.js';
export * from './relay.js';
export * from './transactions.js';
export * from './view-progress.js';
export * from './webhook.js';
