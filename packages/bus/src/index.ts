export * from './port.js';
export * from './requests.js';
export * from './writer.js';
