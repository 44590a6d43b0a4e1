// One driver client of one keyspace: requests with their consistency, tried again while that is safe and may help.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import cassandra, { type Client } from 'cassandra-driver';
import { repairDriver } from './driver-repairs.js';
import {
  CassandraCredentialsRefused,
  CassandraUnavailable,
  isUnreachable,
  mayPass,
  reasonOf,
  refusesCredentials,
} from './errors.js';
import { InFlight } from './in-flight.js';
import { type CassandraOptions, checkOptions, consistencyOf } from './options.js';

const { consistencies } = cassandra.types;

const REQUESTS_IN_FLIGHT = 256;
const WRITE_PATIENCE_MS = 30_000;
const READ_PATIENCE_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Above the 10 s after which a coordinator gives up a range read: its answer says more than our own time-out. */
const REQUEST_TIMEOUT_MS = 12_000;
const FIRST_RECONNECTION_MS = 200;
const LAST_RECONNECTION_MS = 2_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** A cell as the driver takes and gives it. */
export type Cell = unknown;
export type StoredRow = Readonly<Record<string, Cell>>;

export interface Statement {
  readonly query: string;
  readonly params: Cell[];
}

export interface Page {
  readonly rows: readonly StoredRow[];
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

/** Who reads or writes: views by their configured consistency, records always by a quorum, and serially where writes may be under way. */
export type ReadClass = 'views' | 'records' | 'records-serially';

export class CassandraConnection {
  readonly keyspace: string;
  readonly report: (error: unknown) => void;
  readonly now: () => number;
  readonly newId: () => string;
  readonly #client: Client;
  readonly #options: CassandraOptions;
  readonly #inFlight: InFlight;
  readonly #consistency: Readonly<Record<ReadClass | 'writes' | 'serial', number>>;
  #isAway = false;

  private constructor(client: Client, options: CassandraOptions) {
    const { consistency = 'local_quorum', serialConsistency = 'local_serial' } = options;
    const { readConsistency = consistency, writeConsistency = consistency, now = () => performance.now() } = options;
    const isLocal = serialConsistency === 'local_serial';
    this.keyspace = options.keyspace;
    this.report = options.report;
    this.now = now;
    this.newId = options.newId ?? randomUUID;
    this.#client = client;
    this.#options = options;
    this.#inFlight = new InFlight(options.requestsInFlight ?? REQUESTS_IN_FLIGHT);
    this.#consistency = {
      views: consistencyOf(readConsistency),
      writes: consistencyOf(writeConsistency),
      records: isLocal ? consistencies.localQuorum : consistencies.quorum,
      'records-serially': isLocal ? consistencies.localSerial : consistencies.serial,
      serial: isLocal ? consistencies.localSerial : consistencies.serial,
    };
  }

  /** @throws CassandraUnavailable or CassandraCredentialsRefused, each one sentence */
  static async open(options: CassandraOptions): Promise<CassandraConnection> {
    checkOptions(options);
    const client = new cassandra.Client({
      contactPoints: [...options.contactPoints],
      localDataCenter: options.localDataCenter,
      ...(options.credentials === undefined ? {} : { credentials: { ...options.credentials } }),
      ...(options.tls === undefined ? {} : { sslOptions: { rejectUnauthorized: true, ...options.tls } }),
      encoding: { useBigIntAsLong: true },
      queryOptions: { prepare: true, isIdempotent: true, autoPage: false, consistency: consistencies.localQuorum },
      // Other nodes are found by their address alone: they all listen on the port of the first contact point.
      protocolOptions: { port: portOf(options.contactPoints[0] ?? '') },
      // The driver's own waits up to ten minutes, and its timers keep a process alive that has closed the client.
      policies: {
        reconnection: new cassandra.policies.reconnection.ExponentialReconnectionPolicy(
          FIRST_RECONNECTION_MS,
          LAST_RECONNECTION_MS,
        ),
      },
      socketOptions: { connectTimeout: CONNECT_TIMEOUT_MS, readTimeout: REQUEST_TIMEOUT_MS },
    });
    repairDriver(client);
    try {
      await client.connect();
    } catch (error) {
      await client.shutdown();
      throw sentenceOf(error, options);
    }
    return new CassandraConnection(client, options);
  }

