import { CallScope } from '../call-scope.js';
import type { DeadlineWheel } from '../deadline-wheel.js';
import type { Address } from './addresses.js';
import { Connection, type Exchange } from './connection.js';
import { ConnectionPool, type PoolOptions } from './connection-pool.js';
import type { InstanceHealth } from './instance-health.js';
import { hashOf } from './rendezvous.js';

export interface InstanceOptions {
  readonly address: Address;
  readonly pool: Omit<PoolOptions, 'endpoint'>;
  readonly health: InstanceHealth;
  readonly wheel: DeadlineWheel;
  readonly probeTimeoutMs: number;
  /** Header lines that every request has. */
  readonly headers: string;
}

const NO_BYTES = new Uint8Array(0);

/** One process that answers a service, as far as this one can tell. */
export class Instance {
  readonly id: string;
  readonly health: InstanceHealth;
  /** Where it stands among the instances that an account may go to. */
  readonly seed: number;
  readonly pool: ConnectionPool;
  /** True while the answer to a probe is waited for. */
  probing = false;
  private inFlight = 0;
  private heardMs = 0;
  private onIdle: (() => void) | undefined;

  constructor(private readonly options: InstanceOptions) {
    const { address, health, pool } = options;
    this.id = address.id;
    this.health = health;
    this.seed = hashOf(address.id);
    this.pool = new ConnectionPool({ ...pool, endpoint: address });
  }

  /** Calls that it owes an answer to. */
  load(): number {
    return this.inFlight;
  }

  /** For how long it has said nothing though it owes answers, in milliseconds. */
  silentForMs(nowMs: number): number {
    return this.inFlight === 0 ? 0 : nowMs - this.heardMs;
  }

  heard(): void {
    this.heardMs = this.options.pool.now();
  }

  /** First lines and headers of a call, without those of its context and its length. */
  headOf(route: string): string {
    const { address, headers } = this.options;
    return `POST ${address.prefix}/rpc/${route} HTTP/1.1\r\nhost: ${address.authority}\r\ncontent-type: application/json\r\n${headers}`;
  }

  send(exchange: Exchange): void {
    if (this.inFlight === 0) this.heard();
    this.inFlight++;
    this.pool.send(exchange);
  }

  /** An exchange sent ended, in whatever way. */
  ended(): void {
    this.inFlight--;
    if (this.inFlight === 0) this.onIdle?.();
  }

  /** Asks on a connection of its own whether the service is answered there. */
  probe(service: string): Promise<boolean> {
    const { address, headers, pool, wheel, probeTimeoutMs } = this.options;
    const scope = new CallScope({ deadline: wheel.now() + probeTimeoutMs, correlationId: '', actor: '' });
    return new Promise((resolve) => {
      const finish = (answered: boolean) => {
        guard.leave();
        connection.giveUp(new Error('the probe ended'));
        resolve(answered);
      };
      const exchange: Exchange = {
        head: `GET ${address.prefix}/rpc/${service} HTTP/1.1\r\nhost: ${address.authority}\r\n${headers}\r\n`,
        body: NO_BYTES,
        connection: undefined,
        answered: (status) => finish(status === 204),
        lost: () => finish(false),
      };
      const connection = new Connection(
        address,
        pool.limits,
        { opened: () => connection.send(exchange), free: () => undefined, closed: () => finish(false) },
        wheel.now(),
      );
      const guard = wheel.guard(scope);
      scope.onCancel(() => finish(false));
    });
  }

  /** Gives up what is on its way. */
  giveUp(reason: string): void {
    this.pool.destroy(new Error(`${this.id} ${reason}`));
  }

  /** Lets the calls on their way end, then closes its connections. */
  async close(): Promise<void> {
    if (this.inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.onIdle = resolve;
      });
    }
    this.giveUp('is needed no more');
  }
}
