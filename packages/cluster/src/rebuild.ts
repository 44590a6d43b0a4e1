// Fills views of a cluster from the journal, event by event as the bus would hand them over.
import { busPartitionOf, goesToEveryAccountPartition, Topics, topicIndexOf } from '@tallystick/bus/kafka/topics';
import { metadataReader } from '@tallystick/events';
import type { Journal, RecordedEvent } from '@tallystick/journal';
import { type Projection, Projector, type ViewWriter } from '@tallystick/views';
import { topicsOf } from './adapters.js';
import type { ClusterConfiguration } from './configuration.js';

/** Large batches: a row that many events of a batch change is written once. */
const EVENTS_PER_BATCH = 8_192;
const factsOf = metadataReader(['type', 'accountId']);

export interface FilledView {
  /** Names the views' progress. */
  readonly service: string;
  readonly projection: Projection;
  readonly views: ViewWriter;
  /** How far each partition is filled; further events of it are passed over. Everything where it is left out. */
  readonly until?: ReadonlyMap<number, bigint>;
}

export interface Filling {
  readonly journal: Pick<Journal, 'readAll' | 'head'>;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Every partition of the bus. */
export function busPartitions(configuration: ClusterConfiguration): readonly number[] {
  return new Topics(topicsOf(configuration)).busPartitions();
}

/**
 * One pass over the journal for all views, each going on from its own progress.
 * @returns how many events were read
 * @throws the signal's reason where it is aborted
 */
export async function fillFromJournal(
  configuration: ClusterConfiguration,
  filled: readonly FilledView[],
  { journal, signal, onProgress }: Filling,
): Promise<number> {
  const topics = new Topics(topicsOf(configuration));
  const projectors = filled.map(({ service, projection, views, until }) => ({
    projector: new Projector(service, views, [projection]),
    until,
  }));
  for (const { projector } of projectors) await projector.prepare();
  const head = await journal.head();
  let read = 0;
  for (let after = 0n; after < head; ) {
    signal.throwIfAborted();
    const page = await journal.readAll({ after, limit: EVENTS_PER_BATCH });
    const last = page.at(-1);
    if (last === undefined) break;
    const byPartition = partitioned(topics, page);
    for (const { projector, until } of projectors)
      for (const [partition, events] of byPartition) {
        const limit = until?.get(partition) ?? (until === undefined ? last.position : 0n);
        await projector.apply({ partition, events: events.filter(({ position }) => position <= limit) });
      }
    after = last.position;
    read += page.length;
    onProgress?.({ done: Number(after), total: Number(head) });
  }
  return read;
}

/** As the relay puts them. */
function partitioned(topics: Topics, events: readonly RecordedEvent[]): ReadonlyMap<number, RecordedEvent[]> {
  const byPartition = new Map<number, RecordedEvent[]>();
  const add = (partition: number, event: RecordedEvent) => {
    const list = byPartition.get(partition);
    if (list === undefined) byPartition.set(partition, [event]);
    else list.push(event);
  };
  for (const event of events) {
    const { type, accountId } = factsOf(event.metadata);
    if (accountId !== null) add(topics.partitionOfAccount(accountId), event);
    else add(topics.busPartition(topics.events[topicIndexOf(event.stream, null)] ?? '', 0), event);
    if (goesToEveryAccountPartition(type))
      for (let partition = 0; partition < topics.partitions; partition++) add(busPartitionOf(0, partition), event);
  }
  return byPartition;
}
