// Cards at the bank's edge: the gateway over HTTP and Kafka, and the rows of card-transaction files.
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { RequestTopic } from '@tallystick/bus';
import type { BookDate } from '@tallystick/contracts';
import {
  accountsContract,
  balanceContract,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  ledgerContract,
  transactionsContract,
} from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { ContractsModule, clientOf, RECORDS, REPORT, RUNS_PROCESSES } from '@tallystick/transport/nest';
import { pause } from '@tallystick/transport/pause';
import { HttpRoutes, type Secrets } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { Registry } from 'prom-client';
import { CardProcessingController } from './card-processing.controller.js';
import { ClearingRoutes } from './clearing/clearing.routes.js';
import { ClearingFiles } from './clearing/clearing-files.js';
import { type CardProcessingConfiguration, checkCardProcessing } from './configuration.js';
import { DecisionCounts } from './decision-counts.js';
import { GatewayOverIso8583, type Iso8583Options } from './gateway.iso8583.js';
import { Gateway } from './gateway.js';
import { GatewayOverKafka } from './gateway.kafka.js';
import { addGatewayRoutes } from './gateway.routes.js';
import { RowImporter } from './import-rows.js';
import { AnsweredLate } from './iso8583/answered-late.js';
import { type StandingIn, standingIn } from './stand-in/assembly.js';
import { OutboxDelivery } from './stand-in/outbox-delivery.js';
import { CardTokens, type TokenKey } from './tokens.js';

export { type ClearingFileReport, type ClearingReport, importClearing } from './clearing/clearing-import.js';
export type { ClearingSource } from './clearing/clearing-source.js';
export { GatewayOverIso8583, type Iso8583Options } from './gateway.iso8583.js';

/** The secret that card tokens are keyed with; to be named when the secrets are opened. */
export const CARD_TOKEN_SECRET = 'card-tokens';
/** Our own deadline for a decision (lifecycles, section 5). */
const PATIENCE_MS = 1_000;
/** Nobody holds a connection open meanwhile, and up to a thousand requests wait together. */
const PATIENCE_OVER_KAFKA_MS = 5_000;
/** Of one delivery of what the ledger is told later: nobody waits for it. */
const PATIENCE_LATER_MS = 5_000;
const ACTOR = 'service:card-gateway';

export interface CardProcessingPorts {
  readonly configuration: CardProcessingConfiguration;
  readonly secrets: Secrets;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  /** Of calls and their deadlines. */
  readonly time: Time;
  readonly random: Random;
  /** Where a gateway may ask beside HTTP (docs/kafka-gateway.md). */
  readonly requests?: RequestTopic | undefined;
  /** Where card networks connect (docs/iso8583-gateway.md). */
  readonly iso8583?: Iso8583Options | undefined;
}

const STANDING_IN = Symbol('the ledger, and who stands in for it');
const GATEWAY_ROUTES = Symbol('routes of the card gateway');

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class CardProcessingModule {
  /** @throws where the configuration makes no sense, with the key's name */
  static with(ports: CardProcessingPorts): DynamicModule {
    const configuration = checkCardProcessing(ports.configuration);
    const { clock, bookDate, time, random } = ports;
    return {
      module: CardProcessingModule,
      imports: [
        ContractsModule.forService({
          answers: [cardProcessingContract],
          calls: [ledgerContract, cardsContract, accountsContract, balanceContract, transactionsContract],
        }),
      ],
      providers: [
        { provide: CardTokens, useFactory: () => new CardTokens(tokenKeys(ports.secrets)) },
        {
          provide: RowImporter,
          useFactory: (ledger: Ledger, accounts: ClientOf<typeof accountsContract>, cards: CardsClient) =>
            new RowImporter({ ledger, accounts, cards }),
          inject: [clientOf(ledgerContract), clientOf(accountsContract), clientOf(cardsContract)],
        },
        {
          provide: Gateway,
          useFactory: ({ ledger }: StandingIn, cards: CardsClient, tokens: CardTokens) =>
            new Gateway({ ledger, cards, clock, bookDate, tokens, configuration }),
          inject: [STANDING_IN, clientOf(cardsContract), CardTokens],
        },
        ...standIn(ports, configuration),
        {
          provide: ClearingFiles,
          useFactory: (ledger: Ledger, cards: CardsClient, transactions: Transactions, tokens: CardTokens) => {
            const { rememberedCards } = configuration;
            return new ClearingFiles({ ledger, cards, transactions, tokens, bookDate, rememberedCards });
          },
          inject: [clientOf(ledgerContract), clientOf(cardsContract), clientOf(transactionsContract), CardTokens],
        },
        {
          provide: DecisionCounts,
          useFactory: (metrics: Registry) => new DecisionCounts(metrics),
          inject: [Registry],
        },
        {
          provide: GATEWAY_ROUTES,
          useFactory: (routes: HttpRoutes, gateway: Gateway, counts: DecisionCounts) =>
            addGatewayRoutes({
              routes,
              gateway,
              counts,
              scope: { time, random, actor: ACTOR, patienceMs: PATIENCE_MS },
            }),
          inject: [HttpRoutes, Gateway, DecisionCounts],
        },
        ClearingRoutes,
        ...overKafka(ports),
        ...overIso8583(ports),
        CardProcessingController,
      ],
      exports: [Gateway, CardTokens],
    };
  }
}

