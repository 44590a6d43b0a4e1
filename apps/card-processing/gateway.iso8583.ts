// The card gateway over ISO 8583 (docs/iso8583-gateway.md): the same decisions by the same keys as over HTTP, on TCP.
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { compile, type Dialect } from '@tallystick/iso8583';
import type { ScopeOptions } from '@tallystick/transport/service';
import { callScopeOf } from '@tallystick/transport/service';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { DecisionCounts } from './decision-counts.js';
import type { Gateway } from './gateway.js';
import { LateReversals } from './iso8583/late-reversals.js';
import { Listener, type ListenerOptions } from './iso8583/listener.js';
import { Switchboard } from './iso8583/switchboard.js';
import type { CardTokens } from './tokens.js';

export interface Iso8583Options extends ListenerOptions {
  readonly dialect: Dialect;
  /** How long what is in flight at the end may take, milliseconds. */
  readonly drainMs: number;
}

export interface GatewayOverIso8583Ports {
  readonly options: Iso8583Options;
  readonly gateway: Gateway;
  readonly tokens: CardTokens;
  readonly counts: DecisionCounts;
  readonly metrics: Registry;
  readonly scope: ScopeOptions;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Told of what nobody expected; the message is answered nevertheless. */
  readonly report: (error: unknown) => void;
}

export class GatewayOverIso8583 implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #switchboard: Switchboard;
  readonly #listener: Listener;
  readonly #late: LateReversals;
  #port: number | undefined;

  constructor(private readonly ports: GatewayOverIso8583Ports) {
    const { options, gateway, tokens, counts, metrics, scope, pause, report } = ports;
    const unreadable = new Counter({
      name: 'iso8583_unreadable_total',
      help: 'Messages that could not be read, by what was wrong with them',
      labelNames: ['code'],
      registers: [metrics],
    });
    const ended = new Counter({
      name: 'iso8583_links_ended_total',
      help: 'Links that ended, by why',
      labelNames: ['why'],
      registers: [metrics],
    });
    this.#late = new LateReversals({
      pause,
      reverse: async ({ key, card, keys }) => {
        const answered = await gateway
          .reverseLate({ card, original_keys: keys }, `late.${key}`, callScopeOf({}, scope))
          .catch(report);
        return answered !== undefined && !(answered.kind === 'refused' && answered.retryable);
      },
    });
    this.#switchboard = new Switchboard({
      codec: compile(options.dialect),
      gateway,
      tokens,
      counts,
      scope,
      report,
      onLate: (late) => this.#late.add(late),
      onUnreadable: (code) => unreadable.inc({ code }),
    });
    this.#listener = new Listener(options, {
      time: scope.time,
      answer: (message) => this.#switchboard.answer(message),
      farewell: () => this.#switchboard.farewell(scope.time.now()),
      onEnd: (why) => ended.inc({ why }),
    });
    this.#registerGauges(metrics);
  }

  /** The port that is listened on. @throws before that */
  get port(): number {
    if (this.#port === undefined) throw new Error('the gateway over ISO 8583 does not listen yet');
    return this.#port;
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#port = await this.#listener.listen();
  }

  /** What is in flight is answered, nothing new is decided, every link hears a sign-off. */
  async onModuleDestroy(): Promise<void> {
    this.#switchboard.refuse();
    const patience = AbortSignal.timeout(this.ports.options.drainMs);
    await this.#listener.close(patience);
    await this.#late.close(patience);
  }

  #registerGauges(metrics: Registry): void {
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers: [metrics],
        collect() {
          this.set(value());
        },
      });
    gauge('iso8583_links', 'Links that are open', () => this.#listener.links);
    gauge('iso8583_in_flight', 'Messages being answered', () => this.#listener.inFlight);
    gauge('iso8583_late_reversals_waiting', 'Late authorisations not taken back yet', () => this.#late.waiting);
  }
}
