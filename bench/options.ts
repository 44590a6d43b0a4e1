// What `npm run bench` may be told.
import { parseArgs } from 'node:util';

export const SECTIONS = [
  'spread',
  'hot',
  'batch',
  'iso8583',
  'codec',
  'transfers',
  'visible',
  'feed',
  'customers',
  'append',
  'history',
  'import',
  'replay',
] as const;
export type SectionName = (typeof SECTIONS)[number];

/** Of the bank as separate processes, in an order in which each leaves the next ones enough to work on. */
export const CLUSTER_SECTIONS = ['gateway', 'layouts', 'sustained', 'visible', 'relay', 'rows', 'balance'] as const;
export type ClusterSectionName = (typeof CLUSTER_SECTIONS)[number];

export interface Options {
  /** The embedded bank's; none where the cluster's are asked for, and the other way round. */
  readonly only: readonly SectionName[];
  readonly cluster: readonly ClusterSectionName[];
  /** Of one row. */
  readonly seconds: number;
  /** True where PostgreSQL must be there; undefined where it is run if it is. */
  readonly postgres: boolean | undefined;
  /** Where the bank's CPU profiles go. */
  readonly profileFolder: string | undefined;
}

export const USAGE = `usage: npm run bench -- [--cluster] [--only NAME,…] [--seconds N] [--vs postgres|nothing] [--profile FOLDER]
  --cluster   the bank as separate processes, on real Kafka and Cassandra (Java 17)
  --only      of: ${SECTIONS.join(', ')}
              with --cluster of: ${CLUSTER_SECTIONS.join(', ')}
  --seconds   how long each row is loaded (8)
  --vs        postgres: stop where PostgreSQL is not installed; nothing: leave it out
  --profile   write a CPU profile of every bank, or of card-processing and ledger, into this folder`;

export class BadUsage extends Error {
  override readonly name = 'BadUsage';
}

/** @throws BadUsage */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  const [only, cluster] = values.cluster
    ? [[], chosen(values.only, CLUSTER_SECTIONS)]
    : [chosen(values.only, SECTIONS), []];
  const seconds = Number(values.seconds ?? '8');
  if (!Number.isInteger(seconds) || seconds < 1) throw new BadUsage('--seconds: a whole number above zero');
  const { vs } = values;
  if (vs !== undefined && vs !== 'postgres' && vs !== 'nothing') throw new BadUsage('--vs: postgres or nothing');
  const postgres = vs === undefined ? undefined : vs === 'postgres';
  return { only, cluster, seconds, postgres, profileFolder: values.profile };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        cluster: { type: 'boolean', default: false },
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

function chosen<Name extends string>(only: string | undefined, all: readonly Name[]): readonly Name[] {
  if (only === undefined) return all;
  return only.split(',').map((name) => {
    const found = all.find((section) => section === name);
    if (found === undefined) throw new BadUsage(`--only: ${name} is none of ${all.join(', ')}`);
    return found;
  });
}
