export type { Plant } from './plant.js';
export { NOTHING_PLANTED, PLANTS } from './plants.js';
export { type Broken, type Simulated, type SimulateOptions, simulate, UnknownPlant } from './simulate.js';
