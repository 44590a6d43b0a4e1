// The tables that a keyspace has beside the declared ones.
import { createHash } from 'node:crypto';
import type { CassandraConnection } from './connection.js';
import { isThereAlready } from './errors.js';
import { type CassandraOptions, replicasBy } from './options.js';
import { inKeyspace, quoted } from './statements.js';

/** Columns and keys of each. */
const TABLES = {
  /** Fingerprints of the tables of each generation. */
  definitions: 'generation int, name text, definition text, PRIMARY KEY (generation, name)',
  /** `live` and `highest`. Written by conditional writes only. */
  generations: 'name text PRIMARY KEY, generation int',
  /** Who may change the schema. Written by conditional writes only. */
  schema_lock: 'name text PRIMARY KEY, owner text',
  /** How far each consumer has come; written at its own position, so that it never goes back. */
  progress:
    'generation int, consumer text, partition int, position bigint, PRIMARY KEY (generation, consumer, partition)',
  /** Written by conditional writes only. `recent` are the ids of the last writes; a removed record has no version. */
  records:
    'collection text, key text, version bigint, value blob, recent frozen<list<text>>, PRIMARY KEY ((collection, key))',
  /** Which keys a collection may have: some may be gone from `records`. */
  record_keys: 'collection text, bucket int, key text, added boolean, PRIMARY KEY ((collection, bucket), key)',
} as const;

export type OwnTable = keyof typeof TABLES;

export function ownTable(keyspace: string, table: OwnTable): string {
  return inKeyspace(keyspace, table);
}

/** Creates the keyspace and our own tables where they are missing; safe when several do so at a time. */
export async function createKeyspace(connection: CassandraConnection, options: CassandraOptions): Promise<void> {
  const { keyspace } = connection;
  const [replication, tables] = await Promise.all([
    connection.readOne('SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?', [keyspace]),
    connection.read('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [keyspace], 5_000),
  ]);
  if (replication === undefined) await connection.define(createKeyspaceCql(options));
  const there = new Set(tables.rows.map((row) => row.table_name));
  for (const [table, columns] of Object.entries(TABLES))
    if (!there.has(table)) await createOwnTable(connection, table, columns);
}

/**
 * Two nodes that are asked at once to create one table would each give it an id of its own, and the two never become one again. A lock
 * needs a table first, so these have an id that follows from their names.
 */
async function createOwnTable(connection: CassandraConnection, table: string, columns: string): Promise<void> {
  const { keyspace } = connection;
  const id = `id = ${tableId(keyspace, table)}`;
  try {
    await connection.define(`CREATE TABLE IF NOT EXISTS ${inKeyspace(keyspace, table)} (${columns}) WITH ${id}`);
  } catch (error) {
    if (!isThereAlready(error)) throw error;
  }
}

function createKeyspaceCql({ keyspace, replicationFactor, localDataCenter }: CassandraOptions): string {
  const replicas = Object.entries(replicasBy(replicationFactor, localDataCenter));
  const byDataCentre = replicas.map(([dataCentre, factor]) => `'${dataCentre}': ${factor}`).join(', ');
  return `CREATE KEYSPACE IF NOT EXISTS ${quoted(keyspace)} WITH replication = {'class': 'NetworkTopologyStrategy', ${byDataCentre}}`;
}

function tableId(keyspace: string, table: string): string {
  const bytes = createHash('sha256').update(`tallystick ${keyspace}.${table}`).digest();
  // Version and variant of a UUID that follows from a name (RFC 9562, version 8).
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
