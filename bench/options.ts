// What `npm run bench` may be told.
import { parseArgs } from 'node:util';

export const SECTIONS = [
  'spread',
  'hot',
  'batch',
  'transfers',
  'visible',
  'feed',
  'append',
  'history',
  'import',
  'replay',
] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface Options {
  readonly only: readonly SectionName[];
  /** Of one row. */
  readonly seconds: number;
  /** True where PostgreSQL must be there; undefined where it is run if it is. */
  readonly postgres: boolean | undefined;
  /** Where the bank's CPU profiles go. */
  readonly profileFolder: string | undefined;
}

export const USAGE = `usage: npm run bench -- [--only NAME,…] [--seconds N] [--vs postgres|nothing] [--profile FOLDER]
  --only      of: ${SECTIONS.join(', ')}
  --seconds   how long each row is loaded (8)
  --vs        postgres: stop where PostgreSQL is not installed; nothing: leave it out
  --profile   write a CPU profile of every bank into this folder`;

export class BadUsage extends Error {
  override readonly name = 'BadUsage';
}

/** @throws BadUsage */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  const only = values.only === undefined ? SECTIONS : values.only.split(',').map(sectionOf);
  const seconds = Number(values.seconds ?? '8');
  if (!Number.isInteger(seconds) || seconds < 1) throw new BadUsage('--seconds: a whole number above zero');
  const { vs } = values;
  if (vs !== undefined && vs !== 'postgres' && vs !== 'nothing') throw new BadUsage('--vs: postgres or nothing');
  return { only, seconds, postgres: vs === undefined ? undefined : vs === 'postgres', profileFolder: values.profile };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        seconds: { type: 'string' },
        vs: { type: 'string' },
        profile: { type: 'string' },
      },
    });
  } catch (error) {
    throw new BadUsage(error instanceof Error ? error.message : String(error));
  }
}

function sectionOf(name: string): SectionName {
  const found = SECTIONS.find((section) => section === name);
  if (found === undefined) throw new BadUsage(`--only: ${name} is none of ${SECTIONS.join(', ')}`);
  return found;
}
