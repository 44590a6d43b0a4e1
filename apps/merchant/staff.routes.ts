// HTTP for the bank's own people: what a merchant is, and corrections of it.
import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { type Static, type TProperties, Type } from '@sinclair/typebox';
import {
  type CallContext,
  type ClientOf,
  holdsCardNumber,
  idempotencyKeyFault,
  merchantContract,
  positionToken,
  type ResponseOf,
  readPositionToken,
} from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import { type MerchantId, type MerchantLocation, rejections } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { clientOf, JOURNAL, RANDOM, SECRETS, TIME } from '@tallystick/transport/nest';
import {
  badParam,
  callScopeOf,
  HttpRoutes,
  ProblemError,
  type Secrets,
  StaffToken,
} from '@tallystick/transport/service';
import type { FastifyReply } from 'fastify';
import { CATEGORIES } from './categories.js';

const CALLER = 'staff';
const PATIENCE_MS = 5_000;
const MICRODEGREES = 1_000_000;

const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });
const words = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const merchantParam = closed({ merchant_id: Type.String({ pattern: '^merch_[0-9A-Za-z]{4,59}$' }) });
const locationBody = closed({
  address: Type.Optional(words(255)),
  city: Type.Optional(words(255)),
  region: Type.Optional(words(255)),
  country: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
  postcode: Type.Optional(words(32)),
  latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
  longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
});
const correctionBody = closed({
  name: Type.Optional(words(255)),
  category: Type.Optional(Type.Union(CATEGORIES.map((category) => Type.Literal(category)))),
  location: Type.Optional(locationBody),
  reason: words(1_000),
});
const text = Type.Union([Type.String(), Type.Null()]);
const degrees = Type.Union([Type.Number(), Type.Null()]);
const shown = Type.Object({
  id: Type.String(),
  name: Type.String(),
  category: Type.String(),
  location: Type.Union([
    Type.Object({
      address: text,
      city: text,
      region: text,
      country: text,
      postcode: text,
      latitude: degrees,
      longitude: degrees,
    }),
    Type.Null(),
  ]),
  corrected: Type.Boolean(),
});

type Known = NonNullable<ResponseOf<(typeof merchantContract)['methods']['get']>['found']>;

@Injectable()
export class StaffMerchantRoutes {
  private readonly staff: StaffToken;

  constructor(
    routes: HttpRoutes,
    @Inject(SECRETS) secrets: Secrets,
    @Inject(clientOf(merchantContract)) private readonly merchants: ClientOf<typeof merchantContract>,
    @Inject(JOURNAL) private readonly journal: Journal,
    @Inject(TIME) private readonly time: Time,
    @Inject(RANDOM) private readonly random: Random,
  ) {
    this.staff = new StaffToken(secrets);
    this.addRead(routes);
    this.addCorrection(routes);
  }

  private addRead(routes: HttpRoutes): void {
    routes.add({
      method: 'GET',
      url: '/staff/merchants/:merchant_id',
      summary: 'What is known of a merchant',
      schemas: { params: merchantParam, response: { 200: shown } },
      handle: async ({ params, headers }, reply) => {
        const merchantId = params.merchant_id as MerchantId;
        const minPosition = this.minPosition(headers);
        const { found } = await this.merchants.get({ merchantId, minPosition }, this.contextOf(headers));
        if (found === null) throw problemOf('UnknownMerchant');
        return this.answer(found, minPosition > 0n ? minPosition : (found.correction ?? 0n), reply);
      },
    });
  }

  private addCorrection(routes: HttpRoutes): void {
    routes.add({
      method: 'POST',
      url: '/staff/merchants/:merchant_id/corrections',
      summary: 'Say who a merchant is; its old transactions follow by themselves',
      schemas: { params: merchantParam, body: correctionBody, response: { 200: shown } },
      handle: async ({ params, body, headers }, reply) => {
        const context = this.contextOf(headers);
        const { name, category, location, reason } = body;
        for (const [field, value] of Object.entries({ name, reason, ...location })) refuseCardNumber(field, value);
        const corrected = await this.merchants.correct(
          {
            merchantId: params.merchant_id as MerchantId,
            caller: CALLER,
            key: keyOf(headers),
            name: name ?? null,
            category: category ?? null,
            location: location === undefined ? null : locationOf(location),
            reason,
          },
          context,
        );
        if (corrected.kind === 'rejected') throw problemOf(corrected.rejection);
        return this.answer(corrected.merchant, corrected.position, reply);
      },
    });
  }

  private answer(merchant: Known, position: bigint, reply: FastifyReply): Static<typeof shown> {
    reply.header('x-ledger-position', positionToken(this.journal.id, position));
    return shownOf(merchant);
  }

  /** @throws ProblemError, 401, for anybody but the staff */
  private contextOf(headers: IncomingHttpHeaders): CallContext {
    const { staff, time, random } = this;
    return callScopeOf(headers, { time, random, patienceMs: PATIENCE_MS, actor: staff.actorOf(headers) });
  }

  private minPosition(headers: IncomingHttpHeaders): bigint {
    const token = headers['x-min-ledger-position'];
    if (token === undefined) return 0n;
    const position = readPositionToken(String(token), this.journal.id);
    if (position === undefined) throw badParam('x-min-ledger-position', 'this is no token of this ledger');
    return position;
  }
}

function keyOf(headers: IncomingHttpHeaders): string {
  const key = headers['idempotency-key'];
  const fault = idempotencyKeyFault(key);
  if (fault !== undefined) throw new ProblemError({ status: 400, ...fault });
  return String(key);
}

function locationOf(body: Static<typeof locationBody>): MerchantLocation {
  const { address, city, region, country, postcode, latitude, longitude } = body;
  const micro = (value: number | undefined) => (value === undefined ? null : Math.round(value * MICRODEGREES));
  return {
    address: address ?? null,
    city: city ?? null,
    region: region ?? null,
    country: country ?? null,
    postcode: postcode ?? null,
    latitude: micro(latitude),
    longitude: micro(longitude),
  };
}

function shownOf({ merchantId, name, category, location, correction }: Known): Static<typeof shown> {
  const whole = (value: number | null) => (value === null ? null : value / MICRODEGREES);
  return {
    id: merchantId,
    name,
    category,
    location:
      location === null
        ? null
        : { ...location, latitude: whole(location.latitude), longitude: whole(location.longitude) },
    corrected: correction !== null,
  };
}

/** Sealed or not, no card number is stored. */
function refuseCardNumber(field: string, value: unknown): void {
  if (typeof value === 'string' && holdsCardNumber(value)) throw badParam(field, `${field} looks like a card number`);
}

function problemOf(rejection: 'UnknownMerchant' | 'IdempotencyKeyReused'): ProblemError {
  const { status, code, message, retryable } = rejections[rejection];
  return new ProblemError({ status, code, message, retryable });
}
