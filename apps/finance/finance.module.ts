import { Inject, Injectable, Module } from '@nestjs/common';
import { financeContract } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import { Answers, BOOK_ZONE, ContractsModule, JOURNAL, VIEWS } from '@tallystick/transport/nest';
import type { ViewReader } from '@tallystick/views';
import { Registry } from 'prom-client';
import { Finance } from './finance.js';
import { measureInTransit } from './in-transit.metric.js';

@Injectable()
@Answers(financeContract)
export class FinanceController extends Finance {
  constructor(
    @Inject(JOURNAL) journal: Journal,
    @Inject(VIEWS) views: ViewReader,
    @Inject(BOOK_ZONE) timeZone: string,
    metrics: Registry,
  ) {
    super({ journal, views, timeZone });
    measureInTransit(views, metrics);
  }
}

@Module({
  imports: [ContractsModule.forService({ answers: [financeContract], calls: [] })],
  providers: [FinanceController],
})
export class FinanceModule {}
