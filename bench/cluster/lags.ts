// How far the relay and each service's views are behind the journal, in milliseconds.
import { callers, openJournal, openKeyspace } from '@tallystick/cluster/clients';
import { busPartitions } from '@tallystick/cluster/rebuild';
import { type ClientOf, relayContract } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import type { ViewReader } from '@tallystick/views';
import { serviceProjections } from '../../apps/bank/projections.js';
import type { ClusterWorld } from './cluster-world.js';

/** Milliseconds by `relay` or the service that keeps the view. */
export type Lags = Readonly<Record<string, number>>;

/** The journal's head is looked at so often: lags are known to within it. */
const LOOK_MS = 100;

interface Seen {
  /** performance.now */
  readonly at: number;
  readonly head: bigint;
}

interface View {
  readonly service: string;
  readonly reader: Pick<ViewReader, 'progress'>;
}

interface Watched {
  readonly journal: Journal;
  readonly relay: ClientOf<typeof relayContract>;
  readonly views: readonly View[];
  readonly partitions: readonly number[];
}

export class LagWatch {
  private readonly heads: Seen[] = [];
  private isOpen = true;
  private readonly looking: Promise<void>;

  private constructor(
    private readonly watched: Watched,
    private readonly end: () => Promise<void>,
  ) {
    this.looking = this.look();
    // Whoever takes a sample or closes it is told.
    this.looking.catch(() => undefined);
  }

  static async open(world: ClusterWorld): Promise<LagWatch> {
    const configuration = world.configuration();
    const report = () => undefined;
    const transport = callers({ ...configuration }, report);
    const journal = await openJournal(configuration, report);
    const services = Object.keys(serviceProjections);
    const keyspaces = await Promise.all(services.map((service) => openKeyspace(configuration, service, report)));
    const watched = {
      journal,
      relay: transport.client(relayContract),
      views: services.flatMap((service, n) => {
        const reader = keyspaces[n]?.views;
        return reader === undefined ? [] : [{ service, reader }];
      }),
      partitions: busPartitions(configuration),
    };
    return new LagWatch(watched, async () => {
      await Promise.all([transport.close(), journal.close(), ...keyspaces.map((keyspace) => keyspace.close())]);
    });
  }

  /** Now. */
  async sample(): Promise<Lags> {
    const { relay, views } = this.watched;
    const context = {
      deadline: Number.POSITIVE_INFINITY,
      correlationId: 'bench',
      actor: 'service:bench',
      signal: new AbortController().signal,
    };
    const { position, partitions } = await relay.progress({}, context);
    const lags: Record<string, number> = { relay: this.behind(position) };
    const last = new Map(partitions.map((each) => [each.partition, each.position]));
    const reached = await Promise.all(views.map((view) => this.reachedBy(view, last, position)));
    for (const [n, { service }] of views.entries()) lags[service] = this.behind(reached[n] ?? position);
    return lags;
  }

  async close(): Promise<void> {
    this.isOpen = false;
    await this.looking.catch(() => undefined);
    await this.end();
  }

  /** The oldest of the positions that it is at in those partitions that have more for it; `relayed` where none has. */
  private async reachedBy({ service, reader }: View, last: ReadonlyMap<number, bigint>, relayed: bigint) {
    let oldest = relayed;
    const look = async ([partition, there]: readonly [number, bigint]) => {
      const at = await reader.progress(service, partition);
      if (at < there && at < oldest) oldest = at;
    };
    await Promise.all([...last].map(look));
    return oldest;
  }

  /** Since the journal was last seen to have no more than this. */
  private behind(position: bigint): number {
    const newest = this.heads.at(-1);
    if (newest === undefined || position >= newest.head) return 0;
    const last = this.heads.findLast(({ head }) => head <= position);
    return performance.now() - (last ?? this.heads[0] ?? newest).at;
  }

  private async look(): Promise<void> {
    while (this.isOpen) {
      const at = performance.now();
      this.heads.push({ at, head: await this.watched.journal.head() });
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
