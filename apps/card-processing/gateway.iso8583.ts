// The card gateway over ISO 8583 (docs/iso8583-gateway.md): the same decisions by the same keys as over HTTP, on TCP.
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { BookDate } from '@tallystick/contracts';
import { compile, type Dialect } from '@tallystick/iso8583';
import type { Micros } from '@tallystick/ledger-core';
import type { ScopeOptions } from '@tallystick/transport/service';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { DecisionCounts } from './decision-counts.js';
import type { Gateway } from './gateway.js';
import type { AnsweredLate } from './iso8583/answered-late.js';
import { LateReversals } from './iso8583/late-reversals.js';
import { Listener, type ListenerOptions } from './iso8583/listener.js';
import { Switchboard } from './iso8583/switchboard.js';
import type { Outbox } from './stand-in/outbox.js';
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
  /** What was answered late, and what takes it back. */
  readonly late: AnsweredLate;
  readonly outbox: Outbox;
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  /** Told of what nobody expected; the message is answered nevertheless. */
  readonly report: (error: unknown) => void;
}

export class GatewayOverIso8583 implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #switchboard: Switchboard;
  readonly #listener: Listener;
  readonly #late: LateReversals;
  #port: number | undefined;

  constructor(private readonly ports: GatewayOverIso8583Ports) {
    const { options, gateway, tokens, counts, metrics, scope, late, report } = ports;
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
    this.#late = new LateReversals(ports);
    this.#switchboard = new Switchboard({
      codec: compile(options.dialect),
      gateway,
      tokens,
      counts,
      scope,
      report,
      late,
      onLate: (authorisation) => this.#late.add(authorisation),
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
    await this.#late.settled(patience);
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
