// The gateway over ISO 8583 on a port of its own, in front of a ledger in memory, and a network that talks to it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { bookDateIn } from '@tallystick/contracts';
import { compile, encodeFrame, type Fields, frameSplitter, type Iso8583Message, tallystick } from '@tallystick/iso8583';
import { systemTime, type Time } from '@tallystick/transport';
import { pause } from '@tallystick/transport/pause';
import type { Records } from '@tallystick/views';
import { Registry } from 'prom-client';
import { DecisionCounts } from './decision-counts.js';
import { GatewayOverIso8583, type Iso8583Options } from './gateway.iso8583.js';
import { NUMBER, type OverMemory } from './gateway-over-memory.suite.js';
import { AnsweredLate } from './iso8583/answered-late.js';
import { iso8583 } from './iso8583/configuration.js';
import { deliveryTo } from './stand-in/delivery.js';
import { Outbox } from './stand-in/outbox.js';

export const codec = compile(tallystick);

export interface OverIso8583 {
  readonly service: GatewayOverIso8583;
  readonly metrics: Registry;
  readonly reports: unknown[];
  connect(): Promise<Network>;
  close(): Promise<void>;
}

export interface OverIso8583Options extends Partial<Omit<Iso8583Options, 'limits'>> {
  readonly limits?: Partial<Iso8583Options['limits']>;
  readonly time?: Time;
  /** Where what is to be taken back is recorded; nowhere, where there are none. */
  readonly records?: Records;
}

export async function overIso8583(
  { gateway, tokens, ledger, cards, context, clock }: OverMemory,
  options: OverIso8583Options = {},
): Promise<OverIso8583> {
  const metrics = new Registry();
  const reports: unknown[] = [];
  const { time = systemTime, limits, records, ...rest } = options;
  const usual = iso8583('127.0.0.1', 0);
  const report = (error: unknown) => void reports.push(error);
  const late = new AnsweredLate();
  const outbox = new Outbox({
    records,
    deliver: deliveryTo({ ledger, cards, context: () => context, report }),
    entered: (entry) => {
      if (entry.kind === 'late') late.remember(entry.name, entry.responseCode);
    },
    left: () => undefined,
    pause,
    now: () => time.now(),
    metrics,
    report,
  });
  outbox.start();
  const service = new GatewayOverIso8583({
    options: { ...usual, ...rest, limits: { ...usual.limits, ...limits } },
    gateway,
    tokens,
    counts: new DecisionCounts(metrics),
    metrics,
    scope: { time, random: (bytes) => new Uint8Array(bytes).fill(1), actor: 'service:spec', patienceMs: 1_000 },
    late,
    outbox,
    clock,
    bookDate: bookDateIn('Europe/London'),
    report,
  });
  await service.onApplicationBootstrap();
  return {
    service,
    metrics,
    reports,
    connect: () => Network.connect(service.port),
    close: async () => {
      await service.onModuleDestroy();
      await outbox.close();
    },
  };
}

/** One link of a card network, with its answers by trace number. */
export class Network {
  readonly received: Iso8583Message[] = [];
  readonly #waiting = new Map<string, (message: Iso8583Message) => void>();
  ended = false;

  constructor(readonly socket: Socket) {
    const splitter = frameSplitter();
    socket.on('data', (piece: Buffer) =>
      splitter.push(piece, (bytes) => {
        const message = codec.decode(bytes);
        this.received.push(message);
        const stan = String(message.fields[11]);
        this.#waiting.get(stan)?.(message);
        this.#waiting.delete(stan);
      }),
    );
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
    });
  }

  static async connect(port: number): Promise<Network> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Network(socket);
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  send(message: Iso8583Message): void {
    this.write(encodeFrame(codec, message));
  }

  /** Resolves with the answer that has the message's trace number. */
  ask(message: Iso8583Message): Promise<Iso8583Message> {
    const answered = this.answerTo(String(message.fields[11]));
    this.send(message);
    return answered;
  }

  answerTo(stan: string): Promise<Iso8583Message> {
    return new Promise((resolve) => this.#waiting.set(stan, resolve));
  }

  async closed(): Promise<void> {
    while (!this.ended) await setTimeout(1);
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed();
  }
}

let stans = 0;

/** An authorisation of £12.50, unless something else is said; a field that is undefined is left out. */
export function authorisation(fields: Fields = {}, mti = '0100'): Iso8583Message {
  const stan = String(++stans).padStart(6, '0');
  const all: Fields = {
    2: NUMBER,
    3: '000000',
    4: '000000001250',
    7: '0501120000',
    11: stan,
    12: '130000',
    13: '0501',
    18: '5411',
    22: '051',
    32: '400001',
    37: `6121${stan}01`,
    41: 'TERM0001',
    42: 'CORNERSHOP00001',
    43: 'Corner shop            London        GB '.slice(0, 40),
    49: '826',
    ...fields,
  };
  return { mti, fields: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) };
}

/** A message about the transaction of another. */
export function about(original: Iso8583Message, mti: string, fields: Fields = {}): Iso8583Message {
  return authorisation({ ...original.fields, ...fields }, mti);
}
