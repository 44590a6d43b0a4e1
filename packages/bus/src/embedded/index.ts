export { EmbeddedBus, type EmbeddedBusOptions, type Failure, type Tailed } from './embedded-bus.js';
