export { type InProcessOptions, inProcessTransport } from './in-process-transport.js';