  /** One page of a query, of at most so many rows. */
  read(query: string, params: Cell[], fetchSize: number, from?: string, as: ReadClass = 'views'): Promise<Page> {
    const consistency = this.#consistency[as];
    // What is read serially tells a writer what became of its write: it is waited for as the write is.
    const { readPatienceMs = READ_PATIENCE_MS, writePatienceMs = WRITE_PATIENCE_MS } = this.#options;
    return this.#persist('read', as === 'records-serially' ? writePatienceMs : readPatienceMs, async () => {
      const pageState = from === undefined ? {} : { pageState: from };
      const result = await this.#client.execute(query, params, { prepare: true, consistency, fetchSize, ...pageState });
      // A page state may come with the last page, too; it then leads to an empty one.
      return { rows: result.rows, next: result.pageState ?? undefined };
    });
  }

  /** The first row of a query that has one at most. */
  async readOne(query: string, params: Cell[], as?: ReadClass): Promise<StoredRow | undefined> {
    const { rows } = await this.read(query, params, 1, undefined, as);
    return rows[0];
  }

  /** Writes that may be repeated, of one partition, together: all of them or none, unless it throws. */
  write(statements: readonly Statement[], as: 'writes' | 'records' = 'writes'): Promise<void> {
    const options = { prepare: true, logged: false, isIdempotent: true, consistency: this.#consistency[as] };
    const [only] = statements;
    const patience = this.#options.writePatienceMs ?? WRITE_PATIENCE_MS;
    return this.#persist('written', patience, async () => {
      if (statements.length === 1 && only !== undefined) await this.#client.execute(only.query, only.params, options);
      else await this.#client.batch(statements as Statement[], options);
    });
  }

  /**
   * A conditional write, tried once: its outcome is unknown where it throws an error of which mayBeApplied says so. Resolves to whether
   * the condition held.
   */
  async writeIf({ query, params }: Statement): Promise<boolean> {
    const serialConsistency = this.#consistency.serial;
    const consistency = this.#consistency.records;
    const options = { prepare: true, isIdempotent: false, consistency, serialConsistency };
    const result = await this.#inFlight.run(() => this.#client.execute(query, params, options));
    return result.wasApplied();
  }

  /** Changes the schema and waits until all nodes have it. Repeating it must do no harm. */
  async define(query: string): Promise<void> {
    const patience = this.#options.writePatienceMs ?? WRITE_PATIENCE_MS;
    const result = await this.#persist('written', patience, () =>
      this.#client.execute(query, [], { prepare: false, isIdempotent: true }),
    );
    // Missing from the driver's types.
    if (Reflect.get(result.info, 'isSchemaInAgreement') === false)
      this.report(new Error(`not all nodes of Cassandra have agreed on a change of keyspace ${this.keyspace} yet`));
  }

  /** Resolves after a pause that grows with the attempts, spread so that many who wait do not come back at once. */
  async pauseBefore(attempt: number): Promise<void> {
    const { random = Math.random } = this.#options;
    await setTimeout(Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + random() / 2));
  }

  async close(): Promise<void> {
    await this.#client.shutdown();
  }

  async #persist<Result>(
    done: 'read' | 'written',
    patienceMs: number,
    request: () => Promise<Result>,
  ): Promise<Result> {
    const since = this.now();
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await this.#inFlight.run(request);
        this.#isAway = false;
        return result;
      } catch (error) {
        if (refusesCredentials(error)) throw sentenceOf(error, this.#options);
        if (!mayPass(error)) throw error;
        const unavailable = (how: string) =>
          new CassandraUnavailable(`keyspace ${this.keyspace} in Cassandra ${how} (${reasonOf(error)})`, {
            cause: error,
          });
        if (this.now() - since >= patienceMs) throw unavailable(`could not be ${done} for ${patienceMs} ms`);
        if (!this.#isAway && attempt > 0) {
          this.#isAway = true;
          this.report(unavailable(`can't be ${done} just now; trying again`));
        }
      }
      await this.pauseBefore(attempt);
    }
  }
}

function sentenceOf(error: unknown, { contactPoints, credentials }: CassandraOptions): unknown {
  const where = contactPoints.join(', ');
  if (refusesCredentials(error)) {
    const refusal =
      credentials === undefined
        ? 'asks for a name and password'
        : `refuses user ${credentials.username} with this password`;
    return new CassandraCredentialsRefused(`Cassandra at ${where} ${refusal}`, { cause: error });
  }
  if (mayPass(error) || isUnreachable(error))
    return new CassandraUnavailable(`Cassandra does not answer at ${where} (${reasonOf(error)})`, { cause: error });
  return error;
}

const DEFAULT_PORT = 9_042;

function portOf(contactPoint: string): number {
  const [, port] = /:(\d+)$/.exec(contactPoint) ?? [];
  return port === undefined ? DEFAULT_PORT : Number(port);
}
