// What `--json` prints.
import { AMOUNT_MAX } from '@tallystick/ledger-core';
import { CouldNotRun } from './failures.js';

/**
 * JSON with amounts as integers of minor units.
 * @throws CouldNotRun for one beyond 2^53-1: readers of JSON would round it
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, exactly, 2);
}

function exactly(name: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  if (value > AMOUNT_MAX || value < -AMOUNT_MAX) {
    throw new CouldNotRun(`${name} is ${value}, beyond what a JSON number holds exactly (2^53-1): leave --json out`);
  }
  return Number(value);
}
