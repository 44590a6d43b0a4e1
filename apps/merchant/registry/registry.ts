// All merchants that we know from the start, and under which version.
import { type Rule, rulesOf } from '../rules.js';
import { eatingOut } from './eating-out.js';
import { groceries } from './groceries.js';
import { leisure } from './leisure.js';
import { nobodies, services } from './services.js';
import { shopping } from './shopping.js';
import { transport } from './transport.js';

/** Raised with every change of a rule, a brand or the normalisation. */
export const CATALOGUE_VERSION = '2026.1';

export const registryRules: readonly Rule[] = [
  ...[...groceries, ...transport, ...eatingOut, ...shopping, ...services, ...leisure].flatMap(rulesOf),
  ...nobodies,
];
