// Puts the edge together: the public door in front of the two stacks, and what the staff see of it.
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { authContract, ClientOf } from '@tallystick/contracts';
import { RateLimiter } from '@tallystick/customer-api';
import { DeadlineWheel, type Random, type Time } from '@tallystick/transport';
import type { CustomerToken } from '@tallystick/transport/service';
import { Admission } from './admission.js';
import type { BigSwitch } from './big-switch.js';
import type { EdgeConfiguration } from './configuration.js';
import { Door } from './door.js';
import type { EdgeMetrics } from './edge-metrics.js';
import { answerOwnPath } from './own-paths.js';
import { Passage } from './passage.js';
import { PublicDocument } from './public-document.js';
import { AUTH_ROOT, PUBLIC_ROUTES, RoutingTable } from './routing-table.js';
import { ShadowCompare } from './shadow-compare.js';
import type { Stacks } from './stacks.js';
import { Upstreams } from './upstreams.js';

export interface EdgeProxyPorts {
  readonly configuration: EdgeConfiguration;
  /** Where left out, the door stays shut until it is opened. */
  readonly stacks: Stacks | undefined;
  /** HTML by path. */
  readonly pages: Readonly<Record<string, string>>;
  readonly auth: Pick<ClientOf<typeof authContract>, 'authenticate'>;
  readonly customers: Pick<CustomerToken, 'userOf'>;
  readonly bigSwitch: BigSwitch;
  readonly metrics: EdgeMetrics;
  readonly time: Time;
  readonly random: Random;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly report: (error: unknown) => void;
}

interface Open {
  readonly url: string;
  readonly door: Door;
  readonly upstreams: Upstreams;
  readonly shadow: ShadowCompare;
  readonly wheel: DeadlineWheel;
}

export class EdgeProxy implements OnApplicationBootstrap, OnModuleDestroy {
  /** All that it may be told the addresses of. */
  static readonly SERVICES: readonly string[] = new RoutingTable(PUBLIC_ROUTES).services();
  private opened: Open | undefined;

  constructor(private readonly ports: EdgeProxyPorts) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.ports.bigSwitch.start();
    if (this.ports.stacks !== undefined) await this.open(this.ports.stacks);
  }

  onModuleDestroy(): Promise<void> {
    return this.close();
  }

  /** Begins to answer. @returns the door's address. @throws Error where it can't be listened on */
  async open(stacks: Stacks): Promise<string> {
    const { configuration, bigSwitch, metrics, time, random, pause, report, auth, customers, pages } = this.ports;
    const now = () => time.now();
    const wheel = new DeadlineWheel(time);
    const upstreams = new Upstreams(stacks, configuration.upstream, now);
    const { triesMax } = configuration.upstream;
    const forwarding = { upstreams, triesMax, onRetry: (service: string) => metrics.retried(service) };
    const asking = { forwarding, wheel, patienceMs: configuration.patienceMs };
    const shadow = new ShadowCompare({
      settings: configuration.shadow,
      onCompared: (outcome) => metrics.compared(outcome),
      ...{ asking, bigSwitch, upstreams, time, random, pause, report },
    });
    const table = new RoutingTable(configuration.authHasRoot ? [...PUBLIC_ROUTES, AUTH_ROOT] : PUBLIC_ROUTES);
    const limiter = new RateLimiter(configuration.rateLimit, now);
    const passage = new Passage({
      admission: new Admission({ auth, customers, limiter }),
      stopwatch: () => performance.now(),
      ...{ configuration, table, bigSwitch, forwarding, shadow, metrics, wheel, time, random, report },
    });
    const document = new PublicDocument({ table, asking, now });
    const own = { pages, document, isReady: () => this.isReady() };
    const door = new Door({
      limits: configuration,
      answer: async (arrival) => {
        if (!(await answerOwnPath(arrival, own))) await passage.take(arrival);
      },
      ...{ random, pause, report },
    });
    const url = await door.listen();
    this.opened = { url, door, upstreams, shadow, wheel };
    return url;
  }

  /** @throws before it is open */
  get url(): string {
    if (this.opened === undefined) throw new Error('the door is not open yet');
    return this.opened.url;
  }

  hasSecondStack(): boolean {
    return this.opened?.upstreams.hasSecond() === true;
  }

  shadow(): ShadowCompare | undefined {
    return this.opened?.shadow;
  }

  /** @throws where a load balancer should ask another instance */
  checkReady(): void {
    if (this.opened?.door.isOpen() !== true) throw new Error('the door is shut');
    this.ports.bigSwitch.checkRead();
  }

  /** Is not ready at once; resolves when every request is answered. To be repeated at will. */
  async close(): Promise<void> {
    const { opened } = this;
    opened?.shadow.close();
    await opened?.door.close();
    this.ports.bigSwitch.stop();
    opened?.wheel.stop();
    await opened?.upstreams.close();
  }

  private isReady(): boolean {
    try {
      this.checkReady();
      return true;
    } catch {
      return false;
    }
  }
}
