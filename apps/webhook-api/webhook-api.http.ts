// Puts the routes of webhooks together.
import { Inject, Injectable } from '@nestjs/common';
import { accountsContract, authContract, type ClientOf, ledgerContract, webhookContract } from '@tallystick/contracts';
import { CustomerDoor, OwnedAccounts, RateLimiter } from '@tallystick/customer-api';
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { CLOCK, clientOf, RANDOM, TIME } from '@tallystick/transport/nest';
import { HttpRoutes } from '@tallystick/transport/service';
import type { WebhookApiConfiguration } from './configuration.js';
import { WebhookRoutes } from './webhooks.routes.js';

/** Injected as WebhookApiConfiguration. */
export const WEBHOOK_API_CONFIGURATION = Symbol('configuration of the webhook API');

const PATIENCE_MS = 5_000;

@Injectable()
export class WebhookApiHttp {
  constructor(
    routes: HttpRoutes,
    @Inject(clientOf(accountsContract)) accounts: ClientOf<typeof accountsContract>,
    @Inject(clientOf(authContract)) auth: ClientOf<typeof authContract>,
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(clientOf(webhookContract)) webhooks: ClientOf<typeof webhookContract>,
    @Inject(WEBHOOK_API_CONFIGURATION) { rateLimit }: WebhookApiConfiguration,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(TIME) time: Time,
    @Inject(RANDOM) random: Random,
  ) {
    const now = () => time.now();
    const limiter = rateLimit === undefined ? undefined : new RateLimiter(rateLimit, now);
    const scope = { time, random, patienceMs: PATIENCE_MS };
    const door = new CustomerDoor(routes, { auth, ledger, limiter, scope });
    const owned = new OwnedAccounts(accounts, now);
    new WebhookRoutes(door, { owned, webhooks, clock, random });
  }
}
