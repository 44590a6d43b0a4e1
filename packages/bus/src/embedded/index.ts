export { EmbeddedBus, type EmbeddedBusOptions, type TailSource } from './embedded-bus.js';
