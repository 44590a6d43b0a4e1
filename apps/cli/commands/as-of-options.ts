import type { Micros } from '@tallystick/ledger-core';
import { type Command, Option } from 'commander';
import { lastIncluded, type TimeArgument, timeArgument } from '../time-arguments.js';

export interface AsOfOptions {
  readonly at?: TimeArgument;
  readonly knownAt?: TimeArgument;
}

/** Both time axes, as every command has them that looks back. */
export function asOfOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--at <time>',
        'count what is effective by then: a date (the whole day) or an RFC 3339 time',
      ).argParser(timeArgument),
    )
    .addOption(new Option('--known-at <time>', 'count what was recorded by then').argParser(timeArgument));
}

/** Inclusive, microseconds; null for everything. */
export function asOf(
  options: AsOfOptions,
  timeZone: string,
): { readonly at: Micros | null; readonly knownAt: Micros | null } {
  return { at: lastIncluded(options.at, timeZone), knownAt: lastIncluded(options.knownAt, timeZone) };
}
