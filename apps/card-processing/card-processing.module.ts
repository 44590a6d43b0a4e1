// Cards at the bank's edge: the gateway over HTTP and Kafka, and the rows of card-transaction files.
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { RequestTopic } from '@tallystick/bus';
import type { BookDate } from '@tallystick/contracts';
import {
  accountsContract,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  ledgerContract,
  transactionsContract,
} from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { ContractsModule, clientOf, REPORT } from '@tallystick/transport/nest';
import { pause } from '@tallystick/transport/pause';
import { HttpRoutes, type Secrets } from '@tallystick/transport/service';
import { Registry } from 'prom-client';
import { CardProcessingController } from './card-processing.controller.js';
import { ClearingFiles } from './clearing/clearing-files.js';
import { type CardProcessingConfiguration, checkCardProcessing } from './configuration.js';
import { DecisionCounts } from './decision-counts.js';
import { GatewayOverIso8583, type Iso8583Options } from './gateway.iso8583.js';
import { Gateway } from './gateway.js';
import { GatewayOverKafka } from './gateway.kafka.js';
import { addGatewayRoutes } from './gateway.routes.js';
import { RowImporter } from './import-rows.js';
import { CardTokens, type TokenKey } from './tokens.js';

export { GatewayOverIso8583, type Iso8583Options } from './gateway.iso8583.js';

/** The secret that card tokens are keyed with; to be named when the secrets are opened. */
export const CARD_TOKEN_SECRET = 'card-tokens';
/** Our own deadline for a decision (lifecycles, section 5). */
const PATIENCE_MS = 1_000;
/** Nobody holds a connection open meanwhile, and up to a thousand requests wait together. */
const PATIENCE_OVER_KAFKA_MS = 5_000;
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
          calls: [ledgerContract, cardsContract, accountsContract, transactionsContract],
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
          useFactory: (ledger: Ledger, cards: CardsClient, tokens: CardTokens) =>
            new Gateway({ ledger, cards, clock, bookDate, tokens, configuration }),
          inject: [clientOf(ledgerContract), clientOf(cardsContract), CardTokens],
        },
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

function overIso8583({ iso8583: options, time, random }: CardProcessingPorts): Provider[] {
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
        report: Report = () => undefined,
      ) => new GatewayOverIso8583({ options, gateway, tokens, counts, metrics, scope, pause, report }),
      inject: [Gateway, CardTokens, DecisionCounts, Registry, { token: REPORT, optional: true }],
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
