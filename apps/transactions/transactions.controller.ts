import { Inject, Injectable } from '@nestjs/common';
import { transactionsContract } from '@tallystick/contracts';
import { Answers, FRESHNESS, VIEWS } from '@tallystick/transport/nest';
import type { Freshness, ViewReader } from '@tallystick/views';
import { Transactions } from './transactions.js';

@Injectable()
@Answers(transactionsContract)
export class TransactionsController extends Transactions {
  constructor(@Inject(VIEWS) views: ViewReader, @Inject(FRESHNESS) freshness: Freshness) {
    super(views, freshness);
  }
}
