// Puts customers' control of their cards together.
import { Inject, Injectable } from '@nestjs/common';
import {
  accountsContract,
  authContract,
  type BookDate,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  ledgerContract,
} from '@tallystick/contracts';
import { CustomerDoor, OwnedAccounts, RateLimiter } from '@tallystick/customer-api';
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { BOOK_DATE, CLOCK, clientOf, RANDOM, RECORDS, TIME } from '@tallystick/transport/nest';
import { HttpRoutes } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { CardChanges } from './card-changes.routes.js';
import { CardReads } from './card-reads.routes.js';
import type { CardApiConfiguration } from './configuration.js';
import { OwnCards } from './own-cards.js';
import { Replacements } from './replacements.js';

/** Injected as CardApiConfiguration. */
export const CARD_API_CONFIGURATION = Symbol("configuration of customers' control of their cards");

const PATIENCE_MS = 5_000;

@Injectable()
export class CardApiHttp {
  constructor(
    routes: HttpRoutes,
    @Inject(clientOf(accountsContract)) accounts: ClientOf<typeof accountsContract>,
    @Inject(clientOf(authContract)) auth: ClientOf<typeof authContract>,
    @Inject(clientOf(cardProcessingContract)) cardProcessing: ClientOf<typeof cardProcessingContract>,
    @Inject(clientOf(cardsContract)) cards: ClientOf<typeof cardsContract>,
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(CARD_API_CONFIGURATION) { rateLimit, validYears }: CardApiConfiguration,
    @Inject(RECORDS) records: Records,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(BOOK_DATE) bookDate: BookDate,
    @Inject(TIME) time: Time,
    @Inject(RANDOM) random: Random,
  ) {
    const now = () => time.now();
    const limiter = rateLimit === undefined ? undefined : new RateLimiter(rateLimit, now);
    const scope = { time, random, patienceMs: PATIENCE_MS };
    const door = new CustomerDoor(routes, { auth, ledger, limiter, scope });
    const own = new OwnCards(new OwnedAccounts(accounts, now), cards);
    const replacements = new Replacements({ cards, cardProcessing, records, clock, bookDate, validYears });
    new CardReads(door, own);
    new CardChanges(door, { own, ledger, replacements, clock, bookDate, random });
  }
}
