// The books of a bank that runs as separate processes, for the command line.
import { openTopicJournal } from '@tallystick/cluster/clients';
import type { ClientOf, financeContract } from '@tallystick/contracts';
import type { ViewReader } from '@tallystick/views';
import { Finance } from '../../finance/finance.js';
import { type OpenedBooks, report } from '../open-books.js';
import { type ClusterBank, openClusterBank } from './cluster-bank.js';
import { rebuildCluster } from './cluster-rebuild.js';

/** Views are up to the journal's head when it resolves. @throws ConfigurationError, CallFailed */
export async function openClusterBooks(configFile: string, signal: AbortSignal): Promise<OpenedBooks> {
  const bank = openClusterBank(configFile, report);
  try {
    await bank.viewsCaughtUp(signal);
  } catch (error) {
    await bank.close();
    throw error;
  }
  const { clients, configuration } = bank;
  return {
    clients,
    timeZone: configuration.bookZone,
    rebuildViews: (onProgress, stop) => rebuildCluster(bank, onProgress, stop),
    withKafka: (use) => withKafka(bank, use, signal),
    close: () => bank.close(),
  };
}

/** Kafka knows no views. */
const NO_VIEWS: Pick<ViewReader, 'scan'> = {
  scan() {
    throw new Error('books from Kafka have no views');
  },
};

async function withKafka(
  { configuration, clients, context }: ClusterBank,
  use: (finance: ClientOf<typeof financeContract>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { head } = await clients.ledger.journal({}, { ...context(), signal });
  const journal = await openTopicJournal(configuration, head, signal);
  try {
    await use(new Finance({ journal, views: NO_VIEWS, timeZone: configuration.bookZone }));
  } finally {
    await journal.close();
  }
}
