import { codecOf, type Method } from '@tallystick/contracts';
import type { ReportUnexpected } from '../call-failed.js';
import type { DeadlineWheel } from '../deadline-wheel.js';
import { retry } from '../filters/retry.js';
import { RetryBudget } from '../filters/retry-budget.js';
import { type Filter, type Service, through } from '../service.js';
import type { Time } from '../time.js';
import type { Random } from '../traceparent.js';
import { type Address, addressOf, followName, type Resolve, resolveByDns, type ServiceAddresses } from './addresses.js';
import type { CallMetrics } from './call-metrics.js';
import { Instance } from './instance.js';
import { InstanceHealth } from './instance-health.js';
import { ServiceInstances } from './instances.js';
import type { InternalToken } from './internal-token.js';
import { oneTry } from './one-try.js';
import type { CallSettings } from './settings.js';
import { wire } from './wire.js';

export interface RemoteOptions {
  readonly services: Readonly<Record<string, ServiceAddresses>>;
  readonly settings: CallSettings;
  readonly token: InternalToken | undefined;
  readonly mesh?: boolean;
  readonly resolve?: Resolve;
  readonly time: Time;
  readonly random: Random;
  readonly wheel: DeadlineWheel;
  readonly report: ReportUnexpected;
  readonly metrics: CallMetrics | undefined;
}

interface RemoteService {
  readonly instances: ServiceInstances;
  readonly budget: RetryBudget;
}

// Silence is noticed a quarter of a second after it began, so this often is often enough.
const WATCHED_EVERY_MS = 50;

/** The services of other processes: who they are, and how they are asked. */
export class RemoteServices {
  private readonly services = new Map<string, RemoteService>();
  private readonly names: { readonly first: Promise<void>; stop(): void }[] = [];
  private readonly stopWatching: () => void;

  constructor(private readonly options: RemoteOptions) {
    for (const [service, addresses] of Object.entries(options.services)) this.configure(service, addresses);
    this.stopWatching = options.time.every(WATCHED_EVERY_MS, () => this.watch());
  }

  /** The service behind one method, without what the caller's own scope needs. */
  service(serviceName: string, definition: Method): Service {
    const { report, time, mesh = false } = this.options;
    const { instances, budget } = this.named(serviceName);
    const filters: Filter[] = [wire(codecOf(definition), report)];
    if (!mesh) filters.push(this.retrying(serviceName, definition.idempotent, budget));
    return through(filters, oneTry({ service: serviceName, instances, time, report }));
  }

  setAddresses(service: string, urls: readonly string[]): void {
    this.named(service).instances.use(urls.map((url) => addressOf(url)));
  }

  async resolved(): Promise<void> {
    await Promise.all(this.names.map(({ first }) => first));
  }

  *connections(): Iterable<readonly [string, number]> {
    for (const [service, { instances }] of this.services) {
      yield [service, instances.all().reduce((sum, instance) => sum + instance.connections(), 0)];
    }
  }

  *instances(): Iterable<readonly [string, number, number]> {
    for (const [service, { instances }] of this.services) {
      const ejected = instances.all().filter(({ health }) => health.isEjected()).length;
      yield [service, instances.all().length - ejected, ejected];
    }
  }

  /** Lets the calls under way end, then closes the connections. */
  async close(): Promise<void> {
    for (const name of this.names) name.stop();
    await Promise.all([...this.services.values()].map(({ instances }) => instances.close()));
    this.stopWatching();
  }

  private configure(service: string, addresses: ServiceAddresses): void {
    if (!('dns' in addresses)) return this.setAddresses(service, addresses);
    const { time, report, resolve = resolveByDns } = this.options;
    const { instances } = this.named(service);
    const name = { url: addresses.dns, everyMs: addresses.everyMs, resolve, time };
    this.names.push(
      followName({
        ...name,
        use: (found) => instances.use(found),
        report: (error) => report(error, `the addresses of ${service}`),
      }),
    );
  }

  private named(service: string): RemoteService {
    const known = this.services.get(service);
    if (known !== undefined) return known;
    const { settings, random, mesh = false, time, metrics } = this.options;
    const instances = new ServiceInstances({
      ...settings,
      service,
      random,
      mesh,
      open: (address) => this.open(address),
      onEjection: (reason) => metrics?.ejected(service, reason),
    });
    const { retryShare: share, retryReserve: reserve, retryBurst: burst } = settings;
    const named = { instances, budget: new RetryBudget({ share, reserve, burst }, time) };
    this.services.set(service, named);
    return named;
  }

  private open(address: Address): Instance {
    const { settings, time, wheel, token } = this.options;
    return new Instance({
      address,
      wheel,
      settings,
      headers: token?.header() ?? [],
      health: new InstanceHealth(settings, time),
    });
  }

  private retrying(service: string, idempotent: boolean, budget: RetryBudget): Filter {
    const { settings, time, random, metrics } = this.options;
    const onRetry = (outcome: 'made' | 'over-budget') => metrics?.retried(service, outcome);
    return retry({ ...settings, idempotent, budget, time, random, onRetry });
  }

  private watch(): void {
    const nowMs = this.options.time.now();
    for (const { instances } of this.services.values()) instances.watch(nowMs);
  }
}
