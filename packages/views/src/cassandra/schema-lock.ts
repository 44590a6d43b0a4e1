// One process at a time changes the tables of a keyspace.
import type { CassandraConnection } from './connection.js';
import { CassandraUnavailable, mayBeApplied, mayPass } from './errors.js';
import { ownTable } from './own-tables.js';

/** A holder that dies is waited for as long; one that lives says so before each change. */
const HELD_S = 90;
const WAITED_MS = 120_000;
const NAME = 'schema';

/** @param stillOurs to be called before each change: throws where the lock was lost, by a pause of minutes */
export async function underSchemaLock<Result>(
  connection: CassandraConnection,
  work: (stillOurs: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const lock = new SchemaLock(connection);
  await lock.take();
  try {
    return await work(() => lock.renew());
  } finally {
    await lock.give();
  }
}

class SchemaLock {
  readonly #me: string;
  readonly #table: string;

  constructor(private readonly connection: CassandraConnection) {
    this.#me = connection.newId();
    this.#table = ownTable(connection.keyspace, 'schema_lock');
  }

  async take(): Promise<void> {
    const until = this.connection.now() + WAITED_MS;
    for (let attempt = 0; ; attempt++) {
      if (await this.#becomes(this.#me, null)) return;
      if (this.connection.now() > until)
        throw new CassandraUnavailable(
          `another process keeps changing the tables of keyspace ${this.connection.keyspace}`,
        );
      await this.connection.pauseBefore(attempt);
    }
  }

  async renew(): Promise<void> {
    if (!(await this.#becomes(this.#me, this.#me)))
      throw new CassandraUnavailable(
        `the tables of keyspace ${this.connection.keyspace} are being changed by another process`,
      );
  }

  async give(): Promise<void> {
    // Where this fails the lock ends by itself, and what was done under it stands.
    await this.#becomes(null, this.#me).catch((error) => this.connection.report(error));
  }

  /** Whether the lock has this owner in the end. */
  async #becomes(owner: string | null, from: string | null): Promise<boolean> {
    const query = `UPDATE ${this.#table} USING TTL ${HELD_S} SET owner = ? WHERE name = ? IF owner = ?`;
    try {
      if (await this.connection.writeIf({ query, params: [owner, NAME, from] })) return true;
    } catch (error) {
      if (!mayBeApplied(error) && !mayPass(error)) throw error;
    }
    const select = `SELECT owner FROM ${this.#table} WHERE name = ?`;
    const row = await this.connection.readOne(select, [NAME], 'records-serially');
    return (row?.owner ?? null) === owner;
  }
}
