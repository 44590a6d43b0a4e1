// Puts the customer API together.
import { Inject, Injectable } from '@nestjs/common';
import {
  accountsContract,
  authContract,
  type BookDate,
  balanceContract,
  type ClientOf,
  feedGeneratorContract,
  ledgerContract,
  paymentsContract,
  transactionsContract,
} from '@tallystick/contracts';
import { CustomerDoor, DetailsOfAccounts, OwnedAccounts, RateLimiter } from '@tallystick/customer-api';
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { BOOK_DATE, BOOK_ZONE, CLOCK, clientOf, RANDOM, TIME } from '@tallystick/transport/nest';
import { HttpRoutes } from '@tallystick/transport/service';
import { AccountRoutes } from './accounts.routes.js';
import type { ApiConfiguration } from './configuration.js';
import { dayStartIn } from './day-start.js';
import { FeedRoutes } from './feed.routes.js';
import { namesBy, type OpenPersonal } from './pot-names.js';
import { PotRoutes } from './pots.routes.js';
import { SpendingToday } from './spending-today.js';
import { TransactionRoutes } from './transactions.routes.js';

/** Injected as OpenPersonal. */
export const OPEN_PERSONAL = Symbol('opener of personal text');
/** Injected as ApiConfiguration. */
export const API_CONFIGURATION = Symbol('configuration of the customer API');

const PATIENCE_MS = 5_000;

@Injectable()
export class ApiHttp {
  constructor(
    routes: HttpRoutes,
    @Inject(clientOf(accountsContract)) accounts: ClientOf<typeof accountsContract>,
    @Inject(clientOf(authContract)) auth: ClientOf<typeof authContract>,
    @Inject(clientOf(balanceContract)) balance: ClientOf<typeof balanceContract>,
    @Inject(clientOf(feedGeneratorContract)) generator: ClientOf<typeof feedGeneratorContract>,
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(clientOf(paymentsContract)) payments: ClientOf<typeof paymentsContract>,
    @Inject(clientOf(transactionsContract)) transactions: ClientOf<typeof transactionsContract>,
    @Inject(OPEN_PERSONAL) open: OpenPersonal,
    @Inject(API_CONFIGURATION) { rateLimit, historyDays, settlingMs, bic = '' }: ApiConfiguration,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(BOOK_DATE) bookDate: BookDate,
    @Inject(BOOK_ZONE) bookZone: string,
    @Inject(TIME) time: Time,
    @Inject(RANDOM) random: Random,
  ) {
    const now = () => time.now();
    const limiter = rateLimit === undefined ? undefined : new RateLimiter(rateLimit, now);
    const scope = { time, random, patienceMs: PATIENCE_MS };
    const door = new CustomerDoor(routes, { auth, ledger, limiter, scope });
    const owned = new OwnedAccounts(accounts, now);
    const details = new DetailsOfAccounts(accounts, now, bic);
    const spending = new SpendingToday(transactions, dayStartIn(bookZone));
    new AccountRoutes(door, { owned, details, balance, spending, clock });
    new TransactionRoutes(door, { owned, ledger, transactions, clock, historyDays, settlingMs });
    new PotRoutes(door, { owned, balance, payments, nameOf: namesBy(open), clock, bookDate });
    new FeedRoutes(door, { owned, generator, random });
  }
}
