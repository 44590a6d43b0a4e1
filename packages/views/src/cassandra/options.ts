import cassandra from 'cassandra-driver';

const { consistencies } = cassandra.types;

export type Consistency = 'local_quorum' | 'quorum' | 'local_one' | 'one';

export interface CassandraOptions {
  /** `host:port`, or `host` alone for port 9042. All nodes listen on the first one's port. */
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  /** Of one service; created where it is absent. Snake case, up to 48 characters. */
  readonly keyspace: string;
  /** How many nodes have each row: in the local data centre, or by data centre. Only for creating the keyspace. */
  readonly replicationFactor: number | Readonly<Record<string, number>>;
  /** For views, read and written; `local_quorum` where it is not given. A single `one` may read what is older than the progress. */
  readonly consistency?: Consistency;
  /** Instead of `consistency`, for reads of views. */
  readonly readConsistency?: Consistency;
  /** Instead of `consistency`, for writes of views. */
  readonly writeConsistency?: Consistency;
  /**
   * Of conditional writes of records, which are always written and read by a quorum: `local_serial` (the default) where the service runs
   * in one data centre, `serial` where it writes its records in several.
   */
  readonly serialConsistency?: 'local_serial' | 'serial';
  readonly credentials?: { readonly username: string; readonly password: string };
  /** TLS, where it is given. `ca`, `cert` and `key` are PEM; without `ca`, the system's authorities count. */
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  };
  /** Told what an operator should know: outages, a schema that is not agreed upon, a switch of generations. */
  readonly report: (error: unknown) => void;
  /** Requests on their way at a time, from this connection; 256 where it is not given. */
  readonly requestsInFlight?: number;
  /** How long a write of views is tried again while Cassandra is away, before the bus is left to do so; 30 s where it is not given. */
  readonly writePatienceMs?: number;
  /** How long a read is tried again; 2 s where it is not given: somebody waits for it. */
  readonly readPatienceMs?: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
  /** From 0 to below 1, to spread retries. */
  readonly random?: () => number;
  /** Never the same twice, in any process: by it a writer knows its own writes again. A random UUID where it is not given. */
  readonly newId?: () => string;
}

export function consistencyOf(name: Consistency): number {
  switch (name) {
    case 'local_quorum':
      return consistencies.localQuorum;
    case 'quorum':
      return consistencies.quorum;
    case 'local_one':
      return consistencies.localOne;
    case 'one':
      return consistencies.one;
  }
}

const KEYSPACE = /^[a-z][a-z0-9_]{0,47}$/;

/** @throws TypeError where an option can't be meant so */
export function checkOptions({ keyspace, contactPoints, replicationFactor, localDataCenter }: CassandraOptions): void {
  if (!KEYSPACE.test(keyspace)) throw new TypeError(`"${keyspace}" is no name for a keyspace`);
  if (contactPoints.length === 0) throw new TypeError('a contact point of Cassandra is needed');
  for (const [dataCenter, factor] of Object.entries(replicasBy(replicationFactor, localDataCenter)))
    if (!Number.isSafeInteger(factor) || factor < 1 || !/^[\w-]+$/.test(dataCenter))
      throw new TypeError(`${factor} is no replication factor for data centre ${dataCenter}`);
}

/** Replicas by data centre. */
export function replicasBy(
  replicationFactor: CassandraOptions['replicationFactor'],
  localDataCenter: string,
): Readonly<Record<string, number>> {
  return typeof replicationFactor === 'number' ? { [localDataCenter]: replicationFactor } : replicationFactor;
}
