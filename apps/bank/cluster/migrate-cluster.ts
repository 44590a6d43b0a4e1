// Makes a cluster's topics, keyspaces, tables and secrets.
import { clusterConfiguration } from '@tallystick/cluster/clients';
import { type Migrated, migrateServers } from '@tallystick/cluster/migrate';
import { fillFromJournal } from '@tallystick/cluster/rebuild';
import { CUSTOMER_SECRET, STAFF_SECRET } from '@tallystick/transport/service';
import { CARD_TOKEN_SECRET } from '../../card-processing/card-processing.module.js';
import { report } from '../open-books.js';
import { serviceProjections } from '../projections.js';

/** Services that keep records and no views. */
const RECORD_KEEPERS = [
  'api',
  'auth',
  'card-api',
  'card-processing',
  'edge-proxy',
  'transaction-enrichment',
  'webhook',
];

/** Waits for servers that are away. @throws ConfigurationError, or the signal's reason where it is aborted */
export function migrateCluster(configFile: string, signal: AbortSignal): Promise<Migrated> {
  const configuration = clusterConfiguration({ file: configFile, environment: process.env });
  return migrateServers(configuration, {
    projections: serviceProjections,
    recordKeepers: RECORD_KEEPERS,
    secretNames: [CARD_TOKEN_SECRET, STAFF_SECRET, CUSTOMER_SECRET],
    fill: async (journal, service, projection, views) => {
      await fillFromJournal(configuration, [{ service, projection, views }], { journal, signal });
    },
    signal,
    report,
  });
}
