import { Inject, Injectable } from '@nestjs/common';
import { type BookDate, merchantContract } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import type { Micros } from '@tallystick/ledger-core';
import { Answers, BOOK_DATE, CLOCK, FRESHNESS, JOURNAL, VIEWS } from '@tallystick/transport/nest';
import type { Freshness, ViewReader } from '@tallystick/views';
import { Catalogue } from './catalogue.js';
import { Merchants } from './merchants.js';
import { CATALOGUE_VERSION, registryRules } from './registry/registry.js';

@Injectable()
@Answers(merchantContract)
export class MerchantController extends Merchants {
  constructor(
    @Inject(JOURNAL) journal: Journal,
    @Inject(VIEWS) views: ViewReader,
    @Inject(FRESHNESS) freshness: Freshness,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(BOOK_DATE) bookDate: BookDate,
  ) {
    super({ journal, views, freshness, clock, bookDate, catalogue: new Catalogue(CATALOGUE_VERSION, registryRules) });
  }
}
