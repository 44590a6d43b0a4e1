import { type ClientOf, type Contract, codecOf, type HandlersOf, type Method } from '@tallystick/contracts';
import type { Registry } from 'prom-client';
import type { ReportUnexpected } from '../call-failed.js';
import { clientThrough, handlerOf } from '../client.js';
import { DeadlineWheel } from '../deadline-wheel.js';
import { cancellation } from '../filters/cancellation.js';
import { Concurrency } from '../filters/concurrency.js';
import { deadline } from '../filters/deadline.js';
import { measured } from '../filters/measured.js';
import { childTrace, spans } from '../filters/spans.js';
import { trace } from '../filters/trace.js';
import { directBoundary } from '../in-process/boundary.js';
import type { Transport } from '../port.js';
import { type Filter, type Service, through } from '../service.js';
import type { Time } from '../time.js';
import type { Random } from '../traceparent.js';
import type { Tracing } from '../tracing.js';
import type { Resolve, ServiceAddresses } from './addresses.js';
import { Answering } from './answering.js';
import { CallMetrics } from './call-metrics.js';
import { InternalToken } from './internal-token.js';
import { Listener } from './listener.js';
import { RemoteServices } from './remote-services.js';
import { type CallSettings, defaultCallSettings } from './settings.js';
import { answeredOverWire } from './wire.js';

export interface HttpTransportOptions {
  readonly time: Time;
  readonly random: Random;
  /** Told of every error that callers are not shown, and of names that can't be resolved. */
  readonly report: ReportUnexpected;
  /** By service name. One that is not named here can be called only where this process answers it. */
  readonly services: Readonly<Record<string, ServiceAddresses>>;
  /** Where this process answers; 127.0.0.1 and any free port where left out. */
  readonly host?: string;
  readonly port?: number;
  /** The secret that services show each other; without it nobody is asked for one. */
  readonly token?: string;
  /** Leaves retries, the giving up of tries, breaking and balancing to a service mesh. */
  readonly mesh?: boolean;
  /** `network` sends calls of services that this very process answers over the network, too: for tests. */
  readonly local?: 'direct' | 'network';
  readonly metrics?: Registry;
  /** Where spans go; without it calls only carry the ids of their traces. */
  readonly tracing?: Tracing;
  readonly resolve?: Resolve;
  /** Milliseconds from any start, for durations. */
  readonly stopwatch?: () => number;
  readonly settings?: Partial<CallSettings>;
}

export interface HttpTransport extends Transport {
  /**
   * Opens the internal port, once everything is answered that shall be.
   * @returns its address, such as `http://127.0.0.1:9100`
   * @throws Error where the port is taken
   */
  listen(): Promise<string>;
  /** Resolves once each name of a service was looked up. */
  resolved(): Promise<void>;
  /** From now on the service is answered at these base URLs. */
  setAddresses(service: string, urls: readonly string[]): void;
}

/** Calls between processes: `POST /rpc/<service>.<method>`; calls of what this process answers itself stay within it. */
export function httpTransport(options: HttpTransportOptions): HttpTransport {
  return new OverHttp(options);
}

class OverHttp implements HttpTransport {
  private readonly settings: CallSettings;
  private readonly wheel: DeadlineWheel;
  private readonly local = new Map<string, Service>();
  private readonly answering: Answering;
  private readonly listener: Listener;
  private readonly concurrency: Concurrency;
  private readonly remote: RemoteServices;
  private readonly metrics: CallMetrics | undefined;
  private readonly stopwatch: () => number;

  constructor(private readonly options: HttpTransportOptions) {
    const { time, report, host = '127.0.0.1', port = 0 } = options;
    const settings = { ...defaultCallSettings, ...options.settings };
    const token = options.token === undefined ? undefined : new InternalToken(options.token);
    this.settings = settings;
    this.stopwatch = options.stopwatch ?? (() => performance.now());
    this.wheel = new DeadlineWheel(time);
    this.concurrency = new Concurrency(settings);
    this.answering = new Answering({ token, time, report });
    this.listener = new Listener({
      ...settings,
      host,
      port,
      report: (error) => report(error, 'the internal port'),
      respond: (received, begun) => this.answering.answer(received, begun),
    });
    const { metrics: registry } = options;
    this.metrics =
      registry &&
      new CallMetrics(registry, {
        connections: () => this.remote.connections(),
        instances: () => this.remote.instances(),
        inFlight: () => this.concurrency.inFlight(),
      });
    this.remote = new RemoteServices({ ...options, settings, token, wheel: this.wheel, metrics: this.metrics });
  }

  listen(): Promise<string> {
    return this.listener.listen();
  }

  resolved(): Promise<void> {
    return this.remote.resolved();
  }

  setAddresses(service: string, urls: readonly string[]): void {
    this.remote.setAddresses(service, urls);
  }

  client<C extends Contract>(contract: C): ClientOf<C> {
    const { random, local = 'direct' } = this.options;
    const within: readonly Filter[] = [cancellation, deadline(this.wheel), trace(random)];
    return clientThrough(contract, (methodName) => {
      const route = `${contract.name}.${methodName}`;
      const definition = contract.methods[methodName];
      if (definition === undefined) throw new Error(`${route} is not in the contract`);
      const overNetwork = this.asking(contract.name, methodName, definition);
      if (local === 'network') return overNetwork;
      const direct = new Map<Service, Service>();
      return (call) => {
        const answers = this.local.get(route);
        if (answers === undefined) return overNetwork(call);
        let service = direct.get(answers);
        if (service === undefined) {
          service = through(within, answers);
          direct.set(answers, service);
        }
        return service(call);
      };
    });
  }

  answer<C extends Contract>(contract: C, handlers: HandlersOf<C>): void {
    const { report } = this.options;
    for (const [methodName, definition] of Object.entries(contract.methods)) {
      const route = `${contract.name}.${methodName}`;
      if (this.local.has(route)) throw new Error(`${route} is answered already`);
      const handler = handlerOf(handlers, route, methodName);
      const codec = codecOf(definition);
      this.local.set(route, directBoundary(codec, handler, report));
      const service = through(this.answered(contract.name, methodName), answeredOverWire(codec, handler, report));
      this.answering.add(contract.name, route, service);
    }
  }

  async close(): Promise<void> {
    this.answering.close();
    await this.listener.close();
    this.local.clear();
    await this.remote.close();
    this.wheel.stop();
  }

  private asking(serviceName: string, methodName: string, definition: Method): Service {
    const { random, tracing } = this.options;
    const traced = tracing === undefined ? childTrace(random) : spans(tracing, 'client');
    const filters = [cancellation, deadline(this.wheel), traced];
    const record = this.metrics?.ofAsking(serviceName, methodName);
    if (record !== undefined) filters.unshift(measured(record, this.stopwatch));
    return through(filters, this.remote.service(serviceName, definition));
  }

  private answered(serviceName: string, methodName: string): readonly Filter[] {
    const { random, tracing } = this.options;
    const traced = tracing === undefined ? trace(random) : spans(tracing, 'server');
    const filters = [cancellation, deadline(this.wheel), traced, this.concurrency.limit(serviceName)];
    const record = this.metrics?.ofAnswering(serviceName, methodName);
    if (record !== undefined) filters.unshift(measured(record, this.stopwatch));
    return filters;
  }
}
