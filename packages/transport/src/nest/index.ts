export { Answers } from './answers.js';
export { clientOf } from './client-of.js';
export { ContractsModule, type ServiceContracts } from './contracts-module.js';
export * from './ports.js';
