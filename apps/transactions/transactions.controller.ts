import { Inject, Injectable } from '@nestjs/common';
import { type BookDate, transactionsContract } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import type { Micros } from '@tallystick/ledger-core';
import { Answers, BOOK_DATE, CLOCK, FRESHNESS, JOURNAL, VIEWS } from '@tallystick/transport/nest';
import type { Freshness, ViewReader } from '@tallystick/views';
import type { Personal } from './personal.js';
import { TransactionsService } from './transactions-service.js';

/** Injected as Personal. */
export const PERSONAL = Symbol('seal and opener of personal text');

@Injectable()
@Answers(transactionsContract)
export class TransactionsController extends TransactionsService {
  constructor(
    @Inject(VIEWS) views: ViewReader,
    @Inject(FRESHNESS) freshness: Freshness,
    @Inject(JOURNAL) journal: Journal,
    @Inject(PERSONAL) personal: Personal,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(BOOK_DATE) bookDate: BookDate,
  ) {
    super({ views, freshness, journal, personal, clock, bookDate });
  }
}
