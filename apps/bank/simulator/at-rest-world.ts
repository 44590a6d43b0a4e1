// What the checks at rest are given.
import type { CallContext } from '@tallystick/contracts';
import type { Stores } from './bank-processes.js';
import type { Invariants } from './model/invariants.js';
import type { NaiveBank } from './model/naive-bank.js';
import type { Plant } from './plant.js';
import type { Random } from './random.js';

export interface AtRest {
  readonly stores: Stores;
  readonly bank: NaiveBank;
  readonly invariants: Invariants;
  readonly plant: Plant;
  readonly draw: Random;
  readonly context: CallContext;
}
