export type { Resolve, ServiceAddresses } from './addresses.js';
export { type HttpTransport, type HttpTransportOptions, httpTransport } from './http-transport.js';
export { type CallSettings, defaultCallSettings } from './settings.js';
