import { Inject, Injectable } from '@nestjs/common';
import { type BookDate, type ClientOf, feedGeneratorContract, ledgerContract } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import type { Micros } from '@tallystick/ledger-core';
import { Answers, BOOK_DATE, CLOCK, clientOf, JOURNAL } from '@tallystick/transport/nest';
import { FeedGenerator, type SealPersonal } from './feed-generator.js';

/** Injected as SealPersonal. */
export const SEAL_PERSONAL = Symbol('seal of personal text');

@Injectable()
@Answers(feedGeneratorContract)
export class FeedGeneratorController extends FeedGenerator {
  constructor(
    @Inject(JOURNAL) journal: Journal,
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(BOOK_DATE) bookDate: BookDate,
    @Inject(SEAL_PERSONAL) seal: SealPersonal,
  ) {
    super({ journal, ledger, clock, bookDate, seal });
  }
}
