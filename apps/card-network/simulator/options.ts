// The arguments of a run.
import { parseArgs } from 'node:util';
import { addressOf } from '../address.js';
import type { Bank, ClearingWay, Wanted } from './network.js';
import { mixOf } from './plan.js';

/** What was asked for makes no sense. The message is one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  readonly wanted: Wanted;
  readonly bank: Bank;
  readonly json: boolean;
}

export const USAGE = `usage: --url URL --iso8583 HOST:PORT --staff-token TOKEN [--seed N] [--rate N] [--cards N] [--minutes N] [--links N] [--cuts SHARE] [--mix groceries=40,fuel=5] [--clearing files|lines] [--json]
`;

const MINUTE_MS = 60_000;
const SEEDS = 2 ** 31;

/** The staff's token may be in TALLYSTICK_STAFF_TOKEN, where other programs do not see it. @throws UsageError */
export function optionsOf(argv: readonly string[], environment: NodeJS.ProcessEnv, random: () => number): Options {
  const { values } = parsed(argv);
  const { url, iso8583, 'staff-token': staffToken = environment.TALLYSTICK_STAFF_TOKEN } = values;
  if (url === undefined || iso8583 === undefined || staffToken === undefined)
    throw new UsageError('--url, --iso8583 and --staff-token say where the bank is');
  return {
    wanted: {
      seed: values.seed === undefined ? Math.floor(random() * SEEDS) : whole('--seed', values.seed, 0, SEEDS),
      rate: whole('--rate', values.rate, 0, 100_000),
      cards: whole('--cards', values.cards, 1, 100_000),
      links: whole('--links', values.links, 1, 256),
      milliseconds: decimal('--minutes', values.minutes, 10_000) * MINUTE_MS,
      cuts: decimal('--cuts', values.cuts, 1),
      clearing: wayOf(values.clearing),
      mix: named('--mix', () => mixOf(values.mix)),
    },
    bank: { url: url.replace(/\/+$/, ''), iso8583: named('--iso8583', () => addressOf(iso8583)), staffToken },
    json: values.json,
  };
}

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        url: text,
        iso8583: text,
        'staff-token': text,
        seed: text,
        mix: text,
        rate: { ...text, default: '0' },
        cards: { ...text, default: '1000' },
        links: { ...text, default: '4' },
        minutes: { ...text, default: '1' },
        cuts: { ...text, default: '0' },
        clearing: { ...text, default: 'files' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wayOf(text: string): ClearingWay {
  if (text !== 'files' && text !== 'lines') throw new UsageError('--clearing is files or lines');
  return text;
}

function whole(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(`${option} is a whole number from ${least} to ${most}`);
  return value;
}

function decimal(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > most) throw new UsageError(`${option} is a number from 0 to ${most}`);
  return value;
}

function named<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${option}: ${error.message}`);
  }
}
