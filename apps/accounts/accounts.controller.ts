import { Inject, Injectable } from '@nestjs/common';
import { accountsContract, type ClientOf, cardProcessingContract, ledgerContract } from '@tallystick/contracts';
import { Answers, clientOf, RECORDS, VIEWS } from '@tallystick/transport/nest';
import type { Records, ViewReader } from '@tallystick/views';
import { Accounts } from './accounts.js';
import { Users } from './users.js';

@Injectable()
@Answers(accountsContract)
export class AccountsController extends Accounts {
  constructor(
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(clientOf(cardProcessingContract)) cardProcessing: ClientOf<typeof cardProcessingContract>,
    @Inject(VIEWS) views: ViewReader,
    @Inject(RECORDS) records: Records,
    @Inject(Users) users: Users,
  ) {
    super(ledger, cardProcessing, views, records, users);
  }
}
