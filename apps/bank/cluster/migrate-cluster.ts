// Makes a cluster's topics, keyspaces and tables.
import { type MigratedCluster, migrateServers } from '@tallystick/cluster/migrate';
import { clusterConfiguration } from '@tallystick/cluster/clients';
import { report } from '../open-books.js';
import { serviceProjections } from '../projections.js';

/** Keyspaces of services that keep records and no views. */
const RECORD_KEEPERS = ['cards', 'payments', 'transaction-enrichment'];

/** Waits for servers that are away. @throws ConfigurationError, or the signal's reason where it is aborted */
export function migrateCluster(configFile: string, signal: AbortSignal): Promise<MigratedCluster> {
  const configuration = clusterConfiguration({ file: configFile, environment: process.env });
  const tables = Object.fromEntries(
    Object.entries(serviceProjections).map(([service, projection]) => [service, projection.tables]),
  );
  for (const service of RECORD_KEEPERS) tables[service] = [];
  return migrateServers(configuration, { tables, signal, report });
}
