// What the services behind the customer API have in common: the door that a customer's program comes through, the refusals, and how
// accounts, transactions and merchants are shown.
export * from './account-details.js';
export * from './account-shown.js';
export * from './amounts.js';
export * from './customer-door.js';
export * from './developers-page.js';
export * from './instants.js';
export * from './merchant-shown.js';
export * from './owned-accounts.js';
export * from './rate-limit.js';
export * from './refusals.js';
export * from './remembered.js';
export * from './transaction-shown.js';
export * from './written-shown.js';
