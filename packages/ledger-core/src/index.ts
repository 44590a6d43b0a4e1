export * from './brands.js';
export type * from './generated/events.js';
