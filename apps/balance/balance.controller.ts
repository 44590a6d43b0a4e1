import { Inject, Injectable } from '@nestjs/common';
import { balanceContract } from '@tallystick/contracts';
import { Answers, FRESHNESS, VIEWS } from '@tallystick/transport/nest';
import type { Freshness, ViewReader } from '@tallystick/views';
import { Balance } from './balance.js';

@Injectable()
@Answers(balanceContract)
export class BalanceController extends Balance {
  constructor(@Inject(VIEWS) views: ViewReader, @Inject(FRESHNESS) freshness: Freshness) {
    super(views, freshness);
  }
}
