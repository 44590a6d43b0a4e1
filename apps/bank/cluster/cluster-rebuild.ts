// Fills a new generation of every service's views from the journal, beside the live ones.
import { openJournal, openKeyspace } from '@tallystick/cluster/clients';
import { busPartitions, fillFromJournal } from '@tallystick/cluster/rebuild';
import type { ViewReader } from '@tallystick/views';
import { compareTable, type Difference } from '@tallystick/views/compare';
import { report } from '../open-books.js';
import { serviceProjections } from '../projections.js';
import type { Rebuilt } from '../rebuild.js';
import type { ClusterBank } from './cluster-bank.js';

type OnProgress = (progress: { readonly done: number; readonly total: number }) => void;

/** The live views go on meanwhile: how often both are brought to one position and compared, before what differs is believed. */
const COMPARISONS = 5;

/** @throws the signal's reason where it is aborted */
export async function rebuildCluster(
  { configuration }: ClusterBank,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Rebuilt> {
  const partitions = busPartitions(configuration);
  const journal = await openJournal(configuration, report);
  const opened = await Promise.all(
    Object.entries(serviceProjections).map(async ([service, projection]) => {
      const keyspace = await openKeyspace(configuration, service, report);
      const generation = await keyspace.generations.createNext();
      return { service, projection, keyspace, generation, views: keyspace.generations.views(generation) };
    }),
  );
  const fill = async (told: OnProgress) => {
    const filled = await Promise.all(
      opened.map(async ({ service, projection, keyspace, views }) => {
        const until = await progressOf(keyspace.views, service, partitions);
        return { service, projection, views, until };
      }),
    );
    return fillFromJournal(configuration, filled, { journal, signal, onProgress: told });
  };
  const isAsLive = async () => {
    for (const { service, keyspace, views } of opened) {
      const [live, fresh] = await Promise.all([
        progressOf(keyspace.views, service, partitions),
        progressOf(views, service, partitions),
      ]);
      for (const [partition, position] of live) if (fresh.get(partition) !== position) return false;
    }
    return true;
  };
  let isLive = false;
  const events = await fill(onProgress);
  return {
    generation: Math.max(...opened.map(({ generation }) => generation)),
    events,
    tables: opened.reduce((sum, { projection }) => sum + projection.tables.length, 0),
    async *differences() {
      for (let attempt = 1; ; attempt++) {
        const found: Difference[] = [];
        for (const { projection, keyspace, views } of opened)
          for (const table of projection.tables)
            for await (const difference of compareTable(table, keyspace.views, views)) found.push(difference);
        if (found.length === 0 || attempt === COMPARISONS || (await isAsLive())) {
          yield* found;
          return;
        }
        await fill(() => {});
      }
    },
    async switchTo() {
      for (const { keyspace, generation } of opened) await keyspace.generations.switchTo(generation);
      isLive = true;
    },
    async discard() {
      for (const { keyspace, generation } of opened) {
        if (!isLive) await keyspace.generations.drop(generation);
        await keyspace.close();
      }
      await journal.close();
    },
  };
}

async function progressOf(
  views: Pick<ViewReader, 'progress'>,
  service: string,
  partitions: readonly number[],
): Promise<Map<number, bigint>> {
  const positions = await Promise.all(partitions.map((partition) => views.progress(service, partition)));
  return new Map(partitions.map((partition, i) => [partition, positions[i] ?? 0n]));
}
