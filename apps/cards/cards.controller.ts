import { Inject, Injectable } from '@nestjs/common';
import { type ClientOf, cardsContract, ledgerContract } from '@tallystick/contracts';
import { Answers, clientOf, RECORDS } from '@tallystick/transport/nest';
import type { Records } from '@tallystick/views';
import { Cards } from './cards.js';

@Injectable()
@Answers(cardsContract)
export class CardsController extends Cards {
  constructor(
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(RECORDS) records: Records,
  ) {
    super(ledger, records);
  }
}
