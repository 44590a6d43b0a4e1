import { Client, type Dispatcher, Pool } from 'undici';
import { CallScope } from '../call-scope.js';
import type { DeadlineWheel } from '../deadline-wheel.js';
import type { Address } from './addresses.js';
import type { InstanceHealth } from './instance-health.js';
import { hashOf } from './rendezvous.js';
import type { CallSettings } from './settings.js';

export interface InstanceOptions {
  readonly address: Address;
  readonly settings: CallSettings;
  readonly health: InstanceHealth;
  readonly wheel: DeadlineWheel;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

const FIRST_KEEP_ALIVE_PROBE_MS = 10_000;

/** One process that answers a service, as far as this one can tell. */
export class Instance {
  readonly id: string;
  readonly health: InstanceHealth;
  /** Where it stands among the instances that an account may go to. */
  readonly seed: number;
  /** True while the answer to a probe is waited for. */
  probing = false;
  private readonly headers: readonly string[];
  private readonly connecting: Client.Options;
  private pool: Pool;
  private inFlight = 0;
  private heardMs = 0;
  private onIdle: (() => void) | undefined;

  constructor(private readonly options: InstanceOptions) {
    const { address, health, headers, settings } = options;
    this.id = address.id;
    this.health = health;
    this.seed = hashOf(address.id);
    this.headers = ['host', address.authority, ...headers];
    this.connecting = {
      connect: { timeout: settings.connectTimeoutMs, keepAliveInitialDelay: FIRST_KEEP_ALIVE_PROBE_MS },
      keepAliveTimeout: settings.unusedConnectionMs,
      // The other side says when it closes such a connection, which is later.
      keepAliveMaxTimeout: settings.unusedConnectionMs,
      maxHeaderSize: settings.headBytesMax,
      maxResponseSize: settings.answerBytesMax,
      // The call's deadline, and the silence of the instance, end what takes too long.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    this.pool = this.newPool();
  }

  /** Calls that it owes an answer to. */
  load(): number {
    return this.inFlight;
  }

  /** Open connections. */
  connections(): number {
    return this.pool.stats.connected;
  }

  /** For how long it has said nothing though it owes answers, in milliseconds. */
  silentForMs(nowMs: number): number {
    return this.inFlight === 0 ? 0 : nowMs - this.heardMs;
  }

  heard(): void {
    this.heardMs = this.options.wheel.now();
  }

  /** @param context header names and values in turn */
  send(route: string, context: readonly string[], body: Uint8Array, handler: Dispatcher.DispatchHandler): void {
    if (this.inFlight === 0) this.heard();
    this.inFlight++;
    const path = `${this.options.address.prefix}/rpc/${route}`;
    const headers = ['content-type', 'application/json', ...this.headers, ...context];
    this.pool.dispatch({ method: 'POST', path, headers, body }, handler);
  }

  /** A call sent ended, in whatever way. */
  ended(): void {
    this.inFlight--;
    if (this.inFlight === 0) this.onIdle?.();
  }

  /** Asks on a connection of its own whether the service is answered there. */
  async probe(service: string): Promise<boolean> {
    const { address, wheel, settings } = this.options;
    const client = new Client(address.origin, this.connecting);
    const scope = new CallScope({
      deadline: wheel.now() + settings.probeTimeoutMs,
      correlationId: '',
      actor: '',
    });
    const guard = wheel.guard(scope);
    scope.onCancel((failure) => void client.destroy(failure));
    try {
      const path = `${address.prefix}/rpc/${service}`;
      const { statusCode, body } = await client.request({ method: 'GET', path, headers: [...this.headers] });
      await body.dump();
      return statusCode === 204;
    } catch {
      return false;
    } finally {
      guard.leave();
      void client.destroy();
    }
  }

  /** Gives up what is on its way. What is sent from now on goes over new connections. */
  giveUp(reason: string): void {
    const { pool } = this;
    this.pool = this.newPool();
    void pool.destroy(new Error(`${this.id} ${reason}`));
  }

  /** Lets the calls on their way end, then closes its connections. */
  async close(): Promise<void> {
    if (this.inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.onIdle = resolve;
      });
    }
    await this.pool.destroy();
  }

  private newPool(): Pool {
    const { address, settings } = this.options;
    return new Pool(address.origin, { ...this.connecting, connections: settings.connectionsMax });
  }
}
