// Where things lie: this file runs as dist/bench/places.js.
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..', '..');
export const BENCH = join(ROOT, 'bench');
export const CLI = join(ROOT, 'dist', 'apps', 'cli', 'main.js');
export const RESULTS = join(BENCH, 'results.json');
export const REAL_CARDS = resolve(ROOT, '..', 'shared', 'data', 'cards', 'uk-purchase-cards-2014-2016.csv.gz');
