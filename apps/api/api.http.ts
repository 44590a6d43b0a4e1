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
import { BOOK_DATE, BOOK_ZONE, CLOCK, clientOf, RANDOM, RECORDS, REPORT, TIME } from '@tallystick/transport/nest';
import { HttpRoutes } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { AccountRoutes } from './accounts.routes.js';
import { AttachmentRoutes } from './attachments.routes.js';
import type { ApiConfiguration } from './configuration.js';
import type { CustomerKeys } from './customer-keys.js';
import { dayStartIn } from './day-start.js';
import { FeedRoutes } from './feed.routes.js';
import { FileRoutes } from './files.routes.js';
import { OwnedTransactions } from './owned-transactions.js';
import { namesBy } from './pot-names.js';
import { PotRoutes } from './pots.routes.js';
import { ReceiptRoutes } from './receipts.routes.js';
import { SpendingToday } from './spending-today.js';
import { TransactionRoutes } from './transactions.routes.js';
import { UploadQuota } from './upload-quota.js';
import { Uploads } from './uploads.js';

/** Injected as CustomerKeys. */
export const CUSTOMER_KEYS = Symbol('seal and opener of personal text');
/** Injected as ApiConfiguration. */
export const API_CONFIGURATION = Symbol('configuration of the customer API');

const PATIENCE_MS = 5_000;
const UPLOAD_BYTES_PER_DAY = 100 * 1024 * 1024;

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
    @Inject(CUSTOMER_KEYS) keys: CustomerKeys,
    @Inject(RECORDS) records: Records,
    @Inject(API_CONFIGURATION) configuration: ApiConfiguration,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(BOOK_DATE) bookDate: BookDate,
    @Inject(BOOK_ZONE) bookZone: string,
    @Inject(TIME) time: Time,
    @Inject(RANDOM) random: Random,
    @Inject(REPORT) report: (error: unknown) => void,
  ) {
    const { rateLimit, historyDays, settlingMs, publicUrl, bic = '' } = configuration;
    const now = () => time.now();
    const limiter = rateLimit === undefined ? undefined : new RateLimiter(rateLimit, now);
    const scope = { time, random, patienceMs: PATIENCE_MS };
    const door = new CustomerDoor(routes, { auth, ledger, limiter, scope });
    const owned = new OwnedAccounts(accounts, now);
    const details = new DetailsOfAccounts(accounts, now, bic);
    const spending = new SpendingToday(transactions, dayStartIn(bookZone));
    new AccountRoutes(door, { owned, details, balance, spending, clock });
    const ownedTransactions = new OwnedTransactions(owned, transactions, ledger);
    const written = { ownedTransactions, transactions, openAll: keys.openAll, random };
    new TransactionRoutes(door, { ...written, owned, ledger, clock, historyDays, settlingMs });
    new PotRoutes(door, { owned, balance, payments, ledger, nameOf: namesBy(keys.open), clock, bookDate });
    new FeedRoutes(door, { owned, generator, random });
    const quota = new UploadQuota(records, configuration.uploadBytesPerDay ?? UPLOAD_BYTES_PER_DAY);
    const uploads = new Uploads({ records, keys, quota, random, now, report });
    new AttachmentRoutes(door, { ...written, uploads, publicUrl });
    new FileRoutes(routes, uploads);
    new ReceiptRoutes(door, written);
  }
}
