import { Inject, Injectable } from '@nestjs/common';
import { type ClientOf, cardsContract, ledgerContract } from '@tallystick/contracts';
import { Answers, clientOf, FRESHNESS, RECORDS, VIEWS } from '@tallystick/transport/nest';
import type { Freshness, Records, ViewReader } from '@tallystick/views';
import { Cards } from './cards.js';

@Injectable()
@Answers(cardsContract)
export class CardsController extends Cards {
  constructor(
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(RECORDS) records: Records,
    @Inject(VIEWS) views: ViewReader,
    @Inject(FRESHNESS) freshness: Freshness,
  ) {
    super(ledger, records, views, freshness);
  }
}
