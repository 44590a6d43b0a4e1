import { Inject, Injectable } from '@nestjs/common';
import {
  accountsContract,
  type BookDate,
  type ClientOf,
  cardProcessingContract,
  ledgerContract,
} from '@tallystick/contracts';
import type { KeyPort } from '@tallystick/events';
import type { Journal } from '@tallystick/journal';
import type { Micros } from '@tallystick/ledger-core';
import { Answers, BOOK_DATE, CLOCK, clientOf, FRESHNESS, JOURNAL, RECORDS, VIEWS } from '@tallystick/transport/nest';
import type { Freshness, Records, ViewReader } from '@tallystick/views';
import { Accounts } from './accounts.js';
import { Users } from './users.js';

/** Injected as KeyPort. */
export const USER_KEYS = Symbol('keys of customers');

@Injectable()
@Answers(accountsContract)
export class AccountsController extends Accounts {
  constructor(
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(clientOf(cardProcessingContract)) cardProcessing: ClientOf<typeof cardProcessingContract>,
    @Inject(VIEWS) views: ViewReader,
    @Inject(FRESHNESS) freshness: Freshness,
    @Inject(RECORDS) records: Records,
    @Inject(JOURNAL) journal: Journal,
    @Inject(USER_KEYS) keys: KeyPort,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(BOOK_DATE) bookDate: BookDate,
  ) {
    super(ledger, cardProcessing, views, records, new Users({ journal, keys, clock, bookDate, views, freshness }));
  }
}
