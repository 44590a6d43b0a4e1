export * from './first-time.js';
export type * from './freshness.js';
export * from './port.js';
export * from './projection.js';
export * from './projector.js';