type Ledger = ClientOf<typeof ledgerContract>;
type CardsClient = ClientOf<typeof cardsContract>;
type Transactions = ClientOf<typeof transactionsContract>;
type Report = (error: unknown) => void;

function overKafka({ requests, time, random }: CardProcessingPorts): Provider[] {
  if (requests === undefined) return [];
  const scope = { time, random, actor: ACTOR, patienceMs: PATIENCE_OVER_KAFKA_MS };
  return [
    {
      provide: GatewayOverKafka,
      useFactory: (gateway: Gateway, counts: DecisionCounts, metrics: Registry, report: Report = () => undefined) =>
        new GatewayOverKafka({ requests, gateway, counts, metrics, scope, report }),
      inject: [Gateway, DecisionCounts, Registry, { token: REPORT, optional: true }],
    },
  ];
}

function standIn(
  { clock, bookDate, time, random }: CardProcessingPorts,
  { standIn: configuration, rememberedCards }: CardProcessingConfiguration,
): Provider[] {
  const scope = { time, random, actor: ACTOR, patienceMs: PATIENCE_LATER_MS };
  const decided = { configuration, rememberedCards, clock, bookDate, scope, pause };
  return [
    { provide: AnsweredLate, useFactory: () => new AnsweredLate() },
    {
      provide: STANDING_IN,
      useFactory: (
        ledger: Ledger,
        cards: CardsClient,
        accounts: ClientOf<typeof accountsContract>,
        balance: ClientOf<typeof balanceContract>,
        metrics: Registry,
        late: AnsweredLate,
        records: Records | undefined,
        report: Report = () => undefined,
      ) =>
        standingIn({
          ...decided,
          ...{ ledger, cards, accounts, balance, metrics, records, report },
          onLate: ({ name, responseCode }) => late.remember(name, responseCode),
        }),
      inject: [
        clientOf(ledgerContract),
        clientOf(cardsContract),
        clientOf(accountsContract),
        clientOf(balanceContract),
        Registry,
        AnsweredLate,
        { token: RECORDS, optional: true },
        { token: REPORT, optional: true },
      ],
    },
    {
      provide: OutboxDelivery,
      useFactory: ({ outbox }: StandingIn, runs = true) => new OutboxDelivery(outbox, runs),
      inject: [STANDING_IN, { token: RUNS_PROCESSES, optional: true }],
    },
  ];
}

function overIso8583({ iso8583: options, clock, bookDate, time, random }: CardProcessingPorts): Provider[] {
  if (options === undefined) return [];
  const scope = { time, random, actor: ACTOR, patienceMs: PATIENCE_MS };
  return [
    {
      provide: GatewayOverIso8583,
      useFactory: (
        gateway: Gateway,
        tokens: CardTokens,
        counts: DecisionCounts,
        metrics: Registry,
        late: AnsweredLate,
        { outbox }: StandingIn,
        report: Report = () => undefined,
      ) => {
        const standing = { late, outbox, clock, bookDate };
        return new GatewayOverIso8583({ options, gateway, tokens, counts, metrics, scope, report, ...standing });
      },
      inject: [
        Gateway,
        CardTokens,
        DecisionCounts,
        Registry,
        AnsweredLate,
        STANDING_IN,
        { token: REPORT, optional: true },
      ],
    },
  ];
}

/** Every version there is: cards issued under an older key are still found. */
export function tokenKeys(secrets: Secrets): TokenKey[] {
  const current = secrets.current(CARD_TOKEN_SECRET);
  const keys: TokenKey[] = [];
  for (let version = 1; version <= current.version; version++) {
    const secret = secrets.version(CARD_TOKEN_SECRET, version);
    if (secret !== undefined) keys.push({ version, key: secret.bytes });
  }
  return keys;
}
