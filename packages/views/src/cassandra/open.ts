import { Catalogue } from './catalogue.js';
import { CassandraConnection } from './connection.js';
import { CassandraGenerations } from './generations.js';
import type { CassandraOptions } from './options.js';
import { CassandraRecords } from './records.js';
import { CassandraViews } from './views.js';

/** One keyspace of Cassandra, on one driver client. */
export interface Cassandra {
  /** Of the live generation. */
  readonly views: CassandraViews;
  readonly records: CassandraRecords;
  readonly generations: CassandraGenerations;
  /** Creates the keyspace and what records need, ahead of the first write; repeating it changes nothing. */
  prepare(): Promise<void>;
  /** Ends after the writes of records that wait. */
  close(): Promise<void>;
}

/**
 * Connects. Nothing is created yet: the keyspace is made by what writes first. A server that goes away later is reconnected to.
 * @throws CassandraUnavailable where no contact point answers, CassandraCredentialsRefused, each one sentence; TypeError for options
 */
export async function openCassandra(options: CassandraOptions): Promise<Cassandra> {
  const connection = await CassandraConnection.open(options);
  const catalogue = new Catalogue(connection, options);
  const views = new CassandraViews(catalogue);
  const records = new CassandraRecords(catalogue);
  const close = async () => {
    await Promise.all([views.close(), records.close()]);
    await connection.close();
  };
  return {
    views,
    records,
    generations: new CassandraGenerations(catalogue),
    prepare: () => catalogue.prepare(),
    close,
  };
}
