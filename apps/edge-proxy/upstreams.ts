// The services behind the edge: two stacks of them, each service with its instances.
import { type Dispatcher, Pool } from 'undici';
import type { UpstreamSettings } from './configuration.js';
import type { StackAddresses, StackName, Stacks } from './stacks.js';

/** Uploads that dawdle and streams that never end have connections of their own: they take none from the others. */
export type Lane = 'plain' | 'upload' | 'live';

/** One process that answers. */
export class Instance {
  /** Requests that it owes an answer to. */
  load = 0;
  private restingUntil = Number.NEGATIVE_INFINITY;

  constructor(
    readonly origin: string,
    private readonly pools: Readonly<Record<Lane, Pool>>,
    private readonly now: () => number,
    private readonly restMs: number,
  ) {}

  dispatch(lane: Lane, request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.pools[lane].dispatch(request, handler);
  }

  /** It could not be connected to: for a while others are asked. */
  rest(): void {
    this.restingUntil = this.now() + this.restMs;
  }

  rests(): boolean {
    return this.now() < this.restingUntil;
  }
}

export class Upstreams {
  private readonly pools: Pool[] = [];
  private readonly instances = new Map<string, Instance>();
  private readonly first: ReadonlyMap<string, readonly Instance[]>;
  private readonly second: ReadonlyMap<string, readonly Instance[]> | undefined;
  private turn = 0;

  constructor(
    stacks: Stacks,
    private readonly settings: UpstreamSettings,
    private readonly now: () => number,
  ) {
    this.first = this.open(stacks.first);
    this.second = stacks.second === undefined ? undefined : this.open({ ...stacks.first, ...stacks.second });
  }

  hasSecond(): boolean {
    return this.second !== undefined;
  }

  /**
   * The least loaded instance that is neither tried yet nor resting; one that rests where there is no other.
   * @returns undefined where all are tried, or none is known
   */
  choose(stack: StackName, service: string, tried: readonly Instance[]): Instance | undefined {
    const all = (stack === 'second' ? (this.second ?? this.first) : this.first).get(service) ?? [];
    const untried = all.filter((instance) => !tried.includes(instance));
    const awake = untried.filter((instance) => !instance.rests());
    const candidates = awake.length > 0 ? awake : untried;
    // Of equally loaded ones each in turn.
    const start = this.turn++ % Math.max(1, candidates.length);
    let best: Instance | undefined;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[(start + i) % candidates.length];
      if (best === undefined || (candidate !== undefined && candidate.load < best.load)) best = candidate;
    }
    return best;
  }

  /** Cuts what is still open. */
  async close(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.destroy()));
  }

  private open(addresses: StackAddresses): ReadonlyMap<string, readonly Instance[]> {
    return new Map(
      Object.entries(addresses).map(([service, urls]) => [service, urls.map((url) => this.instanceAt(url))]),
    );
  }

  /** Services that answer at one place share its connections, and its health. */
  private instanceAt(url: string): Instance {
    const { origin } = new URL(url);
    const known = this.instances.get(origin);
    if (known !== undefined) return known;
    const { connectionsMax, uploadsMax, liveMax, restMs } = this.settings;
    const pools = {
      plain: this.poolOf(origin, connectionsMax),
      upload: this.poolOf(origin, uploadsMax),
      live: this.poolOf(origin, liveMax),
    };
    const instance = new Instance(origin, pools, this.now, restMs);
    this.instances.set(origin, instance);
    return instance;
  }

  private poolOf(origin: string, connections: number): Pool {
    const { connectTimeoutMs, unusedConnectionMs } = this.settings;
    const pool = new Pool(origin, {
      connections,
      connect: { timeout: connectTimeoutMs },
      keepAliveTimeout: unusedConnectionMs,
      keepAliveMaxTimeout: unusedConnectionMs,
      // The request's own deadline ends what takes too long to begin.
      headersTimeout: 0,
    });
    this.pools.push(pool);
    return pool;
  }
}
